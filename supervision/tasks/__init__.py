"""What an item is broken down into: the tree of tasks, who answers, milestones, indicators, extensions, departures.

Every open task has one lead leader, one responsible unit and one responsible person (§2(1), §5(1)).
"""
