"""What leaves the house: drafts from the record, review by another person, publication and feeds.

Nothing unreviewed leaves the house.
"""
