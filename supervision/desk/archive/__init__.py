"""Everything of one item in one order (一事一卷): a readable timeline, and one file to download.

Each section of the timeline has the scopes that it asks for, and statements behind the policies of their rooms; all of
them are read as one.
"""
