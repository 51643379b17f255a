from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.clock import real_now
from supervision.foundation.database import ask_worker
from supervision.foundation.texts import fold
from supervision.messaging import outbox, quotas, templates
from supervision.messaging.audience import Audience, OfficialIds, is_for_everybody, select_audience
from supervision.messaging.errors import (
    BroadcastNeedsApproval,
    MatterAlreadyBroadcast,
    NobodyToTell,
    SendTimeNotAhead,
    ShownDiffers,
)
from supervision.messaging.gateways.chosen import listening_gateways
from supervision.messaging.gateways.route import count_calls, count_seconds
from supervision.messaging.models import Broadcast, Message, Template
from supervision.messaging.recipients import REASONS, count_recipients, digest_of, list_recipients
from supervision.messaging.rules import VariableValue

_FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a broadcast would send, to how many, and what it takes; `shown` stands for all of it."""

    template: str
    template_version: int
    text: str
    parts: int
    recipients: int
    left_out: dict[str, int]
    gateway_calls: int
    seconds: int | None  # at the gateway's rate; None: as fast as it answers
    send_at: datetime | None  # None: at once
    leaves_at: datetime  # later than that in quiet hours
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    template: Template
    text: str
    segments: int
    audience: OfficialIds
    described: dict[str, Any]
    told: RowMapping
    send_at: datetime | None
    leaves_at: datetime

    @property
    def left_out(self) -> dict[str, int]:
        return {reason: self.told[reason] for reason in REASONS}


async def preview(
    session: AsyncSession,
    actor: Actor,
    *,
    template: str,
    variables: Mapping[str, VariableValue],
    audience: Audience,
    send_at: datetime | None = None,
) -> Preview:
    """Show what a broadcast would send, and store nothing.

    Refuses an unfilled or too long text, no audience, and a moment that has passed or is more than a year away.
    """
    _require_ahead(send_at)
    current = await templates.get_current(session, template)
    filled = templates.fill(current.body, variables)
    chosen = await select_audience(session, audience)
    leaves_at = outbox.leaves_after(send_at, may_wake=actor.is_test)
    return _show(actor, await _plan(session, current, filled, chosen, send_at=send_at, leaves_at=leaves_at))


async def confirm(  # noqa: PLR0913 - what a broadcast is, and whether another person approved it
    session: AsyncSession,
    actor: Actor,
    *,
    template: str,
    variables: Mapping[str, VariableValue],
    audience: Audience,
    shown: str,
    matter: str,
    critical_reason: str | None = None,
    send_at: datetime | None = None,
    is_approved: bool = False,
) -> UUID:
    """Send exactly what a preview showed; the same once more answers the same broadcast and sends nothing.

    Refuses what differs from the preview, a matter of another broadcast, an audience of nobody, a moment that has
    passed, and more than the quota; what goes to everybody or is critical also, unless another person approved it.
    """
    if not is_approved and (critical_reason is not None or await is_for_everybody(session, audience)):
        raise BroadcastNeedsApproval
    # What people name is kept apart from what the cadence names, so that nobody can take its matters away.
    matter = await _named_before(session, f"manual:{matter}")
    current = await templates.get_current(session, template)
    filled = templates.fill(current.body, variables)
    known = await _take_matter(session, matter)
    if known is not None:
        return _require_same(known, (filled[0], audience.describe(), send_at))
    _require_ahead(send_at)
    leaves_at = outbox.leaves_after(send_at, may_wake=actor.is_test or critical_reason is not None)
    chosen = await select_audience(session, audience)
    plan = await _plan(
        session, current, filled, chosen, described=audience.describe(), send_at=send_at, leaves_at=leaves_at
    )
    if _show(actor, plan).shown != shown:
        raise ShownDiffers
    if not plan.told["recipients"]:
        raise NobodyToTell
    if not actor.is_test:
        await quotas.require_room(session, parts=plan.segments * plan.told["recipients"], leaves_at=leaves_at)
    return await _broadcast(session, actor, plan, matter=matter, critical_reason=critical_reason)


async def send(
    session: AsyncSession,
    actor: Actor,
    *,
    template: str,
    variables: Mapping[str, VariableValue],
    matter: str,
    audience: OfficialIds,
    described: dict[str, Any],
) -> UUID:
    """Broadcast what is scheduled, once for its matter: a second call returns the first broadcast and adds nothing."""
    known = await _take_matter(session, matter)
    if known is not None:
        return known.id
    current = await templates.get_current(session, template)
    filled = templates.fill_asked(current.body, variables)
    plan = await _plan(session, current, filled, audience, described=described, leaves_at=outbox.leaves_at(actor))
    return await _broadcast(session, actor, plan, matter=matter)


async def _named_before(session: AsyncSession, matter: str) -> str:
    """Return the matter as it was first written: one that differs by blanks, width or capitals is the same."""
    # Two who write one matter in two ways at once take turns.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"written:{fold(matter)}", 0))))
    written = set(await session.scalars(select(Broadcast.matter).where(Broadcast.matter.like("manual:%"))))
    if matter in written:
        return matter
    return next((each for each in sorted(written) if fold(each) == fold(matter)), matter)


async def _take_matter(session: AsyncSession, matter: str) -> Broadcast | None:
    # Two who broadcast under one matter at once take turns, and the second finds what the first has committed.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(matter, 0))))
    return await session.scalar(select(Broadcast).where(Broadcast.matter == matter))


def _require_same(known: Broadcast, wanted: tuple[str, dict[str, Any], datetime | None]) -> UUID:
    if (known.text, known.audience, known.send_at) != wanted:
        raise MatterAlreadyBroadcast
    return known.id


def _require_ahead(send_at: datetime | None) -> None:
    # By the real clock, as all that leaves.
    now = real_now()
    if send_at is not None and not now < send_at <= now + _FURTHEST:
        raise SendTimeNotAhead(days=_FURTHEST.days)


async def _plan(
    session: AsyncSession,
    template: Template,
    filled: tuple[str, int],
    audience: OfficialIds,
    *,
    leaves_at: datetime,
    described: dict[str, Any] | None = None,
    send_at: datetime | None = None,
) -> _Plan:
    text, segments = filled
    told = await count_recipients(session, audience, text=text, leaves_at=leaves_at)
    return _Plan(
        template=template,
        text=text,
        segments=segments,
        audience=audience,
        described=described or {},
        told=told,
        send_at=send_at,
        leaves_at=leaves_at,
    )


def _show(actor: Actor, plan: _Plan) -> Preview:
    routes, recipients = listening_gateways()[actor.is_test], plan.told["recipients"]
    facts: dict[str, Any] = {
        "template": plan.template.name,
        "template_version": plan.template.version,
        "text": plan.text,
        "parts": plan.segments,
        "recipients": recipients,
        "left_out": plan.left_out,
        "gateway_calls": count_calls(routes, recipients),
        "seconds": count_seconds(routes, recipients),
        "send_at": plan.send_at,
    }
    whole = orjson.dumps([facts, plan.told["digest"]], option=orjson.OPT_SORT_KEYS)
    # What leaves at once leaves a little later than it was shown.
    return Preview(**facts, leaves_at=plan.leaves_at, shown=sha256(whole).hexdigest())


async def _broadcast(
    session: AsyncSession, actor: Actor, plan: _Plan, *, matter: str, critical_reason: str | None = None
) -> UUID:
    broadcast = Broadcast(
        template_id=plan.template.id,
        matter=matter,
        text=plan.text,
        audience=plan.described,
        parts=plan.segments,
        recipients=plan.told["recipients"],
        left_out=plan.left_out,
        is_test=actor.is_test,
        critical_reason=critical_reason,
        send_at=plan.send_at,
        leaves_at=plan.leaves_at,
        confirmed_by=actor.person,
        confirmed_at=await clock.now(session),
    )
    session.add(broadcast)
    await session.flush()  # its messages refer to it, and are made by a statement that does not pass the session
    content = {"template_id": broadcast.template_id, "text": broadcast.text, "audience": broadcast.audience}
    if await _fan_out(session, actor, broadcast, plan) != plan.told["digest"]:
        raise ShownDiffers  # somebody came, left or changed their number between the two statements
    await audit.record(
        session,
        actor,
        "broadcast.confirmed",
        broadcast.id,
        matter=matter,
        recipients=broadcast.recipients,
        left_out=broadcast.left_out,
        critical_reason=critical_reason,
        send_at=plan.send_at,
        signed_sha256=signatures.digest_of(content),
    )
    ask_worker(session, "deliver")
    return broadcast.id


async def _fan_out(session: AsyncSession, actor: Actor, broadcast: Broadcast, plan: _Plan) -> str | None:
    listed = list_recipients(plan.audience, text=plan.text, leaves_at=plan.leaves_at)
    columns = {
        "broadcast_id": literal(broadcast.id),
        "official_id": listed.c.id,
        "template_id": literal(broadcast.template_id),
        "is_test": literal(actor.is_test),
        "not_before": literal(plan.leaves_at),
        "queued_at": literal(broadcast.confirmed_at),
    }
    told = select(*columns.values()).where(listed.c.reason.is_(None)).order_by(listed.c.id)
    made = insert(Message).from_select(list(columns), told).returning(Message.official_id).cte("made")
    digest: str | None = await session.scalar(select(digest_of(made.c.official_id)))
    return digest
