from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import String, case, cast, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Official
from supervision.messaging.gateways.codes import classify
from supervision.messaging.models import Attempt, Broadcast, Message, MessageDecision, Template
from supervision.messaging.states import UNREACHED, MessageState


class MessageView(StrEnum):
    """Which messages are listed."""

    ALL = "all"
    UNDECIDED = "undecided"


TEMPLATE_COLUMNS = (Template.id, Template.name, Template.version, Template.body, Template.created_at)
BROADCAST_COLUMNS = (
    Broadcast.id,
    Broadcast.template_id,
    Broadcast.matter,
    Broadcast.text,
    Broadcast.audience,
    Broadcast.parts,
    Broadcast.recipients,
    # What came before nobody was left out for that reason.
    type_coerce(func.jsonb_build_object("told_already", 0), JSONB).concat(Broadcast.left_out).label("left_out"),
    Broadcast.is_test,
    Broadcast.critical_reason,
    Broadcast.send_at,
    Broadcast.leaves_at,
    Broadcast.state,
    Broadcast.state_by,
    Broadcast.state_at,
    Broadcast.state_reason,
    Broadcast.confirmed_by,
    Broadcast.confirmed_at,
    Broadcast.erased_at,
)
MESSAGE_COLUMNS = (
    cast(Message.id, String).label("id"),
    Message.broadcast_id,
    Message.official_id,
    case((Message.erased_at.is_(None), Official.telephone_masked)).label("telephone"),
    Message.template_id,
    func.coalesce(Message.text, Broadcast.text).label("text"),
    Message.matter,
    Message.state,
    Message.is_test,
    Message.not_before,
    Message.queued_at,
    Message.attempts.label("tries"),
    Message.gateway,
    Message.reference,
    Message.code,
    Message.accepted_at,
    Message.finished_at,
    Message.erased_at,
    MessageDecision.decision,
    MessageDecision.reason.label("decision_reason"),
    MessageDecision.decided_by,
    MessageDecision.decided_at,
    cast(MessageDecision.resent_as, String).label("resent_as"),
)
ATTEMPT_COLUMNS = (Attempt.gateway, Attempt.started_at, Attempt.verdict, Attempt.code, Attempt.finished_at)


async def list_templates(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    """List the newest version of each template."""
    newer = aliased(Template)
    is_superseded = select(newer.id).where(newer.name == Template.name, newer.version > Template.version).exists()
    statement: Rows = select(*TEMPLATE_COLUMNS).where(~is_superseded)
    return await page(session, statement, request, identity=Template.id)


async def get_template(session: AsyncSession, _actor: Actor, name: str) -> Row:
    statement = select(*TEMPLATE_COLUMNS).where(Template.name == name).order_by(Template.version.desc()).limit(1)
    return or_not_found(await fetch_one(session, statement))


async def list_broadcasts(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*BROADCAST_COLUMNS), request, identity=Broadcast.id, descending=True)


async def get_broadcast(session: AsyncSession, actor: Actor, broadcast_id: UUID) -> Mapping[str, Any]:
    """Return a broadcast with its messages counted by state."""
    statement = select(*BROADCAST_COLUMNS).where(Broadcast.id == broadcast_id)
    row = or_not_found(await fetch_one(session, statement))
    counts = await count_messages(session, actor, broadcast_id=broadcast_id)
    return {**row, "messages": counts}


async def count_messages(session: AsyncSession, _actor: Actor, *, broadcast_id: UUID | None = None) -> Row:
    """Count messages by state, those of one broadcast or all."""
    counts = (func.count().filter(Message.state == state).label(state.value) for state in MessageState)
    statement: Rows = select(*counts)
    statement = where_given(statement, {Message.broadcast_id: broadcast_id})
    (counted,) = await fetch(session, statement)
    return counted


async def list_messages(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[int],
    *,
    state: MessageState | None = None,
    broadcast_id: UUID | None = None,
    official_id: UUID | None = None,
    view: MessageView = MessageView.ALL,
) -> Page:
    """List messages, newest first; or those that did not surely reach their officials and nobody decided about."""
    wanted = {Message.state: state, Message.broadcast_id: broadcast_id, Message.official_id: official_id}
    chosen = [column == value for column, value in wanted.items() if value is not None]
    if view is MessageView.UNDECIDED:
        unreached = or_(*(Message.state == each for each in UNREACHED))
        chosen += [unreached, Message.erased_at.is_(None), MessageDecision.id.is_(None)]
    found = await page(session, _messages().where(*chosen), request, identity=Message.id, descending=True)
    return replace(found, rows=[{**row, "meaning": _meaning(row["code"])} for row in found.rows])


async def get_message(session: AsyncSession, _actor: Actor, message_id: int) -> Mapping[str, Any]:
    """Return a message with what its gateway's code means and with every attempt to hand it over."""
    row = or_not_found(await fetch_one(session, _messages().where(Message.id == message_id)))
    attempts = select(*ATTEMPT_COLUMNS).where(Attempt.message_id == message_id).order_by(Attempt.fence)
    return {
        **row,
        "meaning": _meaning(row["code"]),
        "attempts": await fetch(session, attempts),
    }


def _messages() -> Rows:
    joined: Rows = select(*MESSAGE_COLUMNS).join(Official, Official.id == Message.official_id)
    joined = joined.outerjoin(Broadcast, Broadcast.id == Message.broadcast_id)
    return joined.outerjoin(MessageDecision, MessageDecision.message_id == Message.id)


def _meaning(code: str | None) -> dict[str, str] | None:
    return None if code is None else classify(code).as_words()
