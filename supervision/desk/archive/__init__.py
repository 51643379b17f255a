"""Everything of one item in one order (一事一卷): a readable timeline, and one file to download.

Each section of the timeline is one statement behind the policy of its room; all of them are read as one.
"""
