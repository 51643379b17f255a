from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict
from supervision.inspections import conclusions, plans, queries
from supervision.inspections.models import Conclusion, Finding, InspectionPlan
from supervision.inspections.states import FOLLOWS, PlanState, PlanVerb
from supervision.messaging import templates
from tests.factories.inspections import NOON, Inspected, draft_plan, make_inspected, person, record_finding
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place

Act = Callable[[AsyncSession, Actor, UUID, Inspected], Awaitable[Any]]
VERBS: dict[PlanVerb, Act] = {
    PlanVerb.AMEND: lambda s, a, p, _: plans.amend_plan(s, person(a), p, 1, changes={"title": "改"}),
    PlanVerb.APPROVE: lambda s, a, p, _: plans.decide_plan(s, person(a), p, AS_READ, verdict=PlanState.APPROVED),
    PlanVerb.REFUSE: lambda s, a, p, _: plans.decide_plan(
        s, person(a), p, AS_READ, verdict=PlanState.REFUSED, reason="重复"
    ),
    PlanVerb.CARRY_OUT: lambda s, a, p, _: plans.carry_out_plan(s, person(a), p),
    PlanVerb.RECORD_FINDING: lambda s, a, p, who: record_finding(s, a, p, who.unit_id),
    PlanVerb.SEND_CONCLUSION: lambda s, a, p, who: conclusions.send_conclusion(
        s, person(a), p, unit_id=who.unit_id, text="结论"
    ),
}


@pytest.fixture
async def inspected(session: AsyncSession, here: Place) -> Inspected:
    await templates.install_defaults(session, here.actor)
    await hold(session, here.actor, NOON)
    return await make_inspected(session, here.actor)


@pytest.mark.parametrize("state", list(PlanState))
@pytest.mark.parametrize("verb", list(PlanVerb))
async def test_every_state_with_every_verb(
    session: AsyncSession, here: Place, inspected: Inspected, state: PlanState, verb: PlanVerb
) -> None:
    plan_id = await draft_plan(session, here.actor, inspected)
    await session.execute(update(InspectionPlan).values(state=state))
    before = await queries.get_plan(session, here.actor, plan_id)
    following = FOLLOWS[verb].get(state)
    if following is None:
        with pytest.raises(Conflict):
            await VERBS[verb](session, here.actor, plan_id, inspected)
        assert await queries.get_plan(session, here.actor, plan_id) == before
        assert [await session.scalar(select(table.id)) for table in (Finding, Conclusion)] == [None, None]
    else:
        await VERBS[verb](session, here.actor, plan_id, inspected)
        assert (await queries.get_plan(session, here.actor, plan_id))["state"] == following


async def test_what_was_done_is_written_down(session: AsyncSession, here: Place, inspected: Inspected) -> None:
    plan_id = await draft_plan(session, here.actor, inspected)
    for verb in (PlanVerb.AMEND, PlanVerb.APPROVE, PlanVerb.CARRY_OUT):
        await VERBS[verb](session, here.actor, plan_id, inspected)
    verbs = select(AuditEvent.verb).where(AuditEvent.subject_id == str(plan_id)).order_by(AuditEvent.id)
    done = ["drafted", "amended", "approved", "carried_out"]
    assert list(await session.scalars(verbs)) == [f"inspection_plan.{each}" for each in done]


@pytest.mark.parametrize("table", ["inspection_scope", "finding"])
async def test_scope_and_findings_are_never_changed(
    session: AsyncSession, here: Place, inspected: Inspected, table: str
) -> None:
    plan_id = await draft_plan(session, here.actor, inspected)
    await VERBS[PlanVerb.APPROVE](session, here.actor, plan_id, inspected)
    await record_finding(session, here.actor, plan_id, inspected.unit_id)
    await session.flush()
    with pytest.raises(DBAPIError):
        await session.execute(text(f"UPDATE {table} SET unit_id = unit_id"))  # noqa: S608 - our own two tables
