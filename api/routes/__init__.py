"""One file of routes for each room; a route has no branch, no query and no try."""
