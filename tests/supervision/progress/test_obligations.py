from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import half_month_of
from supervision.identity.models import Official
from supervision.messaging.models import Message
from supervision.progress import obligations, progress_reports
from supervision.progress.models import Obligation
from supervision.progress.rhythm import find_deadline
from tests.factories.identity import make_official
from tests.factories.progress import as_unit, entry, hold, make_duty, make_task, moment, open_ledger
from tests.places import Place

MARCH = half_month_of(date(2016, 3, 1))
DUE_AT = moment(3, 19, 0)


async def messages(session: AsyncSession) -> list[tuple[Any, str]]:
    rows = await session.execute(select(Message.official_id, Message.text).order_by(Message.id))
    return [(row.official_id, row.text) for row in rows]


async def test_each_unit_with_tasks_is_obliged_once(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, moment(3, 1))
    two, one = await make_duty(session, here.actor, tasks=2), await make_duty(session, here.actor)
    await make_duty(session, here.actor, received_on=date(2016, 3, 16))
    assert await obligations.open_obligations(session, here.actor, MARCH, DUE_AT) == 2
    assert await obligations.open_obligations(session, here.actor, MARCH, DUE_AT) == 0
    made = (await session.scalars(select(Obligation))).all()
    assert {each.unit_id for each in made} == {two.unit_id, one.unit_id}
    assert {(each.period_first, each.period_last, each.due_at, each.state, each.version) for each in made} == {
        (date(2016, 3, 1), date(2016, 3, 15), DUE_AT, "open", 1)
    }
    assert {each.id.version for each in made} == {7}


async def test_the_deadline_counts_working_days(session: AsyncSession) -> None:
    assert (await find_deadline(session, MARCH)).late_at == DUE_AT
    # 9 to 11 June were holidays and Sunday the 12th made up for one; 8 and 9 October were worked as well.
    assert (await find_deadline(session, half_month_of(date(2016, 6, 1)))).late_at == moment(6, 21, 0)
    assert (await find_deadline(session, half_month_of(date(2016, 9, 30)))).late_at == moment(10, 11, 0)


async def test_reminded_are_those_who_have_not_reported_and_still_can(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 17, 9))
    slow, quick = await make_duty(session, here.actor, tasks=3), await make_duty(session, here.actor)
    other = await make_official(session, here.actor, slow.unit_id)
    await make_task(session, slow.unit_id, other)
    await make_task(session, slow.unit_id, await make_official(session, here.actor, slow.unit_id, telephone=None))
    await obligations.open_obligations(session, here.actor, MARCH, DUE_AT)
    reported = await session.scalar(select(Obligation.id).where(Obligation.unit_id == quick.unit_id))
    assert reported
    unit = as_unit(here.actor, quick.unit_id)
    await progress_reports.report_progress(session, unit, reported, entries=[entry(quick.task_ids[0])])

    assert await obligations.remind(session, here.actor, MARCH) == 2
    assert await obligations.remind(session, here.actor, MARCH) == 0
    sent = await messages(session)
    assert {official for official, _ in sent} == {slow.handler_id, other}
    assert {text for _, text in sent} == {
        "【督查室】2016年3月上半月工作进展报送将于2016年3月18日截止，请按时通过督查系统报送。"
    }


async def test_a_reminder_whose_deadline_has_passed_is_not_sent(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await make_duty(session, here.actor)
    await obligations.open_obligations(session, here.actor, MARCH, DUE_AT)
    await hold(session, here.actor, DUE_AT)
    assert await obligations.remind(session, here.actor, MARCH) == 0
    assert await messages(session) == []


async def test_marked_and_urged_are_those_who_are_late_and_their_leader_in_charge(
    session: AsyncSession, here: Place
) -> None:
    await open_ledger(session, here.actor)
    duty = await make_duty(session, here.actor)
    gone = await make_official(session, here.actor, duty.unit_id, position="leader_in_charge")
    await session.execute(update(Official).where(Official.id == gone).values(left_on=date(2016, 2, 1)))
    await obligations.open_obligations(session, here.actor, MARCH, DUE_AT)
    await hold(session, here.actor, moment(3, 18, 23, 59))
    assert await obligations.mark_late(session, here.actor, MARCH) == 0
    assert await obligations.urge(session, here.actor, MARCH) == 0

    await hold(session, here.actor, DUE_AT)
    assert await obligations.mark_late(session, here.actor, MARCH) == 1
    assert await obligations.mark_late(session, here.actor, MARCH) == 0
    row = (await session.execute(select(Obligation.marked_late_at, Obligation.version))).one()
    assert (row.marked_late_at, row.version) == (DUE_AT, 2)
    assert await obligations.urge(session, here.actor, MARCH) == 2
    assert await obligations.urge(session, here.actor, MARCH) == 0
    assert {official for official, _ in await messages(session)} == {duty.handler_id, duty.leader_id}


async def test_nobody_is_urged_who_has_reported(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    duty = await make_duty(session, here.actor)
    await obligations.open_obligations(session, here.actor, MARCH, DUE_AT)
    obligation_id = (await session.scalars(select(Obligation.id))).one()
    await hold(session, here.actor, moment(3, 19))
    unit = as_unit(here.actor, duty.unit_id)
    await progress_reports.report_progress(session, unit, obligation_id, entries=[entry(duty.task_ids[0])])
    assert await obligations.mark_late(session, here.actor, MARCH) == 0
    assert await obligations.urge(session, here.actor, MARCH) == 0
