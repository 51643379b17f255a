"""The register of instruction papers (批示件) and direct transfers to a leader with their liaison (§2(3)).

The exact words of a paper are kept; every direct transfer ends with an outcome.
"""
