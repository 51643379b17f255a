"""Supervision messages (短信督查): templates, broadcasts, the outbox, attempts, receipts and gateways.

A message reaches its gateway once, or is known to be unknown. The room knows nothing of items or duties:
audiences come in as a SELECT of officials, and a matter is a key that others choose.
"""
