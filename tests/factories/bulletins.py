from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import (
    accountability_proposals,
    circular_drafts,
    circular_sign_off,
    media_follow_up,
    rectification_orders,
)
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from tests.factories.signatures import AS_READ

MARCH = date(2016, 3, 1)
SIXTH_OF_APRIL = datetime(2016, 4, 6, 2, tzinfo=UTC)


def person(actor: Actor, role: Role = Role.OFFICE) -> Actor:
    return Actor(actor.jurisdiction_id, role, client_id=new_id(), is_test=True)


async def draft(session: AsyncSession, drafter: Actor, **over: Any) -> UUID:
    facts = {"month": MARCH, "title": "2016年3月督查通报", **over}
    return await circular_drafts.draft_circular(session, drafter, **facts)


async def put_out(session: AsyncSession, actor: Actor, circular_id: UUID) -> None:
    """Check and issue, by another person than whoever drafted."""
    other = person(actor)
    await circular_sign_off.check_circular(session, other, circular_id, AS_READ)
    await circular_sign_off.issue_circular(session, other, circular_id, AS_READ)


async def order(session: AsyncSession, actor: Actor, unit_id: UUID, **over: Any) -> UUID:
    facts = {"matter": "污水直排", "limit_on": date(2016, 4, 20), **over}
    return await rectification_orders.order_rectification(session, actor, unit_id=unit_id, **facts)


async def follow(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts = {"medium": "县电视台", "matter": "水毁道路修复", "asked_on": date(2016, 4, 1), **over}
    return await media_follow_up.log_follow_up(session, actor, **facts)


async def send(session: AsyncSession, actor: Actor, proposal_id: UUID, *, sent_on: date) -> None:
    await accountability_proposals.send_proposal(
        session, actor, proposal_id, AS_READ, deciding_body="县纪委监委", sent_on=sent_on
    )


async def propose(session: AsyncSession, actor: Actor, unit_id: UUID, **over: Any) -> UUID:
    facts = {"facts": "任务长期未推进，造成严重影响", **over}
    return await accountability_proposals.propose_accountability(session, actor, unit_id=unit_id, **facts)
