"""The judgement in points: policy versions, proposed and confirmed deductions, scores (annex).

The ledger is append-only; re-running adds nothing. Scoring pulls facts, nobody tells it anything.
"""
