from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import end_of_day
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.identity import service as identity
from supervision.identity.errors import DepartureNotYet, UnknownOfficial
from supervision.items.states import Responsibility
from supervision.messaging import outbox
from supervision.tasks import assignments, people, queries, responsibilities, rules
from supervision.tasks.errors import SuccessorIsSelf, SuccessorNeeded
from supervision.tasks.states import SHARED_RESPONSIBILITIES


async def record_departure(
    session: AsyncSession, actor: Actor, official_id: UUID, *, on: date, reason: str, successor_id: UUID | None
) -> None:
    """Record that an official has left, and give all responsibilities for open tasks to one successor (§5(1)).

    Who leaves answers through the day of leaving. What was queued for them goes to the successor. Refuses a day to
    come, who left before, open tasks without a successor, and a successor who cannot take over each of them.
    """
    if successor_id == official_id:
        raise SuccessorIsSelf
    known = await people.read_officials_in_post(session, {successor_id} if successor_id else set())
    await identity.depart_official(session, actor, official_id, on=on, reason=reason)
    if successor_id is not None and successor_id not in known:
        raise UnknownOfficial
    held = await assignments.read_held(session, official_id)
    await outbox.readdress(session, actor, official_id=official_id, heir_id=successor_id)
    if successor_id is None:
        _require_none(held)
        return
    at = min(await clock.now(session), end_of_day(on))
    for task_id, responsibility in held:
        task = await queries.get_for_update(session, actor, task_id)
        rules.check_fit(responsibility, known[successor_id], unit_id=task.responsible_unit_id)
        if responsibility in SHARED_RESPONSIBILITIES:
            await responsibilities.unshare(session, actor, task, responsibility, official_id, at=at, reason=reason)
            await responsibilities.share(session, actor, task, responsibility, successor_id, at=at)
        else:
            await responsibilities.hand_on(session, actor, task, responsibility, successor_id, at=at, reason=reason)


async def amend_official(
    session: AsyncSession, actor: Actor, official_id: UUID, version: int, *, changes: dict[str, Any]
) -> None:
    """Change an official as the identity room does; refuses also that one leaves open tasks behind."""
    await days.check(session, "amend_official", {"/left_on": changes.get("left_on")}, future=DepartureNotYet)
    await identity.amend_official(session, actor, official_id, version, changes=changes)
    if "left_on" in changes:
        _require_none(await assignments.read_held(session, official_id))


def _require_none(held: list[tuple[UUID, Responsibility]]) -> None:
    if held:
        raise SuccessorNeeded(count=len({task_id for task_id, _ in held}))
