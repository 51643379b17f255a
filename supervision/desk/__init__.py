"""The inward window: archives of items, work lists, statistics, and what supervision asks of each unit in a month.

It reads what every other room keeps, as far as the reader may see it there. Of its own are only complaints of a
repeated request, which one person files and another answers, and what somebody watches.
"""
