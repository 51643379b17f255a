from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.progress.models import Obligation
from supervision.progress.progress_reports import report_progress
from tests.factories.identity import make_official, make_unit
from tests.factories.progress import Duty, as_unit, entry, hold, make_duty, open_ledger
from tests.places import Committed, Place
from worker.jobs.cadence import StepDone, tick_jurisdiction
from worker.runner import Runner


@dataclass
class County:
    """A county with an opened ledger, two units that owe reports, and a worker."""

    committed: Committed
    place: Place
    quick: Duty
    slow: Duty

    @property
    def runner(self) -> Runner:
        return Runner(self.committed.worker, {})

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[AsyncSession]:
        async with self.committed.api() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            yield session
            await session.commit()

    async def tick_at(self, at: datetime) -> list[str]:
        """Hold the clock at the moment, tick, and tell what was done as `kind month-day`."""
        async with self.inside() as session:
            await hold(session, self.place.actor, at)
        return told(await tick_jurisdiction(self.runner, self.place.actor.jurisdiction_id))

    async def report(self, duty: Duty) -> None:
        """Report for the earliest period that the unit owes."""
        async with self.inside() as session:
            owed = select(Obligation.id).where(Obligation.unit_id == duty.unit_id, Obligation.state == "open")
            obligation_id = (await session.scalars(owed.order_by(Obligation.due_at).limit(1))).one()
            entries = [entry(task_id) for task_id in duty.task_ids]
            await report_progress(session, as_unit(self.place.actor, duty.unit_id), obligation_id, entries=entries)

    async def read(self, *columns: Any) -> list[tuple[Any, ...]]:
        async with self.inside() as session:
            return [tuple(row) for row in await session.execute(select(*columns).order_by(columns[0]))]

    async def count(self, table: Any) -> int:
        async with self.inside() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


def told(done: Sequence[StepDone]) -> list[str]:
    return [f"{each.step.kind} {each.step.period.first:%m-%d}" for each in done]


async def open_county(committed: Committed, code: str, opened_on: date = date(2016, 9, 1)) -> County:
    place = await committed.found(code)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await open_ledger(session, place.actor, opened_on)
        county = await make_unit(session, place.actor)
        await make_official(
            session, place.actor, county, position="principal_county_leader", leadership_level="division"
        )
        quick = await make_duty(session, place.actor, received_on=opened_on)
        slow = await make_duty(session, place.actor, received_on=opened_on)
        await session.commit()
    return County(committed, place, quick, slow)
