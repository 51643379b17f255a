from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.cadence.periods import half_month_of
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.messaging.models import Message
from supervision.progress import obligations, progress_reports, queries
from supervision.progress.errors import ObligationAlreadyFulfilled, ReportNotComplete
from supervision.progress.models import Figure, ProgressEntry, ProgressReport
from tests.factories.progress import as_unit, entry, hold, make_duty, make_obligation, moment, open_ledger
from tests.places import Place


async def test_a_report_fulfils_its_obligation(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(3, 18, 23, 59))
    duty = await make_duty(session, here.actor, tasks=2)
    obligation_id = await make_obligation(session, duty.unit_id)
    unit = as_unit(here.actor, duty.unit_id)
    entries = [
        entry(duty.task_ids[0], 40, of={duty.indicator_ids[0]: Decimal("29.256")}),
        entry(duty.task_ids[1], 100),
    ]
    report_id = await progress_reports.report_progress(session, unit, obligation_id, entries=entries)
    obligation = await queries.get_obligation(session, unit, obligation_id)
    assert (obligation["state"], obligation["version"]) == ("fulfilled", 2)
    assert obligation["fulfilled_at"] == moment(3, 18, 23, 59)
    report = await queries.get_progress_report(session, unit, report_id)
    assert (report["is_late"], report["unit_id"]) == (False, duty.unit_id)
    assert [(row["task_id"], row["percent"], row["figures"]) for row in report["entries"]] == [
        (duty.task_ids[0], 40, [{"indicator_id": str(duty.indicator_ids[0]), "value": "29.256"}]),
        (duty.task_ids[1], 100, []),
    ]
    audited = await session.scalar(select(AuditEvent.facts).where(AuditEvent.verb == "progress.reported"))
    assert audited == {"obligation_id": str(obligation_id), "is_late": False}


async def test_a_report_at_the_deadline_is_late(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(3, 19, 0))
    duty = await make_duty(session, here.actor)
    obligation_id = await make_obligation(session, duty.unit_id)
    entries = [entry(duty.task_ids[0])]
    await progress_reports.report_progress(session, as_unit(here.actor, duty.unit_id), obligation_id, entries=entries)
    assert await session.scalar(select(ProgressReport.is_late)) is True


async def test_a_report_withdraws_the_reminders_that_still_wait(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 17))
    duty, other = await make_duty(session, here.actor), await make_duty(session, here.actor)
    obligation_id = await make_obligation(session, duty.unit_id)
    await make_obligation(session, other.unit_id)
    assert await obligations.remind(session, here.actor, half_month_of(date(2016, 3, 1))) == 2
    entries = [entry(duty.task_ids[0])]
    await progress_reports.report_progress(session, as_unit(here.actor, duty.unit_id), obligation_id, entries=entries)
    rows = (await session.execute(select(Message.official_id, Message.state))).all()
    assert {row.official_id: row.state for row in rows} == {duty.handler_id: "cancelled", other.handler_id: "queued"}


async def test_a_second_report_is_refused(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor)
    obligation_id, unit = await make_obligation(session, duty.unit_id), as_unit(here.actor, duty.unit_id)
    entries = [entry(duty.task_ids[0])]
    await progress_reports.report_progress(session, unit, obligation_id, entries=entries)
    with pytest.raises(ObligationAlreadyFulfilled):
        await progress_reports.report_progress(session, unit, obligation_id, entries=entries)


async def test_only_the_unit_itself_may_report(session: AsyncSession, here: Place) -> None:
    duty, other = await make_duty(session, here.actor), await make_duty(session, here.actor)
    obligation_id = await make_obligation(session, duty.unit_id)
    entries = [entry(duty.task_ids[0])]
    for stranger in (as_unit(here.actor, other.unit_id), here.actor):
        with pytest.raises(NotFound):
            await progress_reports.report_progress(session, stranger, obligation_id, entries=entries)


async def test_what_does_not_match_the_tasks_is_refused_whole(session: AsyncSession, here: Place) -> None:
    duty, other = await make_duty(session, here.actor, tasks=2), await make_duty(session, here.actor)
    await make_duty(session, here.actor, unit_id=duty.unit_id, received_on=date(2016, 3, 16))
    obligation_id, unit = await make_obligation(session, duty.unit_id), as_unit(here.actor, duty.unit_id)
    entries = [
        entry(duty.task_ids[0], of={duty.indicator_ids[1]: Decimal(1)}),
        entry(other.task_ids[0]),
        entry(new_id()),
    ]
    with pytest.raises(ReportNotComplete) as refused:
        await progress_reports.report_progress(session, unit, obligation_id, entries=entries)
    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [
        ("/entries/0/figures/0/indicator_id", "not_of_this_task"),
        ("/entries/1/task_id", "not_your_task"),
        ("/entries/2/task_id", "not_your_task"),
        ("/entries", "task_missing"),
    ]
    assert await stored(session) == []


async def test_a_task_is_reported_in_words_alone(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor)
    obligation_id, unit = await make_obligation(session, duty.unit_id), as_unit(here.actor, duty.unit_id)
    entries = [entry(duty.task_ids[0])]
    await progress_reports.report_progress(session, unit, obligation_id, entries=entries)
    assert len(await stored(session)) == 1


async def stored(session: AsyncSession) -> list[UUID]:
    assert (await session.scalars(select(Figure.id))).all() == []
    return list(await session.scalars(select(ProgressEntry.id)))
