"""Inspection notices (督查通知书) and circulation slips (抄告单): sign-off, delivery, acknowledgement, urging (§3(2)).

What was issued is frozen; every delivery is acknowledged, or urged until it is.
"""
