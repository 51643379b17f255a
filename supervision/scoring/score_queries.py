from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import shanghai_day
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.scoring import policy
from supervision.scoring.errors import NoPolicyInForce
from supervision.scoring.policy_adoption import policy_in_force
from supervision.scoring.rules import quarter_of
from supervision.scoring.score_formula import LIVE, SCORES

# The mean is rounded half up to 2 decimals and is taken over all units of the kind, before what the caller may not
# see is left out.
_SCORES = text(f"""
    WITH {SCORES}, parts AS (
        SELECT l.unit_id, jsonb_agg(jsonb_build_object(
                   'deduction_id', d.id, 'rule_code', r.code, 'article', r.article,
                   'points', trim_scale(l.points)::text, 'fact_on', d.fact_on, 'reason', d.reason,
                   'is_covered', l.covered_by IS NOT NULL, 'covered_by', l.covered_by
               ) ORDER BY d.fact_on, d.id) AS parts
        FROM live l JOIN deduction d ON d.id = l.deduction_id JOIN scoring_rule r ON r.id = d.rule_id
        GROUP BY l.unit_id
    ), compared AS (
        SELECT unit_id, unit, kind, base, deducted, corrected, score,
               round(avg(score) OVER (PARTITION BY kind), 2) AS mean_of_kind
        FROM score
    )
    SELECT c.*, coalesce(p.parts, '[]') AS parts FROM compared c LEFT JOIN parts p ON p.unit_id = c.unit_id
    WHERE CAST(:only_unit AS uuid) IS NULL OR c.unit_id = :only_unit ORDER BY kind, unit, c.unit_id
""")  # noqa: S608 - the one thing put in is our own text


# What a unit lost in a quarter goes by the facts' days, as it is known now; what it was told of it stays as it was.
_WARNINGS = text(f"""
    WITH {LIVE}, of_the_quarter AS (
        SELECT l.unit_id, sum(l.points) AS points
        FROM live l JOIN deduction d ON d.id = l.deduction_id
        WHERE l.covered_by IS NULL AND d.fact_on BETWEEN :first AND :last
        GROUP BY l.unit_id
    )
    SELECT u.id AS unit_id, u.name AS unit, u.kind, coalesce(lost.points, 0) AS points,
           CASE WHEN lost.points >= :severe_at THEN 'severe' WHEN lost.points >= :warning_at THEN 'warning'
                WHEN lost.points >= :attention_at THEN 'attention' END AS level,
           w.level AS issued_level, w.points AS issued_points, w.issued_at
    FROM unit u
    LEFT JOIN of_the_quarter lost ON lost.unit_id = u.id
    LEFT JOIN quarterly_warning w ON w.unit_id = u.id AND w.year = :year AND w.quarter = :quarter
    WHERE u.kind IN ('township', 'department') AND (CAST(:only_unit AS uuid) IS NULL OR u.id = :only_unit)
    ORDER BY u.kind, u.name, u.id
""")  # noqa: S608 - the one thing put in is our own text


@dataclass(frozen=True, slots=True)
class Scores:
    year: int
    as_of: datetime
    rows: Sequence[Row]


async def scores(session: AsyncSession, actor: Actor, *, year: int, as_of: datetime | None = None) -> Scores:
    """Compute the year's scores as they were known at a moment (now, if none is given), in points.

    Base and floor are those of the policy in force at the year's end, or at the moment if that is earlier. Refuses
    when none was, and whoever may not see how units compare.
    """
    await policy.require_ranking(session, actor)
    moment = as_of or await clock.now(session)
    facts = {
        "year": year,
        "as_of": moment,
        "policy_on": min(date(year, 12, 31), shanghai_day(moment)),
        "only_unit": policy.only_unit_of(actor),
    }
    rows = await fetch(session, _SCORES, facts)
    if any(row["base"] is None for row in rows):
        raise NoPolicyInForce
    return Scores(year, moment, rows)


async def quarterly_warnings(session: AsyncSession, actor: Actor, *, year: int, quarter: int) -> Scores:
    """Compute what each unit lost in a quarter as of now, in points, and from which threshold it is warned by it.

    Thresholds are those of the policy in force at the quarter's end, or today if that is earlier. Refuses when none
    was, and whoever may not see how units compare.
    """
    await policy.require_ranking(session, actor)
    period, now = quarter_of(year, quarter), await clock.now(session)
    thresholds = await policy_in_force(session, min(period.last, shanghai_day(now)))
    facts = {
        **{name: thresholds[name] for name in ("attention_at", "warning_at", "severe_at")},
        "year": year,
        "quarter": quarter,
        "as_of": now,
        "first": period.first,
        "last": period.last,
        "only_unit": policy.only_unit_of(actor),
    }
    return Scores(year, now, await fetch(session, _WARNINGS, facts))
