from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import LEADER, OFFICE, SUPERVISING, Scope, may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import FullDate, Id
from api.schemas.inspections import (
    AmendInspectionPlan,
    DecideInspectionPlan,
    DraftInspectionPlan,
    InspectionPlanOut,
    InspectionPlanPage,
)
from supervision.inspections import plans, queries
from supervision.inspections.states import PlanState

router = Router("inspections")


@router.post(
    "/inspection_plans",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=InspectionPlanOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_inspection_plan(body: DraftInspectionPlan, session: SessionDep, actor: ActorDep) -> Response:
    """Draft a plan; `overlaps` warns of others for the same unit in the same month."""
    plan_id = await plans.draft_plan(
        session,
        actor,
        title=body.title,
        first_on=body.first_on,
        last_on=body.last_on,
        methods=body.methods,
        scope=body.scope(),
    )
    row = await queries.get_plan(session, actor, plan_id)
    return one(row, 201, location=f"/v1/inspection_plans/{plan_id}")


@router.get("/inspection_plans", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=InspectionPlanPage)
async def list_inspection_plans(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[PlanState | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="a unit that is covered")] = None,
    on: Annotated[FullDate | None, Query(description="a day of the inspection")] = None,
) -> Response:
    """List plans; a unit sees approved ones that cover it, unannounced ones once they are carried out."""
    return many(request, await queries.list_plans(session, actor, wanted, state=state, unit_id=unit, on=on))


@router.get(
    "/inspection_plans/{plan_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=InspectionPlanOut
)
async def get_inspection_plan(plan_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one plan."""
    return one(await queries.get_plan(session, actor, plan_id))


@router.patch(
    "/inspection_plans/{plan_id}", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=InspectionPlanOut
)
async def amend_inspection_plan(
    plan_id: Id, body: AmendInspectionPlan, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change a draft; once it is decided on, its scope is frozen."""
    await plans.amend_plan(session, actor, plan_id, version, changes=body.model_dump(exclude_none=True))
    return one(await queries.get_plan(session, actor, plan_id))


@router.post(
    "/inspection_plans/{plan_id}/decision",
    permission=may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    response_model=InspectionPlanOut,
)
async def decide_inspection_plan(
    plan_id: Id, body: DecideInspectionPlan, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve or refuse a draft; somebody other than its writer must."""
    await plans.decide_plan(session, actor, plan_id, verdict=body.verdict, reason=body.reason)
    return one(await queries.get_plan(session, actor, plan_id))


@router.post(
    "/inspection_plans/{plan_id}/carrying_out",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=InspectionPlanOut,
)
async def carry_out_inspection_plan(plan_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Note that an approved plan was carried out."""
    await plans.carry_out_plan(session, actor, plan_id)
    return one(await queries.get_plan(session, actor, plan_id))
