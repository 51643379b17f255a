"""An SMS gateway (短信网关模拟器) that sends nothing: it speaks the gateways' protocols on the loopback interface.

It keeps its own ledger of what it accepted, which is the witness of tests and of the demonstration, sends receipts, and
misbehaves as it is told. `openapi/gateway.md` describes the `http` protocol, `docs/gateways.md` the others.
"""
