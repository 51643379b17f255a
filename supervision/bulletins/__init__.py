"""What is said of how the work goes: circulars, rectification orders, media follow-up, accountability proposals.

A circular commends units and criticises units and officials; once issued it is frozen. Nobody is punished here.
"""
