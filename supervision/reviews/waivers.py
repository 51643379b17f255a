from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked
from supervision.identity.models import Official, Position
from supervision.identity.policy import require_not_own_unit
from supervision.items import item_changes
from supervision.items import queries as items
from supervision.reviews import policy, queries, rules
from supervision.reviews.completion_reports import lock_unsettled
from supervision.reviews.errors import NotAPrincipalCountyLeader
from supervision.reviews.models import Waiver
from supervision.reviews.states import WaiverState
from supervision.tasks import queries as tasks


async def ask_waiver(session: AsyncSession, actor: Actor, task_id: UUID, *, grounds: str) -> UUID:
    """Ask that what cannot be done be waived (§3(3)); refuses another unit's task and a settled one."""
    task = await lock_unsettled(session, actor, task_id)
    waiver = Waiver(
        task_id=task_id,
        unit_id=task["responsible_unit_id"],
        grounds=grounds,
        asked_by=actor.person,
        asked_at=await clock.now(session),
        state=WaiverState.ASKED,
    )
    session.add(waiver)
    await audit.record(session, actor, "waiver.asked", waiver.id, task_id=task_id)
    return waiver.id


# Long because a decision rests on nine facts, and half of it is their names and refusals.
async def decide_waiver(  # noqa: PLR0913 - what a decision rests on
    session: AsyncSession,
    actor: Actor,
    waiver_id: UUID,
    version: int,
    *,
    verdict: str,
    decision: str,
    opinion: str | None = None,
    opinion_reference: str | None = None,
    approved_by_id: UUID | None = None,
) -> None:
    """Grant a waiver on the setting body's written opinion or a principal county leader's approval, or refuse it.

    Without either nothing is waived (§3(3)); refuses whoever asked, as who records it and as who approved it, people
    of the unit, and a stale version.
    """
    seen = await queries.get_waiver(session, actor, waiver_id)
    task = await tasks.get_task(session, actor, seen["task_id"])
    # The item first, as everywhere: two who lock the same rows in one order never wait for each other.
    item_changes.require_open(await items.get_for_update(session, actor, task["item_id"]))
    waiver = await get_locked(session, select(Waiver).where(Waiver.id == waiver_id))
    signed = signatures.sign(waiver, version, seen)
    require_not_own_unit(actor, {waiver.unit_id})
    policy.require_another_decider(actor, waiver, approved_by_id)
    rules.check_decision(
        waiver.state,
        verdict,
        opinion=opinion,
        opinion_reference=opinion_reference,
        is_approved=approved_by_id is not None,
    )
    if approved_by_id is not None:
        await _require_principal(session, approved_by_id)
    now = await clock.now(session)
    waiver.state, waiver.decision = verdict, decision
    waiver.opinion, waiver.opinion_reference, waiver.approved_by_id = opinion, opinion_reference, approved_by_id
    waiver.decided_by, waiver.decided_at = actor.person, now
    facts = {"task_id": waiver.task_id, "opinion_reference": opinion_reference, "approved_by_id": approved_by_id}
    facts["signed_sha256"] = signed
    await audit.record(session, actor, f"waiver.{verdict}", waiver_id, **facts)


async def _require_principal(session: AsyncSession, official_id: UUID) -> None:
    statement = select(Official.id).where(
        Official.id == official_id,
        Official.position == Position.PRINCIPAL_COUNTY_LEADER,
        Official.left_on.is_(None),
    )
    if await session.scalar(statement) is None:
        raise NotAPrincipalCountyLeader
