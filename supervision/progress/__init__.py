"""How far things are: reporting duties (obligations), progress reports, figures, completion and digests.

A duty is fulfilled, waived or late: never lost. A late report is urged and marked; it costs no points by itself.
"""
