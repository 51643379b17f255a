from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.bulletins import circular_drafts
from supervision.bulletins.rules import Warned
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.official_documents.issued_documents import keep_documents
from supervision.scoring import leader_notes, score_queries
from supervision.scoring.document_facts import warning_facts
from supervision.scoring.errors import QuarterNotOver
from supervision.scoring.models import QuarterlyWarning
from supervision.scoring.rules import quarter_of
from supervision.scoring.states import WarningLevel

LEVEL_ZH: Mapping[str, str] = MappingProxyType(
    {WarningLevel.SEVERE: "严重预警", WarningLevel.WARNING: "预警", WarningLevel.ATTENTION: "提示"}
)


async def draft_quarterly_circular(
    session: AsyncSession, actor: Actor, *, year: int, quarter: int, title: str, cut_off_on: date | None = None
) -> UUID:
    """Draft a quarter's circular: the work as of the cut-off day, the warnings as of now (§4(2), annex art. 4).

    It is checked and issued as every circular is; being on its list costs nothing. Refuses a quarter that is not over.
    """
    period = quarter_of(year, quarter)
    if await clock.today(session) <= period.last:
        raise QuarterNotOver(last=period.last)
    found = await score_queries.quarterly_warnings(session, actor, year=year, quarter=quarter)
    warned = [
        Warned(row["unit_id"], row["unit"], row["level"], LEVEL_ZH[row["level"]])
        for level in LEVEL_ZH
        for row in found.rows
        if row["level"] == level
    ]
    return await circular_drafts.draft_quarterly_circular(
        session, actor, quarter=period, title=title, warned=warned, cut_off_on=cut_off_on
    )


async def issue_quarterly_warnings(session: AsyncSession, actor: Actor, *, year: int, quarter: int) -> int:
    """Warn each unit that lost enough points in a quarter and tell its leaders; return how many are new (annex art. 4).

    A unit is warned once for a quarter, in the words of that day. Refuses a quarter that is not over.
    """
    period = quarter_of(year, quarter)
    if await clock.today(session) <= period.last:
        raise QuarterNotOver(last=period.last)
    found = await score_queries.quarterly_warnings(session, actor, year=year, quarter=quarter)
    wanted = [
        {
            "id": new_id(),
            "unit_id": row["unit_id"],
            "year": year,
            "quarter": quarter,
            "level": row["level"],
            "points": row["points"],
            "issued_at": found.as_of,
            "issued_by": actor.person,
        }
        for row in found.rows
        if row["level"] is not None and row["issued_level"] is None
    ]
    if not wanted:
        return 0
    statement = insert(QuarterlyWarning).on_conflict_do_nothing().returning(QuarterlyWarning.id)
    new = set(await session.scalars(statement, wanted))
    issued = [row for row in wanted if row["id"] in new]
    subjects = [(row["id"], {name: row[name] for name in ("unit_id", "level", "points")}) for row in issued]
    await audit.record_each(session, actor, "quarterly_warning.issued", subjects)
    names = {row["unit_id"]: row["unit"] for row in found.rows}
    notes = {row["unit_id"]: _note(row, names[row["unit_id"]], period.label_zh) for row in issued}
    documents = [
        warning_facts(row, unit=names[row["unit_id"]], quarter=period.label_zh, level=LEVEL_ZH[row["level"]])
        for row in issued
    ]
    await keep_documents(session, actor, documents)
    await leader_notes.tell_leaders(session, actor, template="warning", notes=notes)
    return len(issued)


def _note(row: Mapping[str, Any], unit: str, quarter: str) -> leader_notes.LeaderNote:
    return leader_notes.LeaderNote(
        matter=f"quarterly_warning:{row['id']}",
        variables={
            "unit": unit,
            "quarter": quarter,
            "points": leader_notes.plain_points(row["points"]),
            "level": LEVEL_ZH[row["level"]],
        },
    )
