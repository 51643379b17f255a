from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.items.registration import NewParty, add_parties
from supervision.items.states import Responsibility
from supervision.reviews import completion_reports, completion_review, waivers
from supervision.reviews.models import CompletionReport, Waiver
from supervision.reviews.rules import Review
from supervision.tasks.models import Task
from tests.factories import progress
from tests.factories.progress import Duty, as_unit
from tests.factories.signatures import AS_READ

PASS: dict[str, Any] = {
    "verdict": "passed",
    "criteria": [{"criterion": "道路恢复通车", "is_met": True, "note": None}],
    "feedback_opinion": "已按要求办结。",
    "feedback_to": "市委督查室",
}
RETURN: dict[str, Any] = {
    "verdict": "returned",
    "criteria": [{"criterion": "道路恢复通车", "is_met": False, "note": "护栏未装"}],
    "opinion": "补装护栏后重报。",
    "rework_until_on": "2199-12-31",
}
OPINION: dict[str, Any] = {
    "verdict": "granted",
    "decision": "同意免办",
    "opinion": "政策调整，不再实施。",
    "opinion_reference": "市府函〔2016〕8号",
}
REFUSAL: dict[str, Any] = {"verdict": "refused", "decision": "条件具备，应当办理"}


def person(actor: Actor, role: Role = Role.OFFICE) -> Actor:
    """Return somebody of a role who has done nothing yet."""
    return Actor(actor.jurisdiction_id, role, client_id=new_id(), is_test=True)


async def make_duty(session: AsyncSession, actor: Actor, *, tasks: int = 1, **over: Any) -> Duty:
    """Make a unit that answers for so many tasks, each an item of its own that the unit sees."""
    duty = await progress.make_duty(session, actor, tasks=tasks, **over)
    items = await session.scalars(select(Task.item_id).where(Task.id.in_(duty.task_ids)))
    responsibility = Responsibility.RESPONSIBLE_UNIT
    await add_parties(
        session, [NewParty(item_id=item_id, unit_id=duty.unit_id, responsibility=responsibility) for item_id in items]
    )
    return duty


async def add_completion(
    session: AsyncSession,
    unit_id: UUID,
    task_id: UUID,
    at: datetime,
    state: str,
    *,
    reopened_at: datetime | None,
    reviewed_at: datetime | None = None,
) -> None:
    """Add the next round of a task as it is, reviewed at once if nothing else is said; what was reopened had passed."""
    rounds = await session.scalar(select(func.count()).where(CompletionReport.task_id == task_id)) or 0
    is_pass = state == "passed"
    row = CompletionReport(
        task_id=task_id,
        unit_id=unit_id,
        round=rounds + 1,
        text="已办结",
        received_at=at,
        state="reopened" if reopened_at else state,
        reviewed_at=None if state == "reported" else reviewed_at or at,
        rework_until_on=date(2199, 12, 31) if state == "returned" else None,
        feedback_opinion="已按要求办结。" if is_pass else None,
        feedback_to="市委督查室" if is_pass else None,
        reopened_at=reopened_at,
        reopening_reason="回头看" if reopened_at else None,
    )
    session.add(row)
    await session.flush()


async def add_waiver(
    session: AsyncSession, unit_id: UUID, task_id: UUID, at: datetime, *, is_granted: bool, reopened_at: datetime | None
) -> None:
    """Add a waiver as it is; what was reopened had been granted."""
    row = Waiver(
        task_id=task_id,
        unit_id=unit_id,
        grounds="政策调整",
        asked_at=at,
        state="reopened" if reopened_at else "granted" if is_granted else "asked",
        opinion="不再实施" if is_granted else None,
        opinion_reference="8号" if is_granted else None,
        decided_at=at if is_granted else None,
        reopened_at=reopened_at,
        reopening_reason="回头看" if reopened_at else None,
    )
    session.add(row)
    await session.flush()


async def report(session: AsyncSession, actor: Actor, unit_id: UUID, task_id: UUID, text: str = "已办结") -> UUID:
    return await completion_reports.report_completion(session, as_unit(actor, unit_id), task_id, text=text)


async def settle(session: AsyncSession, actor: Actor, unit_id: UUID, task_id: UUID) -> UUID:
    """Report a task as done, and pass the report."""
    report_id = await report(session, actor, unit_id, task_id)
    await completion_review.review_completion(session, person(actor), report_id, AS_READ, Review(**PASS))
    return report_id


async def ask(session: AsyncSession, actor: Actor, task_id: UUID) -> UUID:
    return await waivers.ask_waiver(session, person(actor), task_id, grounds="政策调整")
