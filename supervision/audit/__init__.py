"""The record of who did what, hash-sealed in batches.

Every command writes its own row, `noun.verb` with facts, in its own transaction.
Rows are never changed: the database refuses it, and a seal finds it if the database was made to.
"""
