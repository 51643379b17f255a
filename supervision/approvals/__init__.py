"""What one person proposes and another approves before it is done: grave steps that have no draft of their own.

A proposal is done when it is approved, as its proposer wrote it, or it is refused; never both, and never unasked.
"""
