"""The HTTP face: routes, schemas, dependencies and the one table of status codes."""
