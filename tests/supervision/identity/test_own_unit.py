"""Nobody acts for the office, or judges, in a matter of the unit that they belong to."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import accountability_proposals, circular_drafts, circular_sign_off, rectification_orders
from supervision.bulletins.states import RectificationVerdict
from supervision.foundation.actors import Actor
from supervision.identity.errors import OwnUnit
from supervision.inspections import conclusions, findings, plans
from supervision.inspections.models import Method, Severity
from supervision.inspections.plans import PlanScope
from supervision.inspections.states import PlanState
from supervision.messaging import templates
from supervision.problems import solution
from supervision.progress import progress_reports, supplements
from supervision.reviews import completion_review, waivers
from supervision.reviews.rules import Review
from supervision.tasks import extensions
from supervision.tasks.queries import get_task
from tests.factories import bulletins, inspections, problems, reviews
from tests.factories.desk import NOON, person
from tests.factories.identity import make_official
from tests.factories.progress import Duty, as_unit, entry, make_obligation
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place

Step = Callable[[Actor], Awaitable[object]]
LIMIT = date(2199, 12, 31)


@pytest.fixture
async def duty(session: AsyncSession, here: Place) -> Duty:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, NOON)
    return await reviews.make_duty(session, here.actor, tasks=2)


class Asking:
    """Takes each step first as somebody of the unit, who is refused, and then as somebody else of the office."""

    def __init__(self, session: AsyncSession, here: Place, unit_id: UUID) -> None:
        self.session, self.here, self.unit_id = session, here, unit_id

    async def __call__(self, step: Step) -> object:
        other = person(self.here.actor)
        with pytest.raises(OwnUnit):
            async with self.session.begin_nested():
                await step(replace(other, own_unit_id=self.unit_id))
        return await step(other)


@pytest.fixture
def asking(session: AsyncSession, here: Place, duty: Duty) -> Asking:
    return Asking(session, here, duty.unit_id)


async def test_reviews(session: AsyncSession, here: Place, duty: Duty, asking: Asking) -> None:
    report = await reviews.report(session, here.actor, duty.unit_id, duty.task_ids[0])
    await asking(lambda who: completion_review.review_completion(session, who, report, AS_READ, Review(**reviews.PASS)))
    waiver = await reviews.ask(session, here.actor, duty.task_ids[1])
    await asking(
        lambda who: waivers.decide_waiver(session, who, waiver, AS_READ, verdict="refused", decision="应当办理")
    )
    owed = await make_obligation(session, duty.unit_id)
    unit = as_unit(here.actor, duty.unit_id)
    parts = zip(duty.task_ids, duty.indicator_ids, strict=True)
    entries = [entry(task, of={indicator: Decimal(50)}) for task, indicator in parts]
    sent = await progress_reports.report_progress(session, unit, owed, entries=entries)
    await asking(lambda who: supplements.return_report(session, who, sent, AS_READ, reason="空泛", until_on=LIMIT))


async def test_rectification_and_accountability(session: AsyncSession, here: Place, duty: Duty, asking: Asking) -> None:
    order = await asking(lambda who: bulletins.order(session, who, duty.unit_id, limit_on=LIMIT))
    assert isinstance(order, UUID)
    await rectification_orders.report_rectification(session, as_unit(here.actor, duty.unit_id), order, text="已改")
    await asking(
        lambda who: rectification_orders.verify_rectification(
            session, who, order, AS_READ, verdict=RectificationVerdict.CLOSED, finding="属实"
        )
    )
    proposal = await asking(lambda who: bulletins.propose(session, who, duty.unit_id))
    assert isinstance(proposal, UUID)
    await asking(lambda who: bulletins.send(session, who, proposal, sent_on=NOON.date()))
    answer: dict[str, Any] = {"answer": "已约谈", "answered_on": NOON.date()}
    await asking(lambda who: accountability_proposals.note_answer(session, who, proposal, **answer))


@pytest.mark.parametrize("names", ["commended", "criticised", "an official criticised"])
async def test_circulars(session: AsyncSession, here: Place, duty: Duty, asking: Asking, names: str) -> None:
    unit_id = duty.unit_id
    official_id = await make_official(session, here.actor, unit_id)

    async def name_it(who: Actor) -> UUID:
        circular = await bulletins.draft(session, who)
        if names == "commended":
            await circular_drafts.commend(session, who, circular, unit_id=unit_id, reason="进度领先")
        elif names == "criticised":
            await circular_drafts.criticise(session, who, circular, unit_id=unit_id, reason="久拖不决")
        else:
            await circular_drafts.criticise(session, who, circular, official_id=official_id, reason="久拖不决")
        return circular

    circular = await asking(name_it)
    assert isinstance(circular, UUID)
    await asking(lambda who: circular_sign_off.check_circular(session, who, circular, AS_READ))
    await asking(lambda who: circular_sign_off.return_circular(session, who, circular, AS_READ, reason="再核"))
    await circular_sign_off.check_circular(session, person(here.actor), circular, AS_READ)
    await asking(lambda who: circular_sign_off.issue_circular(session, who, circular, AS_READ))


async def test_a_circular_that_only_lists_a_unit_is_anybodys(session: AsyncSession, here: Place, duty: Duty) -> None:
    """The record names who is late by itself, and the office may be among them."""
    insider = replace(person(here.actor), own_unit_id=duty.unit_id)
    circular = await bulletins.draft(session, person(here.actor), month=date(2016, 4, 1))
    await circular_sign_off.check_circular(session, insider, circular, AS_READ)
    await circular_sign_off.issue_circular(session, insider, circular, AS_READ)


async def test_inspections(session: AsyncSession, duty: Duty, asking: Asking) -> None:
    scope = PlanScope(unit_ids=[duty.unit_id], item_ids=[], official_ids=[])
    days: dict[str, Any] = {"first_on": date(2016, 5, 3), "last_on": date(2016, 5, 20), "methods": [Method.ON_SITE]}
    plan = await asking(lambda who: plans.draft_plan(session, who, title="五月督查", scope=scope, **days))
    assert isinstance(plan, UUID)
    await asking(lambda who: plans.amend_plan(session, who, plan, 1, changes={"title": "五月督查（二）"}))
    await asking(lambda who: plans.decide_plan(session, who, plan, AS_READ, verdict=PlanState.APPROVED))
    found: dict[str, Any] = {"severity": Severity.MINOR, "text": "示例问题", "found_on": date(2016, 5, 3)}
    await asking(lambda who: findings.record_finding(session, who, plan, unit_id=duty.unit_id, **found))
    await asking(lambda who: plans.carry_out_plan(session, who, plan))
    about: dict[str, Any] = {"unit_id": duty.unit_id, "text": "示例结论"}
    await asking(lambda who: conclusions.send_conclusion(session, who, plan, **about))


async def test_a_plan_is_not_widened_to_ones_own_unit(
    session: AsyncSession, here: Place, duty: Duty, asking: Asking
) -> None:
    plan = await inspections.draft_plan(session, here.actor, await inspections.make_inspected(session, here.actor))
    await asking(lambda who: plans.amend_plan(session, who, plan, 1, changes={"unit_ids": [duty.unit_id]}))


async def test_extensions(session: AsyncSession, here: Place, duty: Duty, asking: Asking) -> None:
    item_id = (await get_task(session, here.actor, duty.task_ids[0]))["item_id"]
    unit = as_unit(here.actor, duty.unit_id)
    asked = await extensions.ask_extension(session, unit, item_id, until_on=LIMIT, reason="雨季停工")
    decision: dict[str, Any] = {"verdict": "refused", "until_on": None, "decision": "按期办理"}
    await asking(lambda who: extensions.decide_extension(session, who, asked, AS_READ, **decision))


async def test_problems(session: AsyncSession, here: Place, asking: Asking) -> None:
    who = await problems.make_concerned(session, here.actor)
    problem = await problems.open_problem(session, here.actor, who)
    await problems.file_plan(session, here.actor, problem, who)
    await problems.decide(session, here.actor, problem, who)
    asking.unit_id = who.unit_id
    await asking(lambda each: solution.resolve_problem(session, each, problem, AS_READ, text="已迁移"))
