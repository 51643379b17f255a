"""The year's ledger (台账): opened, read from a spreadsheet, checked, closed, and carried over into the next (§2(1)).

A spreadsheet is taken whole or not at all; a ledger is closed once, and what is unfinished goes over to the next. What
comes to a year whose ledger is closed is entered in the one that stands.
"""
