from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.bulletins import document_facts, policy, rectification_queries
from supervision.bulletins.errors import LimitInPast, MatterItemUnknown, RectificationStateForbids
from supervision.bulletins.models import RectificationOrder, RectificationReport
from supervision.bulletins.states import (
    RECTIFICATION_FOLLOWS,
    VERDICT_LEADS_TO,
    RectificationState,
    RectificationVerdict,
)
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.identity.policy import require_not_own_unit
from supervision.identity.queries import require_units
from supervision.items import queries as items
from supervision.official_documents.issued_documents import keep_document


async def order_rectification(
    session: AsyncSession, actor: Actor, *, unit_id: UUID, matter: str, limit_on: date, item_id: UUID | None = None
) -> UUID:
    """Order a unit to put a matter right by a day (§5(2) 限时整改); refuses what is unknown, one's own, a past day."""
    await days.check(session, "order_rectification", {"/limit_on": limit_on}, past=LimitInPast)
    await require_units(session, {unit_id})
    require_not_own_unit(actor, {unit_id})
    await items.require_items(session, actor, {item_id}, MatterItemUnknown)
    order = RectificationOrder(
        unit_id=unit_id,
        item_id=item_id,
        matter=matter,
        limit_on=limit_on,
        state=RectificationState.ORDERED,
        ordered_by=actor.person,
        ordered_at=await clock.now(session),
    )
    session.add(order)
    await audit.record(session, actor, "rectification.ordered", order.id, unit_id=unit_id, limit_on=limit_on)
    await keep_document(session, actor, await document_facts.read_order_facts(session, actor, order.id))
    return order.id


async def report_rectification(session: AsyncSession, actor: Actor, order_id: UUID, *, text: str) -> None:
    """Report that a matter is put right, each round kept; refuses an order that waits for no report."""
    order = await rectification_queries.get_order_for_update(session, actor, order_id)
    _require_follows(order, RectificationState.REPORTED)
    rounds = await session.scalar(
        select(func.count()).select_from(RectificationReport).where(RectificationReport.order_id == order_id)
    )
    order.state = RectificationState.REPORTED
    session.add(
        RectificationReport(
            order_id=order_id,
            round=(rounds or 0) + 1,
            text=text,
            reported_by=actor.person,
            reported_at=await clock.now(session),
        )
    )
    await audit.record(session, actor, "rectification.reported", order_id, round=(rounds or 0) + 1)


async def verify_rectification(
    session: AsyncSession, actor: Actor, order_id: UUID, version: int, *, verdict: RectificationVerdict, finding: str
) -> None:
    """Close an order after looking (§5(2)), or return it to the unit.

    Refuses who ordered it, people of the unit, a stale version, and one that was not reported.
    """
    order = await rectification_queries.get_order_for_update(session, actor, order_id)
    read = await rectification_queries.get_rectification_order(session, actor, order_id)
    signed = signatures.sign(order, version, read)
    require_not_own_unit(actor, {order.unit_id})
    following = VERDICT_LEADS_TO[verdict]
    _require_follows(order, following)
    policy.require_another_than_orderer(actor, order)
    now = await clock.now(session)
    waiting = select(RectificationReport).where(RectificationReport.order_id == order_id)
    report = (await session.scalars(waiting.order_by(RectificationReport.round.desc()).limit(1))).one()
    report.verdict, report.finding = verdict, finding
    report.verified_by, report.verified_at = actor.person, now
    order.state = following
    order.closed_at = now if following is RectificationState.CLOSED else None
    facts = {"round": report.round, "finding": finding, "signed_sha256": signed}
    await audit.record(session, actor, f"rectification.{verdict}", order_id, **facts)


def _require_follows(order: RectificationOrder, following: RectificationState) -> None:
    if following not in RECTIFICATION_FOLLOWS[RectificationState(order.state)]:
        raise RectificationStateForbids(state=order.state)
