from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.items import policy, registration, rules
from supervision.items import queries as items
from supervision.items.errors import NotYetHappened
from supervision.items.item_changes import following, move
from supervision.items.states import ItemChangeKind
from supervision.progress.obligation_waivers import waive_idle


async def suspend_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Let an open item stand still (中止): until it is resumed it is neither due nor late.

    The reports of units that have nothing else in hand are waived. Refuses one that is not open.
    """
    item = await items.get_for_update(session, actor, item_id)
    await move(session, actor, item, ItemChangeKind.SUSPENDED, reason=reason)
    await waive_idle(session, actor)


async def resume_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Go on with a suspended item; its deadline moves by the days it stood still, unless it had passed before.

    The first deadline is kept. Refuses one that is not suspended.
    """
    item = await items.get_for_update(session, actor, item_id)
    following(item, ItemChangeKind.RESUMED)
    today = await clock.today(session)
    pause = {"suspended_on": item.suspended_on or today, "resumed_on": today}
    until_on = item.deadline_on if item.is_standing else rules.deadline_after_pause(item.deadline_on, **pause)
    facts = {"suspended_on": item.suspended_on, "deadline_on": until_on}
    await move(session, actor, item, ItemChangeKind.RESUMED, reason=reason, **facts)
    if until_on != item.deadline_on:
        await registration.move_deadline(session, actor, item, until_on)


async def terminate_item(
    session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str, ordered_by: str, ordered_on: date
) -> None:
    """End an item without its close-out (终止), on the word of who ordered it and when.

    Refuses one that is neither open nor suspended, a day to come, and what is marked as classified.
    """
    item = await items.get_for_update(session, actor, item_id)
    following(item, ItemChangeKind.TERMINATED)
    rules.check_unclassified(ordered_by)
    await days.check(session, "terminate_item", {"/ordered_on": ordered_on}, future=NotYetHappened)
    order = {"ordered_by": ordered_by, "ordered_on": ordered_on}
    await move(session, actor, item, ItemChangeKind.TERMINATED, reason=reason, **order)
    await waive_idle(session, actor)


async def void_item(session: AsyncSession, actor: Actor, item_id: UUID, *, reason: str) -> None:
    """Take back a registration that was a mistake (作废); its number is kept and never given again (§3(1)).

    Refuses who registered it, and one that has ended.
    """
    item = await items.get_for_update(session, actor, item_id)
    following(item, ItemChangeKind.VOIDED)
    policy.require_another_person(actor, CounterStep.VOID_ITEM, item)
    await move(session, actor, item, ItemChangeKind.VOIDED, reason=reason)
    await waive_idle(session, actor)
