"""Who is who: jurisdictions, units, officials with their leadership levels, clients, keys and roles.

Every actor belongs to one jurisdiction. Telephone numbers rest encrypted, are found by a blind index,
and leave masked.
"""
