from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import days
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.texts import fold
from supervision.items.states import ItemKind
from supervision.scoring.annex import DEFAULT_POLICY, Policy, Rule
from supervision.scoring.errors import NoPolicyInForce, PolicyDayTaken, PolicyInPast, PolicyOutOfOrder, UnknownRule
from supervision.scoring.models import Needs, ScoringPolicy, ScoringRule

_WHOLE = Decimal(100)


async def adopt_policy(
    session: AsyncSession, actor: Actor, *, effective_on: date, adopted_by: str, policy: Policy = DEFAULT_POLICY
) -> UUID:
    """Adopt a version of the policy from a day on (annex art. 15); refuses a second one for the same day."""
    facts = {field.name: getattr(policy, field.name) for field in fields(policy) if field.name != "rules"}
    adopted = ScoringPolicy(
        **{**facts, "readings": list(policy.readings)}, effective_on=effective_on, adopted_by=adopted_by
    )
    await insert_or_refuse(session, adopted, uq_scoring_policy_jurisdiction_id_effective_on=PolicyDayTaken)
    session.add_all(ScoringRule(policy_id=adopted.id, **asdict(rule)) for rule in policy.rules)
    content = {**asdict(policy), "effective_on": effective_on, "adopted_by": adopted_by}
    told = {"effective_on": effective_on, "adopted_by": adopted_by, "signed_sha256": signatures.digest_of(content)}
    await audit.record(session, actor, "policy.adopted", adopted.id, **told)
    return adopted.id


async def adopt_next_policy(
    session: AsyncSession,
    actor: Actor,
    *,
    effective_on: date,
    adopted_by: str,
    changes: Mapping[str, Any],
    points: Mapping[str, Decimal],
    readings: Sequence[Mapping[str, Any]] = (),
) -> UUID:
    """Adopt the version in force with these changes, from today or a later day on (annex art. 15).

    `changes` has any of the policy's numbers, `points` the points of rules by code, `readings` take the place of those
    of the same matter. Refused are a day that is past or taken, an unknown rule, and numbers out of order.
    """
    await days.check(session, "adopt_scoring_policy", {"/effective_on": effective_on}, past=PolicyInPast)
    before = await policy_in_force(session, effective_on)
    rules = await session.scalars(select(ScoringRule).where(ScoringRule.policy_id == before["id"]))
    standing = {rule.code: rule for rule in rules.all()}
    if points.keys() - standing.keys():
        raise UnknownRule
    named = {field.name: before[field.name] for field in fields(Policy) if field.name not in ("rules", "readings")}
    policy = Policy(
        **{**named, **changes},
        rules=tuple(
            Rule(
                code=code,
                article=rule.article,
                points=points.get(code, rule.points),
                fact=rule.fact,
                late_item_kind=ItemKind(rule.late_item_kind) if rule.late_item_kind else None,
                needs=Needs(rule.needs),
            )
            for code, rule in standing.items()
        ),
        readings=tuple({fold(each["matter"]): dict(each) for each in (*before["readings"], *readings)}.values()),
    )
    _require_order(policy)
    return await adopt_policy(session, actor, effective_on=effective_on, adopted_by=adopted_by, policy=policy)


def _require_order(policy: Policy) -> None:
    in_order = (
        policy.floor < policy.base,
        0 < policy.attention_at < policy.warning_at < policy.severe_at,
        min(rule.points for rule in policy.rules) > 0,
        max(policy.township_percent, policy.department_percent) <= _WHOLE,
    )
    if not all(in_order):
        raise PolicyOutOfOrder


async def policy_in_force(session: AsyncSession, on: date) -> RowMapping:
    """Return the columns of the version in force on a day; refuses a day before the first one."""
    statement = (
        select(*ScoringPolicy.__table__.columns)
        .where(ScoringPolicy.effective_on <= on)
        .order_by(ScoringPolicy.effective_on.desc())
        .limit(1)
    )
    found = (await session.execute(statement)).mappings().one_or_none()
    if found is None:
        raise NoPolicyInForce
    return found
