from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.models import CadenceRun
from supervision.cadence.rules import Step
from supervision.cadence.timetable import DAILY
from supervision.foundation import clock

# Kind, first and last day.
FinishedStep = tuple[str, date, date]

_OF_A_PERIOD = ("jurisdiction_id", "kind", "period_first", "period_last")


async def take(session: AsyncSession, step: Step) -> CadenceRun | None:
    """Take a step of a period for this transaction; None if it is finished, or another worker is at it."""
    await session.execute(
        insert(CadenceRun)
        .values(
            kind=step.kind,
            period_first=step.period.first,
            period_last=step.period.last,
            due_at=step.at,
            started_at=await clock.now(session),
        )
        .on_conflict_do_nothing(index_elements=_OF_A_PERIOD)
    )
    statement = (
        select(CadenceRun)
        .where(
            CadenceRun.kind == step.kind,
            CadenceRun.period_first == step.period.first,
            CadenceRun.period_last == step.period.last,
            CadenceRun.finished_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
    run: CadenceRun | None = await session.scalar(statement)
    return run


async def finish(session: AsyncSession, run: CadenceRun, outcome: Mapping[str, Any]) -> None:
    """Note that a step has been taken, and what it did."""
    run.finished_at = await clock.now(session)
    run.outcome = dict(outcome)


async def find_finished(session: AsyncSession, today: date) -> set[FinishedStep]:
    """Return kind, first and last day of every finished step; of the daily ones only those of today and later.

    A clock that was turned back finds the later days' steps, and so runs none of them again.
    """
    statement = select(CadenceRun.kind, CadenceRun.period_first, CadenceRun.period_last).where(
        CadenceRun.finished_at.is_not(None),
        or_(CadenceRun.kind.not_in(DAILY), CadenceRun.period_first >= today),
    )
    return {(row.kind, row.period_first, row.period_last) for row in await session.execute(statement)}
