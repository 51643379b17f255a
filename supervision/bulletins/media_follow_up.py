from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.bulletins import queries, rules
from supervision.bulletins.errors import FollowUpConcluded, MatterItemUnknown
from supervision.bulletins.models import MediaFollowUp
from supervision.bulletins.states import FOLLOW_UP_FOLLOWS, FollowUpState
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.items import queries as items


async def log_follow_up(
    session: AsyncSession, actor: Actor, *, medium: str, matter: str, asked_on: date, item_id: UUID | None = None
) -> UUID:
    """Log that a news medium was asked to follow a major matter (§5(2)); refuses an unknown item, and a future day."""
    await days.check(session, "log_media_follow_up", {"/asked_on": asked_on})
    await items.require_items(session, actor, {item_id}, MatterItemUnknown)
    asked = MediaFollowUp(
        item_id=item_id,
        matter=matter,
        medium=medium,
        asked_on=asked_on,
        logged_by=actor.person,
        logged_at=await clock.now(session),
        state=FollowUpState.ASKED,
    )
    session.add(asked)
    await audit.record(session, actor, "media_follow_up.asked", asked.id, medium=medium, asked_on=asked_on)
    return asked.id


async def conclude_follow_up(
    session: AsyncSession, actor: Actor, follow_up_id: UUID, *, outcome: str, concluded_on: date
) -> None:
    """Note what came of it; refuses a second outcome, and a day in the future or before the request."""
    asked = await queries.get_follow_up_for_update(session, actor, follow_up_id)
    if FollowUpState.CONCLUDED not in FOLLOW_UP_FOLLOWS[FollowUpState(asked.state)]:
        raise FollowUpConcluded
    await days.check(session, "conclude_media_follow_up", {"/concluded_on": concluded_on})
    rules.check_order(concluded_on, not_before=asked.asked_on)
    asked.state, asked.outcome, asked.concluded_on = FollowUpState.CONCLUDED, outcome, concluded_on
    await audit.record(session, actor, "media_follow_up.concluded", follow_up_id, concluded_on=concluded_on)
