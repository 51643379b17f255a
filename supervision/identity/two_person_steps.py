from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch
from supervision.foundation.two_persons import Asked, CounterStep, People, require_another
from supervision.identity.errors import CountyAsksForAnother
from supervision.identity.models import TwoPersonStep


async def require_another_if_asked(
    session: AsyncSession, actor: Actor, counter_step: CounterStep, taken_by: Mapping[str, People]
) -> None:
    """Refuse as `require_another` does, where the county asks for another person in this step."""
    if counter_step.operation in await _asked(session):
        require_another(actor, counter_step, taken_by, CountyAsksForAnother)


async def is_asked(session: AsyncSession, counter_step: CounterStep) -> bool:
    """Tell whether the county asks for another person in this step."""
    return counter_step.operation in await _asked(session)


async def set_two_person_steps(session: AsyncSession, actor: Actor, *, operations: Collection[str]) -> None:
    """Set in which further steps the county asks for another person, from now on, in place of those before.

    What the regulation asks for in any case is no matter of choice, and cannot be named.
    """
    choices = [
        {"operation": each.operation, "is_asked": each.operation in operations}
        for each in CounterStep
        if each.asked is Asked.BY_COUNTY
    ]
    setting = insert(TwoPersonStep).values(choices)
    await session.execute(
        setting.on_conflict_do_update(
            index_elements=[TwoPersonStep.jurisdiction_id, TwoPersonStep.operation],
            set_={"is_asked": setting.excluded.is_asked},
        )
    )
    await audit.record(session, actor, "two_person_steps.set", None, operations=sorted(operations))


async def list_two_person_steps(session: AsyncSession, _actor: Actor) -> list[Row]:
    """List each step that asks for another person than earlier steps, and whether it does in this county."""
    asked = await _asked(session)
    return [
        {
            "operation": each.operation,
            "other_than": list(each.steps),
            "reason": each.reason,
            "asked": each.asked,
            "is_asked": each.asked is Asked.ALWAYS or each.operation in asked,
        }
        for each in CounterStep
    ]


async def _asked(session: AsyncSession) -> set[str]:
    # A command asks for one step, so that a transaction reads this once.
    found = await fetch(session, select(TwoPersonStep.operation).where(TwoPersonStep.is_asked))
    return {row["operation"] for row in found}
