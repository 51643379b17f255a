"""The ground that every room stands on.

Owns settings, database roles and sessions, the kinds of refusal, the clock, ids, paging, keys, metrics and logs.
It imports no room.
"""
