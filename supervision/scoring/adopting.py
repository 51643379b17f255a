from dataclasses import asdict, fields
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.scoring.annex import DEFAULT_POLICY, Policy
from supervision.scoring.errors import NoPolicyInForce, PolicyDayTaken
from supervision.scoring.models import ScoringPolicy, ScoringRule


async def adopt_policy(
    session: AsyncSession, actor: Actor, *, effective_on: date, adopted_by: str, policy: Policy = DEFAULT_POLICY
) -> UUID:
    """Adopt a version of the policy from a day on (annex art. 15); refuses a second one for the same day."""
    facts = {field.name: getattr(policy, field.name) for field in fields(policy) if field.name != "rules"}
    adopted = ScoringPolicy(
        **{**facts, "readings": list(policy.readings)}, effective_on=effective_on, adopted_by=adopted_by
    )
    try:
        async with session.begin_nested():
            session.add(adopted)
    except IntegrityError as error:
        raise PolicyDayTaken from error
    session.add_all(ScoringRule(policy_id=adopted.id, **asdict(rule)) for rule in policy.rules)
    await audit.record(session, actor, "policy.adopted", adopted.id, effective_on=effective_on, adopted_by=adopted_by)
    return adopted.id


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
