"""Tries a gateway of the `http` protocol (openapi/gateway.md) and names each point in which it does otherwise."""
