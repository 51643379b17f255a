import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import metrics
from supervision.foundation.clock import real_now
from supervision.foundation.driver import fetch
from supervision.foundation.key_ring import KeyMissing
from supervision.identity import telephones
from supervision.messaging import message_parts, number_faults, rules
from supervision.messaging.gateway_parts import BUCKETS, STRIDE, WHOLE, Part
from supervision.messaging.gateways import Gateway, ReceiptLine, Submission, SubmissionOutcome, Verdict
from supervision.messaging.states import MessageState, NumberFaultKind

# Renewed while its worker waits for the gateway, so that it runs out only when the worker is gone; short, for until
# then nobody looks at what was in flight.
LEASE = timedelta(seconds=20)
ASK_AGAIN = timedelta(minutes=1)

_log = structlog.get_logger()
_rng = random.Random()  # noqa: S311 - jitter, not cryptography


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that is ours until its lease runs out; the fence tells our claim from later ones."""

    id: int
    fence: int
    attempts: int
    may_wake: bool
    jurisdiction_id: UUID
    official_id: UUID
    telephone_sealed: bytes | None = field(repr=False)
    text: str = field(repr=False)


# One statement, so that nothing is handed over that was not written down before. In quiet hours only what may wake
# people leaves, also when the worker comes back late to what was queued by day.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT m.id FROM message m{among}
        WHERE m.state = 'queued' AND m.is_test = :is_test AND m.not_before <= now()
            AND (NOT :is_quiet OR m.is_test OR EXISTS (
                SELECT FROM broadcast b WHERE b.id = m.broadcast_id AND b.critical_reason IS NOT NULL
            ))
            -- Also what a gateway threw back after its broadcast was paused or cancelled.
            AND (m.broadcast_id IS NULL OR m.broadcast_id NOT IN (SELECT id FROM broadcast WHERE state <> 'sending'))
        ORDER BY m.not_before, m.id LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    ), claimed AS (
        UPDATE message m SET state = 'submitting', fence = m.fence + 1, attempts = m.attempts + 1,
            gateway = :gateway, leased_until = now() + :lease
        FROM due WHERE m.id = due.id
        RETURNING m.id, m.jurisdiction_id, m.fence, m.attempts, m.is_test, m.text, m.official_id, m.broadcast_id
    ), noted AS (
        INSERT INTO attempt (jurisdiction_id, message_id, fence, gateway)
        SELECT jurisdiction_id, id, fence, :gateway FROM claimed
    )
    SELECT c.id, c.fence, c.attempts, c.is_test OR b.critical_reason IS NOT NULL AS may_wake,
        c.jurisdiction_id, c.official_id, o.telephone_sealed, coalesce(c.text, b.text) AS text
    FROM claimed c JOIN official o ON o.id = c.official_id LEFT JOIN broadcast b ON b.id = c.broadcast_id
    ORDER BY c.id
"""
_CLAIM_ALL = text(_CLAIM.format(among=""))
# Numbers are sealed, but the first three digits stand in their masked form: as much as tells the carrier.
_CLAIM_PART = text(
    _CLAIM.format(
        among=f"""
        JOIN official receiver ON receiver.id = m.official_id
        LEFT JOIN unnest(CAST(:prefixes AS text[]), CAST(:firsts AS int[]), CAST(:ends AS int[]))
            AS part (prefix, first, "end") ON part.prefix = left(receiver.telephone_masked, 3)
        JOIN LATERAL (SELECT (m.id + m.attempts) * {STRIDE} % {BUCKETS} AS number) bucket
            ON bucket.number >= coalesce(part.first, :first) AND bucket.number < coalesce(part."end", :end)"""
    )
)


async def claim(
    session: AsyncSession,
    *,
    gateway: str,
    is_test: bool,
    limit: int,
    part: Part = WHOLE,
    lease: timedelta | None = None,
) -> list[ClaimedMessage]:
    """Take up to `limit` due messages of a gateway's part, across all counties, with an attempt written for each."""
    now = real_now()
    facts = {
        "gateway": gateway,
        "is_test": is_test,
        "is_quiet": rules.not_before(now) > now,
        "limit": limit,
        "lease": lease or LEASE,
    }
    if part.is_whole:
        return [ClaimedMessage(**row) for row in await fetch(session, _CLAIM_ALL, facts)]
    first, end = part.others
    of_part = {
        "prefixes": list(part.by_prefix),
        "firsts": [first for first, _ in part.by_prefix.values()],
        "ends": [end for _, end in part.by_prefix.values()],
        "first": first,
        "end": end,
    }
    return [ClaimedMessage(**row) for row in await fetch(session, _CLAIM_PART, facts | of_part)]


_RENEW = text("""
    UPDATE message m SET leased_until = now() + :lease
    FROM unnest(CAST(:ids AS bigint[]), CAST(:fences AS bigint[])) AS ours (id, fence)
    WHERE m.id = ours.id AND m.fence = ours.fence AND m.state = 'submitting'
""")


async def renew(session: AsyncSession, claimed: Sequence[ClaimedMessage]) -> None:
    """Keep claimed messages for as long again; leaves those that somebody else has claimed since."""
    facts = {"ids": [each.id for each in claimed], "fences": [each.fence for each in claimed], "lease": LEASE}
    await session.execute(_RENEW, facts)


# Ours, for messages that no gateway can be given: never, or not before somebody gives this process its keys.
_UNSENDABLE = "no_number"
_KEY_MISSING = "key_missing"
OUR_OWN_CODES = (_UNSENDABLE, _KEY_MISSING)


