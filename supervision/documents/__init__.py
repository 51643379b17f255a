"""Documents that come in and go out: spreadsheets and attachments.

Bytes are immutable and named by their hash.
"""
