"""The pages that people read: overview, list, entry, comments; rendered when something is published, served as stored.

They show what was published and nothing else of the record, but for the share on track and the state of an order.
"""
