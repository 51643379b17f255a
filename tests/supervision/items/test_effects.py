"""What an item's state means elsewhere: for reports, lateness, circulars and what is shown as similar."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import queries
from supervision.cadence.periods import half_month_of
from supervision.items.errors import ItemNeverLate
from supervision.items.models import Item
from supervision.items.similar import list_similar_items
from supervision.items.states import ENDED, ItemState
from supervision.ledgers.models import LedgerEntry
from supervision.progress import obligations, progress_reports
from supervision.progress.errors import ReportNotComplete
from supervision.progress.models import Obligation
from supervision.progress.obligation_waivers import REASON
from supervision.reviews import suspension
from supervision.scoring import automatic_proposals, proposals
from supervision.scoring.models import Deduction
from supervision.tasks.models import Task
from tests.factories import bulletins
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.factories.progress import as_unit, entry, hold, make_duty, make_obligation, moment, open_ledger
from tests.factories.reviews import person
from tests.factories.scoring import add_item, add_task, adopt
from tests.places import Place
from tests.supervision.items.test_states import put

MARCH = half_month_of(date(2016, 3, 1))
HALTS = ("suspend", "terminate", "void")


async def halt(session: AsyncSession, here: Place, item_id: UUID, how: str) -> None:
    office = person(here.actor)
    match how:
        case "suspend":
            await suspension.suspend_item(session, office, item_id, reason="待批复")
        case "terminate":
            order: dict[str, Any] = {"ordered_by": "县政府常务会议", "ordered_on": date(2016, 3, 1)}
            await suspension.terminate_item(session, office, item_id, reason="撤销", **order)
        case _:
            await suspension.void_item(session, office, item_id, reason="误登")


async def items_of(session: AsyncSession, task_ids: Any) -> list[UUID]:
    return list(await session.scalars(select(Task.item_id).where(Task.id.in_(task_ids)).order_by(Task.id)))


@pytest.mark.parametrize("how", HALTS)
async def test_a_unit_with_nothing_open_owes_no_report(session: AsyncSession, here: Place, how: str) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 10))
    duty = await make_duty(session, here.actor, tasks=2)
    obligation_id = await make_obligation(session, duty.unit_id)
    first, second = await items_of(session, duty.task_ids)
    await halt(session, here, first, how)
    row = select(Obligation.state, Obligation.waived_reason).where(Obligation.id == obligation_id)
    assert tuple((await session.execute(row)).one()) == ("open", None)
    await halt(session, here, second, how)
    assert tuple((await session.execute(row)).one()) == ("waived", REASON)
    assert await obligations.open_obligations(session, here.actor, half_month_of(date(2016, 3, 16)), moment(4, 3)) == 0


async def test_what_stands_still_is_not_reported_on(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 10))
    duty = await make_duty(session, here.actor, tasks=2)
    obligation_id = await make_obligation(session, duty.unit_id)
    still, _ = await items_of(session, duty.task_ids)
    await halt(session, here, still, "suspend")
    unit = as_unit(here.actor, duty.unit_id)
    both = [entry(task_id) for task_id in duty.task_ids]
    with pytest.raises(ReportNotComplete):
        await progress_reports.report_progress(session, unit, obligation_id, entries=both)
    await progress_reports.report_progress(session, unit, obligation_id, entries=both[1:])


@pytest.mark.parametrize("state", list(ItemState))
async def test_who_counts_for_lateness(session: AsyncSession, here: Place, state: ItemState) -> None:
    await adopt(session, here.actor)
    await hold(session, here.actor, moment(8, 1))
    unit_id = await make_unit(session, here.actor)
    item_id = await add_item(session)
    await add_task(session, here.actor, item_id, unit_id)
    await put(session, item_id, state)
    if state in ENDED:
        await session.execute(update(Item).values(closed_on=date(2016, 7, 15)))
    is_late = state in {ItemState.OPEN, ItemState.CLOSED}
    by_hand: dict[str, Any] = {"unit_id": unit_id, "rule_code": "instruction_late", "fact_on": date(2016, 7, 1)}
    if not is_late:
        with pytest.raises(ItemNeverLate):
            await proposals.propose_deduction(
                session, person(here.actor), **by_hand, reason="逾期", item_id=item_id, event=None
            )
    assert await automatic_proposals.propose_late(session, here.actor) == is_late
    # What was carried out poorly was so in whichever state.
    by_hand["rule_code"] = "instruction_poor"
    await proposals.propose_deduction(session, person(here.actor), **by_hand, reason="不力", item_id=item_id)
    assert len((await session.scalars(select(Deduction.id))).all()) == 1 + is_late


async def test_standing_work_is_never_late(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor)
    await hold(session, here.actor, moment(8, 1))
    item_id = await add_item(session, is_standing=True)
    await add_task(session, here.actor, item_id, await make_unit(session, here.actor))
    assert await automatic_proposals.propose_late(session, here.actor) == 0
    await session.execute(update(Item).values(is_standing=False))
    assert await automatic_proposals.propose_late(session, here.actor) == 1


@pytest.mark.parametrize(
    ("over", "open_and_overdue"),
    [
        ({}, (1, 1)),
        ({"is_standing": True}, (1, 0)),
        ({"state": "registered"}, (0, 0)),
        ({"state": "suspended", "suspended_on": date(2016, 3, 25)}, (0, 0)),
        ({"state": "suspended", "suspended_on": date(2016, 3, 26)}, (1, 0)),
        ({"state": "terminated", "closed_on": date(2016, 3, 25)}, (0, 0)),
        ({"state": "terminated", "closed_on": date(2016, 3, 26)}, (1, 0)),
        ({"state": "refused", "closed_on": date(2016, 3, 26)}, (0, 0)),
    ],
)
async def test_a_circular_counts_what_is_at_work(
    session: AsyncSession, here: Place, over: dict[str, Any], open_and_overdue: tuple[int, int]
) -> None:
    await hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    item_id = await add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 3, 15), **over)
    await add_task(session, here.actor, item_id, await make_unit(session, here.actor))
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    counts = (await queries.get_circular(session, here.actor, circular_id))["counts"]
    assert (counts["items_open"], counts["items_overdue"]) == open_and_overdue


@pytest.mark.parametrize("state", list(ItemState))
async def test_what_has_not_ended_is_shown_as_similar(session: AsyncSession, here: Place, state: ItemState) -> None:
    item_id = await make_item(session, here.actor, title="修复水毁道路")
    await put(session, item_id, state)
    found = await list_similar_items(session, here.actor, title="修复水毁道路")
    assert [row["id"] for row in found] == ([] if state in ENDED else [item_id])


async def test_the_ledger_keeps_what_has_ended(session: AsyncSession, here: Place) -> None:
    ledger_id = await open_ledger(session, here.actor)
    item_id = await make_item(session, here.actor)
    session.add(LedgerEntry(ledger_id=ledger_id, item_id=item_id, no=1))
    await halt(session, here, item_id, "void")
    assert (await session.scalars(select(LedgerEntry.item_id))).all() == [item_id]
