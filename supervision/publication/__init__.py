"""What is made public: drafts from the record, review by another person, publication, correction, withdrawal, feeds.

Nothing unreviewed is made public, no work secret is, and no person is named without a basis. What was published keeps
its entry and its id in feeds for ever, whichever edition it shows, or leaves a tombstone in its place.
"""
