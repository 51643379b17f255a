"""What officials send back (上行): kept as it came, matched with the last message to the number, and read by people."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import String, cast, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, metrics, settings
from supervision.foundation.actors import Actor
from supervision.foundation.database import ask_worker
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.foundation.texts import fold
from supervision.identity import telephones
from supervision.identity.models import Official
from supervision.messaging.errors import ReplyAlreadyHandled
from supervision.messaging.gateways import Reply as ReplyLine
from supervision.messaging.gateways.models import Reply
from supervision.messaging.states import ReplyMeaning, ReplyState

# What the rules for commercial messages (通信短信息服务管理规定) let people answer; messages of duty are none, so it is
# told to the office and stops nothing by itself.
_UNSUBSCRIPTIONS = frozenset({"t", "td", "n", "tui", "退订", "拒收", "回复退订"})
_NOT_WORDS = re.compile(r"[\W_]+")


class ReplyView(StrEnum):
    """Which replies are listed: all, or those that a person must read."""

    ALL = "all"
    UNHANDLED = "unhandled"


# Nothing is returned: a reply belongs to no county yet, so nobody who keeps one may read it.
_KEEP = text("""
    INSERT INTO reply (receipt_id, telephone_indexes, text, at)
    SELECT :receipt_id, ARRAY(SELECT decode(i, 'hex') FROM json_array_elements_text(l.indexes) AS i), l.text, l.at
    FROM json_to_recordset(CAST(:lines AS json)) AS l (indexes json, text text, at timestamptz)
""")


async def keep(session: AsyncSession, receipt_id: int, lines: Sequence[ReplyLine]) -> None:
    """Keep the replies of one call for the matching; of a number only what finds it is kept."""
    told = [
        {"indexes": [each.hex() for each in telephones.blind_indexes(line.telephone)], "text": line.text, "at": line.at}
        for line in lines
    ]
    if told:
        await session.execute(_KEEP, {"receipt_id": receipt_id, "lines": orjson.dumps(told).decode()})
        ask_worker(session, "match_replies")


# The last message to the number by the gateway that tells of the reply, whatever county it came from.
_MATCH = text("""
    WITH waiting AS MATERIALIZED (
        SELECT r.id, r.telephone_indexes, r.text, r.at, c.gateway, c.is_test
        FROM reply r JOIN receipt c ON c.id = r.receipt_id
        WHERE r.state = 'waiting' ORDER BY r.id LIMIT :limit FOR UPDATE OF r SKIP LOCKED
    ), found AS (
        SELECT DISTINCT ON (w.id) w.id, m.id AS message_id, m.jurisdiction_id, m.official_id
        FROM waiting w JOIN official o ON o.telephone_index = ANY(w.telephone_indexes)
        CROSS JOIN LATERAL (
            SELECT id, jurisdiction_id, official_id FROM message
            WHERE official_id = o.id AND gateway = w.gateway AND is_test = coalesce(w.is_test, is_test)
            ORDER BY id DESC LIMIT 1
        ) m
        ORDER BY w.id, m.id DESC
    ), repeated AS (
        SELECT w.id FROM waiting w JOIN found f USING (id) WHERE EXISTS (
            SELECT FROM reply r WHERE r.official_id = f.official_id AND r.jurisdiction_id = f.jurisdiction_id
                AND r.id < w.id AND r.text = w.text AND r.at = w.at
        )
    )
    UPDATE reply r SET message_id = f.message_id, official_id = f.official_id,
        jurisdiction_id = CASE WHEN p.id IS NULL THEN f.jurisdiction_id END,
        state = CASE WHEN p.id IS NOT NULL THEN 'repeated' WHEN f.id IS NULL THEN 'unmatched' ELSE 'matched' END
    FROM waiting w LEFT JOIN found f USING (id) LEFT JOIN repeated p USING (id)
    WHERE r.id = w.id RETURNING r.id, r.state, w.text
""")
_MEAN = text("""
    UPDATE reply r SET meaning = t.meaning FROM json_to_recordset(CAST(:read AS json)) AS t (id bigint, meaning text)
    WHERE r.id = t.id
