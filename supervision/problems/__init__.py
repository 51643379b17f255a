"""Problems and how they are solved: the unit's plan, leaders, the joint conference.

Every escalation ends in a decision with a date: nothing is resolved before it.
"""
