from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import day_zh, shanghai_day
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Rows
from supervision.identity.models import Unit
from supervision.items.models import Item
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.states import DocumentKind
from supervision.reviews import policy
from supervision.reviews.models import CompletionReport
from supervision.reviews.states import CompletionState
from supervision.tasks.models import Task

_COLUMNS = (
    CompletionReport.state,
    CompletionReport.round,
    CompletionReport.received_at,
    CompletionReport.criteria,
    CompletionReport.opinion,
    CompletionReport.rework_until_on,
    CompletionReport.feedback_opinion,
    CompletionReport.feedback_to,
    CompletionReport.reviewed_at,
    CompletionReport.reviewed_by,
    Task.goal,
    Item.secrecy,
    Unit.name.label("unit"),
)


async def read_review_facts(session: AsyncSession, actor: Actor, report_id: UUID) -> DocumentFacts:
    """Read what a completion review says as an official document: the feedback opinion, or a return for rework.

    Refuses a report that is not reviewed.
    """
    statement: Rows = (
        select(*_COLUMNS)
        .join(Task, Task.id == CompletionReport.task_id)
        .join(Item, Item.id == Task.item_id)
        .join(Unit, Unit.id == CompletionReport.unit_id)
        .where(
            CompletionReport.id == report_id,
            CompletionReport.reviewed_at.is_not(None),
            policy.reports_visible_to(actor),
        )
    )
    row = or_not_found(await fetch_one(session, statement))
    is_returned = row["state"] == CompletionState.RETURNED
    return DocumentFacts(
        kind=DocumentKind.REWORK if is_returned else DocumentKind.FEEDBACK,
        subject_id=report_id,
        values=_returned(row) if is_returned else _passed(row),
        recipients=row["unit"] if is_returned else row["feedback_to"],
        dated_on=shanghai_day(row["reviewed_at"]),
        signer_id=row["reviewed_by"],
        is_secret=row["secrecy"] == Secrecy.WORK_SECRET,
    )


def _returned(row: Row) -> dict[str, str]:
    unmet = [each["criterion"] for each in row["criteria"] if not each["is_met"]]
    return {
        "task": row["goal"],
        "reported": day_zh(shanghai_day(row["received_at"])),
        "round": str(row["round"]),
        "opinion": row["opinion"] or "",
        "unmet": "\n".join(f"{place}. {criterion}" for place, criterion in enumerate(unmet, 1)),
        "until": day_zh(row["rework_until_on"]),
    }


def _passed(row: Row) -> dict[str, str]:
    return {"unit": row["unit"], "task": row["goal"], "feedback": row["feedback_opinion"]}
