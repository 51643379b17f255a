"""The register of supervision items: registration, numbers, changes, stages, similar items, parties (§3).

A number is given once, without gaps; who sees an item is told by its parties, which other rooms add by command.
"""
