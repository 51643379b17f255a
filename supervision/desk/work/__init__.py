"""What waits for each role: one statement for each kind of work, read as one.

Nobody is shown what they may not decide because it is their own.
"""
