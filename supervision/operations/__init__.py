"""Long work that can be watched, and requests that are done once.

The same request is done once: its key is claimed in the transaction that does it, and its answer is kept.
"""
