"""How a score comes about (annex art. 4), for statements that are written out: said here, and nowhere else.

They take `:year` and `:as_of`, the moment as of which the ledger is read, and for scores `:policy_on`, the day whose
policy gives base and floor.
"""

from typing import LiteralString

# A deduction lives from its confirmation to its reversal. Of one event the highest counts, the earlier one of two
# equals; the others are covered by it. What a settled year took wrongly is given back in the year after.
_LIVE: LiteralString = """
    live AS (
        SELECT e.unit_id, e.deduction_id, -e.points AS points,
               nullif(first_value(e.deduction_id) OVER fact, e.deduction_id) AS covered_by
        FROM score_entry e
        WHERE e.year = :year AND e.kind = 'deduction' AND e.entered_at <= :as_of {besides} AND NOT EXISTS (
            SELECT FROM score_entry r
            WHERE r.year = :year AND r.deduction_id = e.deduction_id AND r.kind = 'reversal' AND r.entered_at <= :as_of
        )
        WINDOW fact AS (PARTITION BY e.unit_id, e.event ORDER BY e.points, e.entered_at, e.id)
    ), lost AS (
        SELECT unit_id, sum(points) FILTER (WHERE covered_by IS NULL) AS points FROM live GROUP BY unit_id
    ), corrected AS (
        SELECT unit_id, sum(points) AS points FROM score_entry
        WHERE year = :year AND kind = 'correction' AND entered_at <= :as_of GROUP BY unit_id
    )
"""
# A score is the base less what was lost, plus what is given back, and never below the floor.
_SCORE: LiteralString = """
    policy AS (
        SELECT * FROM scoring_policy WHERE effective_on <= :policy_on ORDER BY effective_on DESC LIMIT 1
    ), score AS (
        SELECT u.id AS unit_id, u.name AS unit, u.kind, p.base, coalesce(l.points, 0) AS deducted,
               coalesce(c.points, 0) AS corrected,
               greatest(p.floor, p.base - coalesce(l.points, 0) + coalesce(c.points, 0)) AS score
        FROM unit u LEFT JOIN policy p ON true
        LEFT JOIN lost l ON l.unit_id = u.id LEFT JOIN corrected c ON c.unit_id = u.id
        WHERE u.kind IN ('township', 'department')
    )
"""
# The WITH queries `live` (each deduction that counts or is covered), `lost` and `corrected` (points of each unit).
LIVE: LiteralString = _LIVE.format(besides="")
# The same with `policy` (the version in force) and `score` (each scored unit).
SCORES: LiteralString = f"{LIVE}, {_SCORE}"
# The same as if the deductions of `:without`, a list of ids, had never been.
SCORES_WITHOUT: LiteralString = (
    _LIVE.format(besides="AND e.deduction_id <> ALL(CAST(:without AS uuid[]))") + f", {_SCORE}"
)
