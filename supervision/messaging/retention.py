from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.ciphers import Digest, mac
from supervision.foundation.driver import Row, fetch
from supervision.foundation.keys import derive
from supervision.messaging import broadcast_halts
from supervision.messaging.models import ERASABLE


@dataclass(frozen=True, slots=True)
class Erased:
    messages: int
    broadcasts: int

    @property
    def is_nothing(self) -> bool:
        return not self.messages and not self.broadcasts


_DUE_MESSAGES = text(f"""
    SELECT id, text AS content FROM message
    WHERE {ERASABLE} AND queued_at < :before ORDER BY queued_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")  # noqa: S608 - our own condition
_ERASE_MESSAGES = text("""
    UPDATE message m SET text = NULL, text_hash = g.hash, erased_at = :now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[])) AS g (id, hash) WHERE m.id = g.id
""")
# A uniform text goes with the last of its messages.
_DUE_BROADCASTS = text("""
    SELECT id, text AS content FROM broadcast b
    WHERE erased_at IS NULL AND confirmed_at < :before
        AND NOT EXISTS (SELECT FROM message m WHERE m.broadcast_id = b.id AND m.erased_at IS NULL)
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_ERASE_BROADCASTS = text("""
    UPDATE broadcast b SET text = NULL, text_hash = g.hash, erased_at = :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:hashes AS bytea[])) AS g (id, hash) WHERE b.id = g.id
""")
_DUE_RECEIPTS = text("""
    SELECT id, raw AS content FROM receipt
    WHERE raw IS NOT NULL AND received_at < :before ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_ERASE_RECEIPTS = text("""
    UPDATE receipt r SET raw = NULL, raw_hash = g.hash
    FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[])) AS g (id, hash) WHERE r.id = g.id
""")


_ERASE_REPLIES = text("""
    UPDATE reply SET text = NULL, telephone_indexes = '{}' WHERE receipt_id = ANY(CAST(:ids AS bigint[]))
""")


async def erase_messages(session: AsyncSession, actor: Actor, *, keep_days: int, limit: int) -> Erased:
    """Erase text and number of the county's messages that were queued more than so many days ago, up to `limit`.

    What is kept is who was told, under which template and matter, what became of it, and the text's keyed hash.
    """
    now = await clock.now(session)
    facts: dict[str, Any] = {"before": _beginning_of_day(now) - timedelta(days=keep_days), "limit": limit}
    await broadcast_halts.cancel_forgotten(session, actor, before=facts["before"])
    messages = await fetch(session, _DUE_MESSAGES, facts)
    await _erase(session, _ERASE_MESSAGES, messages, now=now)
    broadcasts = await fetch(session, _DUE_BROADCASTS, facts)
    await _erase(session, _ERASE_BROADCASTS, broadcasts, now=now)
    erased = Erased(len(messages), len(broadcasts))
    if not erased.is_nothing:
        await audit.record(
            session,
            actor,
            "messages.erased",
            None,
            count=erased.messages,
            broadcasts=erased.broadcasts,
            queued_before=facts["before"],
        )
    metrics.ERASED.labels("message").inc(erased.messages)
    metrics.ERASED.labels("broadcast").inc(erased.broadcasts)
    return erased


async def erase_receipts(session: AsyncSession, *, keep_days: int, limit: int) -> int:
    """Erase what gateways sent more than so many days ago, up to `limit` calls; it belongs to no county.

    What it said of each message is kept, and who replied when, without the words and the number.
    """
    before = _beginning_of_day(clock.real_now()) - timedelta(days=keep_days)
    receipts = await fetch(session, _DUE_RECEIPTS, {"before": before, "limit": limit})
    await _erase(session, _ERASE_RECEIPTS, receipts)
    await session.execute(_ERASE_REPLIES, {"ids": [row["id"] for row in receipts]})
    metrics.ERASED.labels("receipt").inc(len(receipts))
    return len(receipts)


async def _erase(session: AsyncSession, statement: Any, rows: list[Row], **facts: datetime) -> None:
    if rows:
        hashes = [None if row["content"] is None else hash_erased(row["content"]) for row in rows]
        await session.execute(statement, {"ids": [row["id"] for row in rows], "hashes": hashes, **facts})


def hash_erased(content: str | bytes) -> bytes:
    """Return what proves an erased content to who has it, and tells nothing to who has the database alone."""
    return mac(Digest.SHA256, derive("erased"), content if isinstance(content, bytes) else content.encode())


def _beginning_of_day(now: datetime) -> datetime:
    # By whole days, so that a county has one run a day and not one a minute.
    return now.astimezone(clock.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
