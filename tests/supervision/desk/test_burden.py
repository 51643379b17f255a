from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import rectification_orders
from supervision.bulletins.states import RectificationVerdict
from supervision.desk import queries
from supervision.desk.models import RequestKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.inspections.models import Method
from supervision.messaging import templates
from supervision.reviews import completion_review
from supervision.reviews.rules import Review
from tests.factories import bulletins, inspections, notices, reviews
from tests.factories.desk import person
from tests.factories.identity import make_unit
from tests.factories.inspections import Inspected
from tests.factories.progress import as_unit, make_obligation
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place

# What a unit was asked in May: two reports, a notice, two orders, three visits (one unannounced and still to come),
# and two reports again.
ASKED = {"obligations": 2, "notices": 1, "rectification_orders": 2, "inspections": 3, "returned_reports": 2}


async def burden(session: AsyncSession, actor: Actor, unit_id: UUID | None = None, month: int = 5) -> dict[str, Any]:
    """Read a unit's row of a month, or the only row that there is."""
    rows = await queries.get_burden(session, actor, year=2016, month=month)
    (row,) = [row for row in rows if unit_id in (None, row["unit_id"])]
    return {name: row[name] for name in (*ASKED, "total")}


async def ask(session: AsyncSession, actor: Actor, unit_id: UUID) -> None:
    for first, last in ((1, 15), (16, 31)):
        period = {"period_first": date(2016, 5, first), "period_last": date(2016, 5, last)}
        await make_obligation(session, unit_id, **period)
    await make_obligation(session, unit_id, period_first=date(2016, 4, 16), period_last=date(2016, 4, 30))
    await notices.make_notice(session, actor, state="issued", unit_ids=[unit_id])
    await notices.make_notice(session, actor, state="checked", unit_ids=[unit_id])
    duty = await reviews.make_duty(session, actor, unit_id=unit_id, tasks=2)
    for task_id in duty.task_ids:
        report_id = await reviews.report(session, actor, unit_id, task_id)
    await completion_review.review_completion(
        session, person(actor), report_id, AS_READ, Review(**{**reviews.RETURN, "rework_until_on": date(2199, 12, 31)})
    )
    orders = [await bulletins.order(session, person(actor), unit_id, limit_on=date(2199, 12, 31)) for _ in range(2)]
    await rectification_orders.report_rectification(session, as_unit(actor, unit_id), orders[0], text="已整改")
    verdict = RectificationVerdict.RETURNED
    await rectification_orders.verify_rectification(
        session, person(actor), orders[0], AS_READ, verdict=verdict, finding="未到位"
    )
    made = await inspections.make_inspected(session, actor)
    inspected = Inspected(unit_id, made.other_id, made.official_id)
    for methods in ((Method.ON_SITE,), (Method.SURVEY, Method.JOINT), (Method.UNANNOUNCED,)):
        plan_id = await inspections.draft_plan(session, actor, inspected, methods=methods)
        await inspections.approve_plan(session, actor, plan_id)
    await inspections.draft_plan(session, actor, inspected)


async def test_what_is_asked_of_a_unit_is_counted(session: AsyncSession, here: Place, elsewhere: Place) -> None:
    await templates.install_defaults(session, here.actor)
    # Ten in the evening of the last day of May in Greenwich is June in Shanghai, and this is not yet.
    await hold(session, here.actor, datetime(2016, 5, 31, 15, 59, tzinfo=UTC))
    unit_id, idle = await make_unit(session, here.actor), await make_unit(session, here.actor)
    await ask(session, here.actor, unit_id)
    assert await burden(session, person(here.actor), unit_id) == {**ASKED, "total": 10}
    assert set((await burden(session, person(here.actor), idle)).values()) == {0}
    unit = person(here.actor, Role.UNIT, unit_id=unit_id)
    announced = {**ASKED, "inspections": 2, "total": 9}
    assert await burden(session, unit) == announced, "an unannounced visit is not told beforehand"
    assert await burden(session, unit, month=4) == {**dict.fromkeys(announced, 0), "obligations": 1, "total": 1}
    assert set((await burden(session, unit, month=6)).values()) == {0}
    await enter(session, elsewhere.actor.jurisdiction_id)
    assert await queries.get_burden(session, person(elsewhere.actor), year=2016, month=5) == []


async def test_the_day_is_that_of_shanghai(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, datetime(2016, 5, 31, 16, tzinfo=UTC))
    unit_id = await make_unit(session, here.actor)
    await notices.make_notice(session, here.actor, state="issued", unit_ids=[unit_id])
    unit = person(here.actor, Role.UNIT, unit_id=unit_id)
    assert [(await burden(session, unit, month=month))["notices"] for month in (5, 6)] == [0, 1]


def test_every_kind_of_request_has_its_column() -> None:
    assert {f"{kind}s" for kind in RequestKind} == set(ASKED)
