"""Inspections: plans, findings with their evidence, and the conclusions sent to the inspected.

A plan's scope is frozen once approved.
"""
