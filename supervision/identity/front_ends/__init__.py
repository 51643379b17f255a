"""What programs are let in with, and for whom they act: keys, and the officials named for a front end.

Of each, one security administrator proposes it and another approves it; either alone may end it.
"""
