"""One file of routes for each room, or for each of its things; a route has no branch, no query and no try."""
