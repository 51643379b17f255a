from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import require_version
from supervision.identity import queries as identity
from supervision.identity.policy import require_not_own_unit
from supervision.inspections import policy, queries, rules
from supervision.inspections.errors import InspectedItemUnknown, PlanNotBegun
from supervision.inspections.models import InspectionPlan, InspectionScope, Method
from supervision.inspections.states import PlanState, PlanVerb
from supervision.items import queries as items


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScope:
    """What a plan covers: units, perhaps items in particular, and the officials of its team."""

    unit_ids: Sequence[UUID]
    item_ids: Sequence[UUID]
    official_ids: Sequence[UUID]


async def draft_plan(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    first_on: date,
    last_on: date,
    methods: Sequence[Method],
    scope: PlanScope,
) -> UUID:
    """Draft an inspection plan (§3(2), §4(1)); refuses days out of order, one's own unit, and what is unknown."""
    rules.check_days(first_on, last_on)
    await days.check(session, "draft_inspection_plan", {"/first_on": first_on, "/last_on": last_on})
    await _require_known(session, actor, scope)
    require_not_own_unit(actor, scope.unit_ids)
    plan = InspectionPlan(
        title=title,
        first_on=first_on,
        last_on=last_on,
        methods=sorted(set(methods)),
        state=PlanState.DRAFTED,
        scope_no=1,
        drafted_by=actor.person,
        drafted_at=await clock.now(session),
    )
    session.add(plan)
    await _write_scope(session, plan, scope)
    await audit.record(session, actor, "inspection_plan.drafted", plan.id, first_on=first_on, last_on=last_on)
    return plan.id


async def amend_plan(
    session: AsyncSession, actor: Actor, plan_id: UUID, version: int, *, changes: dict[str, Any]
) -> None:
    """Change a draft; whoever does answers for it from then on. Refuses a stale version and a frozen scope.

    `changes` has any of title, first_on, last_on, methods, unit_ids, item_ids and official_ids.
    """
    plan = await queries.get_plan_for_update(session, actor, plan_id)
    require_version(plan, version)
    require_not_own_unit(actor, await queries.read_inspected_units(session, plan))
    plan.state = rules.follow(plan.state, PlanVerb.AMEND)
    stands = await queries.get_plan(session, actor, plan_id)
    scope = PlanScope(
        **{
            name: changes.pop(name) if name in changes else [UUID(each) for each in stands[name]]
            for name in ("unit_ids", "item_ids", "official_ids")
        }
    )
    await _require_known(session, actor, scope)
    require_not_own_unit(actor, scope.unit_ids)
    now = await clock.now(session)
    for name, value in changes.items():
        setattr(plan, name, sorted(set(value)) if name == "methods" else value)
    rules.check_days(plan.first_on, plan.last_on)
    given = {"/first_on": changes.get("first_on"), "/last_on": changes.get("last_on")}
    await days.check(session, "amend_inspection_plan", given)
    plan.scope_no += 1
    plan.drafted_by, plan.drafted_at = actor.person, now
    await _write_scope(session, plan, scope)
    await audit.record(session, actor, "inspection_plan.amended", plan_id, scope_no=plan.scope_no)


async def decide_plan(
    session: AsyncSession, actor: Actor, plan_id: UUID, version: int, *, verdict: PlanState, reason: str | None = None
) -> None:
    """Approve a plan, which freezes its scope, or refuse it; refuses the writer, the units, and a stale version."""
    verb = PlanVerb.APPROVE if verdict is PlanState.APPROVED else PlanVerb.REFUSE
    rules.check_decision(verb, reason)
    plan = await queries.get_plan_for_update(session, actor, plan_id)
    signed = signatures.sign(plan, version, await queries.get_plan(session, actor, plan_id))
    following = rules.follow(plan.state, verb)
    require_not_own_unit(actor, await queries.read_inspected_units(session, plan))
    policy.require_another_person(actor, plan.drafted_by)
    now = await clock.now(session)
    plan.state, plan.decision = following, reason
    plan.decided_by, plan.decided_at = actor.person, now
    facts = {"reason": reason, "signed_sha256": signed}
    await audit.record(session, actor, f"inspection_plan.{following}", plan_id, **facts)


async def carry_out_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> None:
    """Note that an approved plan was carried out (§3(2)); refuses before its first day and a second time."""
    plan = await queries.get_plan_for_update(session, actor, plan_id)
    following = rules.follow(plan.state, PlanVerb.CARRY_OUT)
    require_not_own_unit(actor, await queries.read_inspected_units(session, plan))
    now = await clock.now(session)
    if now.astimezone(clock.SHANGHAI).date() < plan.first_on:
        raise PlanNotBegun(first_on=plan.first_on)
    plan.state, plan.carried_out_by, plan.carried_out_at = following, actor.person, now
    await audit.record(session, actor, "inspection_plan.carried_out", plan_id)


async def _require_known(session: AsyncSession, actor: Actor, scope: PlanScope) -> None:
    await identity.require_units(session, set(scope.unit_ids))
    await identity.require_officials_in_post(session, set(scope.official_ids))
    await items.require_items(session, actor, set(scope.item_ids), InspectedItemUnknown)


async def _write_scope(session: AsyncSession, plan: InspectionPlan, scope: PlanScope) -> None:
    # The plan's row comes first: what the scope's rows name must be there.
    await session.flush()
    nothing = {"plan_id": plan.id, "scope_no": plan.scope_no, "unit_id": None, "item_id": None, "official_id": None}
    rows = [
        *({**nothing, "unit_id": each} for each in set(scope.unit_ids)),
        *({**nothing, "item_id": each} for each in set(scope.item_ids)),
        *({**nothing, "official_id": each} for each in set(scope.official_ids)),
    ]
    await session.execute(insert(InspectionScope), rows)
