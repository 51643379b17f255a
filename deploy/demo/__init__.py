"""A year of supervision on real input: the State Council's quantified tasks of 2016, run through the real stack."""
