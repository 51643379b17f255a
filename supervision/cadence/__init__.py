"""The rhythm of supervision: the working-day calendar, periods, deadlines, and which scheduled run happened.

A period is run once: the run's row is unique, and whoever holds it does the work.
"""
