"""What is made public: drafts from the record, review by another person, publication and feeds.

Nothing unreviewed is made public.
"""
