from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts
from supervision.bulletins.rules import Warned
from supervision.cadence.periods import PeriodKind, period_of
from supervision.foundation.actors import Role
from supervision.inspections import plans
from supervision.inspections.plans import PlanScope
from supervision.items.models import Item
from supervision.notices.models import NoticeDelivery
from supervision.scoring import settlement, settlement_queries
from tests.factories import bulletins, inspections, notices
from tests.factories.identity import make_official, make_unit
from tests.factories.scoring import add_entry, add_item, add_party, add_task, adopt, hold
from tests.places import Place
from tests.supervision.scoring.golden_deductions import noon, person
from tests.supervision.scoring.golden_tables import read_tables

(CASES,) = read_tables("inspected.txt")
Touch = Callable[[AsyncSession, Place, UUID, date], Awaitable[None]]
WEEK = timedelta(days=7)


async def item(session: AsyncSession, _here: Place, unit_id: UUID, day: date) -> None:
    await add_party(session, await add_item(session, received_on=day, deadline_on=day + WEEK), unit_id)


async def void_item(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> None:
    await item(session, here, unit_id, day)
    await session.execute(update(Item).values(state="void", closed_on=day))


async def notice(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> None:
    """Deliver an office notice on an item of long ago; the item itself is nobody's."""
    item_id = await add_item(session, received_on=date(2015, 1, 1), deadline_on=date(2015, 2, 1))
    await notices.make_notice(session, here.actor, item_id=item_id, unit_ids=[unit_id])
    delivered = {"state": "delivered", "delivered_at": noon(str(day)), "due_at": noon(str(day))}
    await session.execute(update(NoticeDelivery).values(delivered))


async def plan(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> UUID:
    team = await make_official(session, here.actor, await make_unit(session, here.actor, kind="other"))
    inspected = inspections.Inspected(unit_id, unit_id, team)
    scope = PlanScope(unit_ids=[unit_id], item_ids=[], official_ids=[team])
    return await inspections.draft_plan(session, here.actor, inspected, first_on=day, last_on=day + WEEK, scope=scope)


async def inspection(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> None:
    await inspections.carry_out_plan(session, here.actor, await plan(session, here, unit_id, day))


async def approved_plan(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> None:
    await inspections.approve_plan(session, here.actor, await plan(session, here, unit_id, day))


async def amended_plan(session: AsyncSession, here: Place, unit_id: UUID, day: date) -> None:
    plan_id = await plan(session, here, unit_id, day)
    elsewhere = await make_unit(session, here.actor, kind="other")
    await plans.amend_plan(session, person(here, Role.OFFICE), plan_id, 1, changes={"unit_ids": [elsewhere]})
    await inspections.carry_out_plan(session, here.actor, plan_id)


async def commendation(session: AsyncSession, here: Place, unit_id: UUID, _day: date) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.commend(session, drafter, circular_id, unit_id=unit_id, reason="推进有力")
    await bulletins.put_out(session, here.actor, circular_id)


async def draft_only(session: AsyncSession, here: Place, unit_id: UUID, _day: date) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.commend(session, drafter, circular_id, unit_id=unit_id, reason="推进有力")


async def criticised_official(session: AsyncSession, here: Place, unit_id: UUID, _day: date) -> None:
    drafter, culprit = bulletins.person(here.actor), await make_official(session, here.actor, unit_id)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.criticise(session, drafter, circular_id, official_id=culprit, reason="虚报进展")
    await bulletins.put_out(session, here.actor, circular_id)


async def laggard(session: AsyncSession, here: Place, unit_id: UUID, _day: date) -> None:
    """List in a circular what is late since long before the year, and was given to nobody in it."""
    late = await add_item(session, received_on=date(2015, 1, 1), deadline_on=date(2015, 2, 1))
    task_id = await add_task(session, here.actor, late, unit_id)
    await add_entry(session, unit_id, task_id, percent=50, received_at=noon("2015-01-20"))
    await bulletins.put_out(session, here.actor, await bulletins.draft(session, bulletins.person(here.actor)))


async def warned(session: AsyncSession, here: Place, unit_id: UUID, _day: date) -> None:
    circular_id = await circular_drafts.draft_quarterly_circular(
        session,
        bulletins.person(here.actor),
        quarter=period_of(PeriodKind.QUARTER, date(2016, 6, 30)),
        title="二季度督查通报",
        warned=[Warned(unit_id, "示例", "attention", "提示")],
    )
    await bulletins.put_out(session, here.actor, circular_id)


TOUCHES: dict[str, Touch] = {
    "事项承办": item,
    "事项作废": void_item,
    "收到通知": notice,
    "实地督查": inspection,
    "督查计划未实施": approved_plan,
    "督查计划改后不含": amended_plan,
    "通报表扬": commendation,
    "通报未印发": draft_only,
    "通报批评其人员": criticised_official,
    "通报列为逾期": laggard,
    "季度通报列入预警": warned,
}


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row['情形']}-{row['日']}")
async def test_what_touched_a_unit_in_the_year_is_as_the_golden_table_says(
    session: AsyncSession, here: Place, row: dict[str, str]
) -> None:
    await adopt(session, here.actor)
    unit_id = await make_unit(session, here.actor, name="甲镇", kind="township")
    await hold(session, here.actor, noon(row["日"]))
    await TOUCHES[row["情形"]](session, here, unit_id, date.fromisoformat(row["日"]))
    await hold(session, here.actor, noon("2017-03-01"))
    office = person(here, Role.OFFICE)
    await settlement.prepare_settlement(session, office, year=2016)
    settled = {each["unit"]: each for each in (await settlement_queries.get_settlement(session, office, 2016))["data"]}
    assert settled["甲镇"]["is_inspected"] == (row["算"] == "是")
