"""The end of an item's life: completion reports and their reviews, rework, waivers, close-out and look back (§3(3)).

Nothing closes without a verdict on each of its tasks, and nothing is waived without an authority. Each round is kept.
"""
