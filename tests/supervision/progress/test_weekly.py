from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.models import Rhythm
from supervision.cadence.periods import Period, PeriodKind, half_month_of, period_of
from supervision.items.models import Item
from supervision.messaging.models import Message
from supervision.progress import obligation_waivers, obligations, progress_reports, rhythm
from supervision.progress.models import Obligation
from supervision.progress.rules import Covers
from supervision.tasks.models import Task
from tests.factories.progress import Duty, as_unit, entry, hold, make_duty, moment, open_ledger
from tests.factories.scoring import add_item, add_task
from tests.places import Callers, Place

WEEK = period_of(PeriodKind.WEEK, date(2016, 3, 7))
MARCH = half_month_of(date(2016, 3, 1))


async def run_weekly(session: AsyncSession, effective_from: date = date(2016, 3, 7)) -> None:
    session.add(
        Rhythm(
            kind="week",
            is_running=True,
            due_after=1,
            counted_in="working_days",
            grace_working_days=0,
            remind_working_days_before=1,
            urge_working_days_after=1,
            digest_working_days_after=2,
            behind_percent=20,
            effective_from=effective_from,
            set_by=None,
            set_at=moment(2, 20),
        )
    )
    await session.flush()


async def add_instruction(session: AsyncSession, place: Place, duty: Duty) -> UUID:
    item_id = await add_item(session, received_on=date(2016, 2, 1), deadline_on=date(2016, 12, 31))
    facts = {"responsible_person_id": duty.handler_id}
    return await add_task(session, place.actor, item_id, duty.unit_id, **facts)


async def open_period(session: AsyncSession, place: Place, period: Period) -> dict[UUID, UUID]:
    """Open a period as the worker does; return the units' obligations."""
    deadline = await rhythm.find_deadline(session, period)
    covers = await rhythm.find_covered(session, period)
    await obligations.open_obligations(session, place.actor, period, deadline.late_at, covers=covers)
    rows = select(Obligation.unit_id, Obligation.id).where(Obligation.period_last == period.last)
    return {row.unit_id: row.id for row in await session.execute(rows)}


async def test_nothing_is_reported_both_weekly_and_half_monthly(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 14, 8))
    await run_weekly(session)
    both, only_key_work = await make_duty(session, here.actor), await make_duty(session, here.actor)
    instruction = await add_instruction(session, here, both)
    weekly, half_monthly = await open_period(session, here, WEEK), await open_period(session, here, MARCH)
    assert weekly.keys() == {both.unit_id}
    assert half_monthly.keys() == {both.unit_id, only_key_work.unit_id}
    covered = await session.execute(select(Obligation.period_last, Obligation.covers, Obligation.due_at).distinct())
    assert {tuple(row) for row in covered} == {
        (WEEK.last, "instructions", moment(3, 15, 0)),
        (MARCH.last, "key_work", moment(3, 19, 0)),
    }
    unit = as_unit(here.actor, both.unit_id)
    await progress_reports.report_progress(session, unit, weekly[both.unit_id], entries=[entry(instruction)])
    await progress_reports.report_progress(session, unit, half_monthly[both.unit_id], entries=[entry(both.task_ids[0])])


async def test_a_unit_with_instructions_only_owes_no_half_monthly_report(session: AsyncSession, here: Place) -> None:
    await run_weekly(session)
    duty = await make_duty(session, here.actor, tasks=0)
    await add_instruction(session, here, duty)
    assert (await open_period(session, here, WEEK)).keys() == {duty.unit_id}
    assert await open_period(session, here, MARCH) == {}


async def test_without_the_weekly_stream_everything_is_reported_half_monthly(
    session: AsyncSession, here: Place
) -> None:
    # The stream begins after the half-month, so that this one still speaks of everything.
    await run_weekly(session, date(2016, 3, 21))
    duty = await make_duty(session, here.actor)
    instruction = await add_instruction(session, here, duty)
    (obligation_id,) = (await open_period(session, here, MARCH)).values()
    assert await session.scalar(select(Obligation.covers)) == Covers.ALL
    unit = as_unit(here.actor, duty.unit_id)
    entries = [entry(instruction), entry(duty.task_ids[0])]
    await progress_reports.report_progress(session, unit, obligation_id, entries=entries)


async def test_reminded_weekly_are_those_who_answer_for_instructions(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await run_weekly(session)
    await hold(session, here.actor, moment(3, 11, 9))
    duty = await make_duty(session, here.actor)
    other = await make_duty(session, here.actor, unit_id=duty.unit_id, tasks=0)
    await add_instruction(session, here, other)
    await open_period(session, here, WEEK)
    assert await obligations.remind(session, here.actor, WEEK) == 1
    ((official_id, text),) = await session.execute(select(Message.official_id, Message.text))
    assert official_id == other.handler_id
    assert text
    assert "2016年第10周工作进展报送将于2016年3月14日截止" in text
    await hold(session, here.actor, moment(3, 15, 9))
    assert await obligations.mark_late(session, here.actor, WEEK) == 1
    assert await obligations.urge(session, here.actor, WEEK) == 3


async def test_a_weekly_duty_is_waived_when_no_instruction_is_open(session: AsyncSession, here: Place) -> None:
    await run_weekly(session)
    duty = await make_duty(session, here.actor)
    task_id = await add_instruction(session, here, duty)
    await open_period(session, here, WEEK)
    await open_period(session, here, MARCH)
    assert await obligation_waivers.waive_idle(session, here.actor) == 0
    item_id = (await session.get_one(Task, task_id)).item_id
    item = await session.get_one(Item, item_id)
    item.state, item.closed_on = "closed", date(2016, 3, 10)
    assert await obligation_waivers.waive_idle(session, here.actor) == 1
    states = await session.execute(select(Obligation.covers, Obligation.state))
    assert {row.covers: row.state for row in states} == {"instructions": "waived", "key_work": "open"}


async def test_the_grace_moves_lateness_and_not_the_deadline_that_is_told(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await run_weekly(session)
    facts = {"kind": "half_month", "is_running": True, "due_after": 3, "counted_in": "working_days"}
    days = {"remind_working_days_before": 1, "urge_working_days_after": 1, "digest_working_days_after": 2}
    set_on = {"effective_from": date(2016, 3, 1), "set_by": None, "set_at": moment(2, 20), "behind_percent": 20}
    session.add(Rhythm(**facts, **days, **set_on, grace_working_days=2))
    await session.flush()
    await make_duty(session, here.actor)
    await open_period(session, here, MARCH)
    assert await session.scalar(select(Obligation.due_at)) == moment(3, 23, 0)
    await hold(session, here.actor, moment(3, 17, 9))
    assert await obligations.remind(session, here.actor, MARCH) == 1
    assert "将于2016年3月18日截止" in (await session.scalar(select(Message.text)) or "")
    await hold(session, here.actor, moment(3, 22, 23))
    assert await obligations.mark_late(session, here.actor, MARCH) == 0


async def test_what_a_duty_covers_is_told(session: AsyncSession, callers: Callers, here: Place) -> None:
    await run_weekly(session)
    duty = await make_duty(session, here.actor)
    await add_instruction(session, here, duty)
    await open_period(session, here, WEEK)
    await session.commit()
    unit = await callers(here, "unit", unit_id=duty.unit_id)
    (row,) = (await unit.get("/v1/obligations")).json()["data"]
    assert (row["covers"], row["period_first"], row["period_last"]) == ("instructions", "2016-03-07", "2016-03-13")
