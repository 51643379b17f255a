from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.permissions import OFFICE, SUPERVISING, UNIT, Scope, may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.inspections import (
    ConclusionOut,
    ConclusionPage,
    FindingOut,
    FindingPage,
    RecordFinding,
    SendConclusion,
)
from api.schemas.progress import QueryFlag
from supervision.inspections import conclusions, finding_queries, findings, queries
from supervision.inspections.models import Severity

router = Router("inspections")


@router.post(
    "/inspection_plans/{plan_id}/findings",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=FindingOut,
    status_code=201,
    dependencies=[Once],
)
async def record_finding(plan_id: Id, body: RecordFinding, session: SessionDep, actor: ActorDep) -> Response:
    """Record what an approved inspection found about a unit, with its evidence."""
    finding_id = await findings.record_finding(session, actor, plan_id, **body.model_dump())
    row = await finding_queries.get_finding(session, actor, finding_id)
    return one(row, 201, location=f"/v1/findings/{finding_id}")


@router.get("/findings", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=FindingPage)
async def list_findings(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    plan: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query()] = None,
    item: Annotated[Id | None, Query()] = None,
    severity: Annotated[Severity | None, Query()] = None,
) -> Response:
    """List findings; a unit sees its own."""
    found = await finding_queries.list_findings(
        session, actor, wanted, plan_id=plan, unit_id=unit, item_id=item, severity=severity
    )
    return many(request, found)


@router.get("/findings/{finding_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=FindingOut)
async def get_finding(finding_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one finding."""
    return one(await finding_queries.get_finding(session, actor, finding_id))


@router.post(
    "/inspection_plans/{plan_id}/conclusions",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=ConclusionOut,
    status_code=201,
    dependencies=[Once],
)
async def send_conclusion(plan_id: Id, body: SendConclusion, session: SessionDep, actor: ActorDep) -> Response:
    """Send an inspected unit its conclusion, and its leaders an SMS."""
    conclusion_id = await conclusions.send_conclusion(session, actor, plan_id, **body.model_dump())
    row = await queries.get_conclusion(session, actor, conclusion_id)
    return one(row, 201, location=f"/v1/conclusions/{conclusion_id}")


@router.get("/conclusions", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=ConclusionPage)
async def list_conclusions(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    plan: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query()] = None,
    acknowledged: Annotated[QueryFlag | None, Query()] = None,
) -> Response:
    """List conclusions; a unit sees its own."""
    found = await queries.list_conclusions(
        session, actor, wanted, plan_id=plan, unit_id=unit, is_acknowledged=acknowledged
    )
    return many(request, found)


@router.get(
    "/conclusions/{conclusion_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=ConclusionOut
)
async def get_conclusion(conclusion_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one conclusion."""
    return one(await queries.get_conclusion(session, actor, conclusion_id))


@router.post(
    "/conclusions/{conclusion_id}/acknowledgement",
    permission=may(Scope.PROGRESS_WRITE, UNIT),
    response_model=ConclusionOut,
)
async def acknowledge_conclusion(conclusion_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Acknowledge a conclusion as the inspected unit."""
    await conclusions.acknowledge_conclusion(session, actor, conclusion_id)
    return one(await queries.get_conclusion(session, actor, conclusion_id))
