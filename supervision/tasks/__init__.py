"""How an item is broken down: tasks, responsibilities, indicators and extensions.

Every task has one lead leader, one responsible unit and one responsible person (§2(1)).
"""