def write_submissions(claimed: Sequence[ClaimedMessage]) -> tuple[list[Submission], list[SubmissionOutcome]]:
    """Open the telephone numbers and return what to hand over, and the outcomes of those without a readable one."""
    submissions, unsendable = [], []
    for each in claimed:
        try:
            number = telephones.unseal(
                each.telephone_sealed or b"", jurisdiction_id=each.jurisdiction_id, official_id=each.official_id
            )
            submissions.append(Submission(str(each.id), number, each.text))
        except KeyMissing as error:
            _log.error("key_missing", message=each.id, reason=str(error))
            unsendable.append(SubmissionOutcome(str(each.id), Verdict.UNREACHABLE, code=_KEY_MISSING))
        except (InvalidTag, ValueError):
            unsendable.append(SubmissionOutcome(str(each.id), Verdict.REFUSED, code=_UNSENDABLE))
    return submissions, unsendable


@dataclass(frozen=True, slots=True)
class _Settled:
    id: int
    fence: int
    verdict: Verdict
    state: MessageState
    reference: str | None
    code: str | None
    again_at: datetime | None  # to be sent again, or, while unknown, to be asked about


# The late word of a worker whose lease ran out is taken as long as nobody has claimed the message again, for it is
# the truth about that attempt. Rows are locked in one order here and in the matching of receipts; what was locked is
# told by the lock, so that messages are found by their ids and not by all that is on its way.
_SETTLE = text("""
    WITH told AS (
        SELECT * FROM json_to_recordset(CAST(:settled AS json)) AS t (
            id bigint, fence bigint, verdict text, state text, reference text, code text, again_at timestamptz
        )
    ), locked AS (
        SELECT m.id, m.fence, m.state FROM message m JOIN told USING (id) ORDER BY m.id FOR UPDATE OF m
    ), settled AS (
        UPDATE message m SET state = t.state, code = t.code, reference = coalesce(t.reference, m.reference),
            -- What was thrown back keeps its place, and its tries: nobody has looked at it.
            not_before = CASE t.state WHEN 'queued' THEN coalesce(t.again_at, m.not_before) ELSE m.not_before END,
            attempts = m.attempts - CASE t.verdict WHEN 'throttled' THEN 1 ELSE 0 END,
            leased_until = CASE t.state WHEN 'unknown' THEN t.again_at END,
            accepted_at = CASE WHEN t.state IN ('accepted', 'delivered') THEN now() END,
            finished_at = CASE WHEN t.state IN ('refused', 'failed', 'delivered') THEN now() END
        FROM told t JOIN locked l USING (id)
        WHERE m.id = t.id AND l.fence = t.fence AND l.state IN ('submitting', 'unknown')
        RETURNING m.state
    ), noted AS (
        UPDATE attempt a SET verdict = t.verdict, code = t.code, finished_at = clock_timestamp()
        FROM told t WHERE a.message_id = t.id AND a.fence = t.fence AND coalesce(a.verdict, 'unknown') = 'unknown'
    )
    SELECT state, count(*) AS messages FROM settled GROUP BY state
""")


async def settle(
    session: AsyncSession,
    gateway: Gateway,
    claimed: Sequence[ClaimedMessage],
    outcomes: Sequence[SubmissionOutcome | ReceiptLine],
) -> None:
    """Write down what became of claimed messages; leaves those that somebody else has claimed since."""
    ours = {each.id: each for each in claimed}
    settled = [_decide(ours[_message_id(outcome)], outcome, gateway) for outcome in outcomes]
    for row in await fetch(session, _SETTLE, {"settled": orjson.dumps(settled).decode()}):
        metrics.MESSAGES.labels(gateway.name, row["state"]).inc(row["messages"])
    await message_parts.keep(session, gateway.name, [each for each in outcomes if isinstance(each, SubmissionOutcome)])
    ended = [each.id for each in settled if each.state in _ENDED_BADLY and number_faults.is_invalid(each.code)]
    await number_faults.note(session, ended, NumberFaultKind.INVALID)


def _message_id(outcome: SubmissionOutcome | ReceiptLine) -> int:
    return int(outcome.message_id or 0)


_ENDED_BADLY = (MessageState.REFUSED, MessageState.FAILED)
_STATES: Mapping[Verdict, MessageState] = MappingProxyType(
    {
        Verdict.ACCEPTED: MessageState.ACCEPTED,
        Verdict.REFUSED: MessageState.REFUSED,
        Verdict.UNKNOWN: MessageState.UNKNOWN,
        Verdict.THROTTLED: MessageState.QUEUED,
    }
)


def _decide(ours: ClaimedMessage, outcome: SubmissionOutcome | ReceiptLine, gateway: Gateway) -> _Settled:
    if isinstance(outcome, ReceiptLine):
        state = MessageState.DELIVERED if outcome.delivered else MessageState.FAILED
        return _Settled(ours.id, ours.fence, Verdict.ACCEPTED, state, outcome.reference, outcome.code, None)
    again_at = None
    if outcome.verdict in _STATES:
        state = _STATES[outcome.verdict]
        if state is MessageState.UNKNOWN and gateway.capabilities.can_query:
            again_at = real_now() + ASK_AGAIN
    else:
        again_at = _next_try(ours)
        state = MessageState.QUEUED if again_at else MessageState.FAILED
    return _Settled(ours.id, ours.fence, outcome.verdict, state, outcome.reference, outcome.code, again_at)


def _next_try(ours: ClaimedMessage) -> datetime | None:
    moment = rules.retry_at(ours.attempts, real_now(), _rng)
    return moment if moment is None or ours.may_wake else rules.not_before(moment)
