"""How long what is personal is kept, kind by kind, and what takes it away when its time is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import TextClause

from supervision.documents.file_erasure import erase_files
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch
from supervision.identity.departed_numbers import erase_numbers
from supervision.messaging import retention as messages
from supervision.publication.comment_contacts import erase_contacts


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Of one kind: the setting that says for how many days it is kept, and what erases so many of it at most."""

    kind: str
    setting: str
    erase: Callable[..., Awaitable[int]]


# Every use of an attachment and the day on which that ended; none while the item goes on. What belongs to no item is
# counted from the day of its fact.
_USES = """
    SELECT e.attachment_id, i.closed_on AS ended_on FROM completion_evidence e
    JOIN completion_report r ON r.id = e.report_id JOIN task t ON t.id = r.task_id JOIN item i ON i.id = t.item_id
    UNION ALL
    SELECT e.attachment_id, i.closed_on FROM progress_evidence e
    JOIN progress_entry p ON p.id = e.entry_id JOIN task t ON t.id = p.task_id JOIN item i ON i.id = t.item_id
    UNION ALL
    SELECT e.attachment_id, CASE WHEN f.item_id IS NULL THEN f.found_on ELSE i.closed_on END FROM finding_evidence e
    JOIN finding f ON f.id = e.finding_id LEFT JOIN item i ON i.id = f.item_id
    UNION ALL
    SELECT e.attachment_id, CASE WHEN d.item_id IS NULL THEN d.fact_on ELSE i.closed_on END FROM deduction_evidence e
    JOIN deduction d ON d.id = e.deduction_id LEFT JOIN item i ON i.id = d.item_id
    UNION ALL
    SELECT p.attachment_id, CASE WHEN p.item_id IS NULL THEN p.instructed_on ELSE i.closed_on END
    FROM instruction_paper p LEFT JOIN item i ON i.id = p.item_id WHERE p.attachment_id IS NOT NULL
"""
# Files of a year are kept together: their days begin with the year after.
_YEAR_IS_OVER = "make_date(CAST(extract(year FROM {day}) AS int), 12, 31) < :before"
_DAY_OF_SENDING = "CAST(a.created_at AT TIME ZONE 'Asia/Shanghai' AS date)"
_DUE = """
    SELECT a.id FROM attachment a LEFT JOIN upload u ON u.attachment_id = a.id
    WHERE a.erased_at IS NULL AND {condition} ORDER BY a.created_at, a.id LIMIT :limit
"""

# What is never erased: an official document belongs into the archives of the county (公文归档), and its digest is told.
KEPT_FOR_GOOD = frozenset({"issued_document", "document_pdf"})


def _due(condition: str) -> TextClause:
    return text(_DUE.format(condition=condition))


_IS_UNUSED = f"NOT EXISTS (SELECT FROM ({_USES}) use WHERE use.attachment_id = a.id)"
_UNUSED = _due(f"u.attachment_id IS NOT NULL AND {_DAY_OF_SENDING} < :before AND {_IS_UNUSED}")
_LEDGER_SHEETS = _due(f"u.attachment_id IS NULL AND {_YEAR_IS_OVER.format(day=_DAY_OF_SENDING)} AND {_IS_UNUSED}")
# The last use that ends decides; max() passes over what goes on, so that is asked for apart.
_EVIDENCE = _due(f"""
    {_YEAR_IS_OVER.format(day=_DAY_OF_SENDING)} AND (
        SELECT bool_and(use.ended_on IS NOT NULL) AND {_YEAR_IS_OVER.format(day="max(use.ended_on)")}
        FROM ({_USES}) use WHERE use.attachment_id = a.id
    )
""")  # noqa: S608 - our own text


async def _erase_messages(session: AsyncSession, actor: Actor, *, keep_days: int, limit: int) -> int:
    erased = await messages.erase_messages(session, actor, keep_days=keep_days, limit=limit)
    return erased.messages + erased.broadcasts


async def _erase_files(
    kind: str, due: TextClause, session: AsyncSession, actor: Actor, *, keep_days: int, limit: int
) -> int:
    before = await clock.today(session) - timedelta(days=keep_days)
    rows = await fetch(session, due, {"before": before, "limit": limit})
    return await erase_files(session, actor, [row["id"] for row in rows], kind=kind) if rows else 0


def _files(kind: str, setting: str, due: TextClause) -> RetentionRule:
    return RetentionRule(kind, setting, partial(_erase_files, kind, due))


RULES: tuple[RetentionRule, ...] = (
    RetentionRule("message", "keep_messages_days", _erase_messages),
    # Counted from the day on which the official left.
    RetentionRule("telephone", "keep_telephones_days", erase_numbers),
    # Counted from the day on which the comment came.
    RetentionRule("comment_contact", "keep_comment_contacts_days", erase_contacts),
    # What was sent and named in nothing: counted from that day.
    _files("unused_file", "keep_unused_files_days", _UNUSED),
    # What a ledger was imported from: counted from the end of the year.
    _files("ledger_file", "keep_ledger_files_days", _LEDGER_SHEETS),
    # Evidence and scans: counted from the end of the year in which the last item that they serve has ended.
    _files("evidence", "keep_evidence_days", _EVIDENCE),
)