""")


async def match(session: AsyncSession, *, limit: int) -> int:
    """Match up to `limit` replies that wait with the messages that they answer, and read what they say."""
    rows = await fetch(session, _MATCH, {"limit": limit})
    read = [{"id": row["id"], "meaning": read_meaning(row["text"] or "")} for row in rows]
    if read:
        await session.execute(_MEAN, {"read": orjson.dumps(read).decode()})
    for row in rows:
        metrics.REPLIES.labels(row["state"]).inc()
    if any(each["meaning"] is ReplyMeaning.ACKNOWLEDGEMENT for each in read):
        ask_worker(session, "acknowledge_replied")
    return len(rows)


def read_meaning(words: str) -> ReplyMeaning:
    """Tell what a reply says: the configured word and nothing else acknowledges."""
    said = _NOT_WORDS.sub("", fold(words))
    if said in {fold(each) for each in settings.current().acknowledgement_words.split(",")}:
        return ReplyMeaning.ACKNOWLEDGEMENT
    return ReplyMeaning.UNSUBSCRIPTION if said in _UNSUBSCRIPTIONS else ReplyMeaning.OTHER


_COLUMNS = (
    cast(Reply.id, String).label("id"),
    Reply.official_id,
    Official.name.label("official_name"),
    Official.unit_id,
    cast(Reply.message_id, String).label("message_id"),
    Reply.text,
    Reply.at,
    Reply.received_at,
    Reply.meaning,
    Reply.note,
    Reply.handled_by,
    Reply.handled_at,
)


async def list_replies(
    session: AsyncSession, _actor: Actor, request: PageRequest[int], *, view: ReplyView = ReplyView.ALL
) -> Page:
    """List replies, newest first; what only acknowledges needs nobody."""
    statement = _replies()
    if view is ReplyView.UNHANDLED:
        statement = statement.where(Reply.handled_at.is_(None), Reply.meaning != ReplyMeaning.ACKNOWLEDGEMENT)
    return await page(session, statement, request, identity=Reply.id, descending=True)


async def get_reply(session: AsyncSession, _actor: Actor, reply_id: int) -> Row:
    return or_not_found(await fetch_one(session, _replies().where(Reply.id == reply_id)))


def _replies() -> Rows:
    listed: Rows = select(*_COLUMNS).join(Official, Official.id == Reply.official_id)
    return listed.where(Reply.state == ReplyState.MATCHED)


async def handle(session: AsyncSession, actor: Actor, reply_id: int, *, note: str | None) -> None:
    """Record that somebody has read a reply and what was done; refuses one that is handled."""
    reply = await get_locked(session, select(Reply).where(Reply.id == reply_id, Reply.state == ReplyState.MATCHED))
    if reply.handled_at is not None:
        raise ReplyAlreadyHandled
    reply.note, reply.handled_by, reply.handled_at = note, actor.person, await clock.now(session)
    await audit.record(session, actor, "reply.handled", reply_id, note=note)


_ACKNOWLEDGING = """
    FROM reply r JOIN message m ON m.id = r.message_id JOIN official o ON o.id = r.official_id
    WHERE r.meaning = 'acknowledgement' AND r.handled_at IS NULL AND r.state = 'matched'
"""
_COUNTIES = text(f"SELECT DISTINCT r.jurisdiction_id {_ACKNOWLEDGING}")
_FIND_ACKNOWLEDGING = text(f"SELECT r.id, r.official_id, o.unit_id, m.matter {_ACKNOWLEDGING} ORDER BY r.id LIMIT 500")
_HANDLE = text("UPDATE reply SET handled_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))")


async def find_counties(session: AsyncSession) -> list[UUID]:
    """Find the counties where an acknowledging reply waits for the room that it concerns."""
    return [row["jurisdiction_id"] for row in await fetch(session, _COUNTIES)]


async def take_acknowledging(session: AsyncSession) -> Sequence[Mapping[str, Any]]:
    """Take the replies that acknowledge: of each its official, unit, and the matter of the message that it answers."""
    rows = await fetch(session, _FIND_ACKNOWLEDGING)
    await session.execute(_HANDLE, {"ids": [row["id"] for row in rows], "now": await clock.now(session)})
    return rows
