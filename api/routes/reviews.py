from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import OFFICE, SUPERVISING, UNIT, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.items import ItemOut
from api.schemas.reviews import (
    AskWaiver,
    CompletionReportOut,
    CompletionReportPage,
    DecideWaiver,
    ReopenItem,
    ReportCompletion,
    ReviewCompletion,
    WaiverOut,
    WaiverPage,
)
from supervision.items import queries as items
from supervision.reviews import close_out, completion_reports, completion_review, queries, waivers
from supervision.reviews.rules import Review
from supervision.reviews.states import CompletionState, WaiverState

router = Router("reviews")


@router.post(
    "/tasks/{task_id}/completion_reports",
    permission=may(Scope.PROGRESS_WRITE, UNIT),
    response_model=CompletionReportOut,
    status_code=201,
    dependencies=[Once],
)
async def report_completion(task_id: Id, body: ReportCompletion, session: SessionDep, actor: ActorDep) -> Response:
    """Report a task of one's own unit as done, with the evidence of it."""
    report_id = await completion_reports.report_completion(session, actor, task_id, **body.model_dump())
    row = await queries.get_completion_report(session, actor, report_id)
    return one(row, 201, location=f"/v1/completion_reports/{report_id}")


@router.get(
    "/completion_reports", permission=may(Scope.PROGRESS_READ, *SUPERVISING), response_model=CompletionReportPage
)
async def list_completion_reports(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    task: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="the responsible unit")] = None,
    state: Annotated[CompletionState | None, Query()] = None,
) -> Response:
    """List completion reports with their reviews; every round of a task is kept."""
    page = await queries.list_completion_reports(session, actor, wanted, task_id=task, unit_id=unit, state=state)
    return many(request, page)


@router.get(
    "/completion_reports/{completion_report_id}",
    permission=may(Scope.PROGRESS_READ, *SUPERVISING),
    response_model=CompletionReportOut,
)
async def get_completion_report(completion_report_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one completion report with its review."""
    return one(await queries.get_completion_report(session, actor, completion_report_id))


@router.post(
    "/completion_reports/{completion_report_id}/review",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    signs=True,
    response_model=CompletionReportOut,
)
async def review_completion(
    completion_report_id: Id, body: ReviewCompletion, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Pass a completion report with a feedback opinion, or return it for rework with a new limit."""
    await completion_review.review_completion(
        session, actor, completion_report_id, version, Review(**body.model_dump())
    )
    return one(await queries.get_completion_report(session, actor, completion_report_id))


@router.post(
    "/tasks/{task_id}/waivers",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    response_model=WaiverOut,
    status_code=201,
    dependencies=[Once],
)
async def ask_waiver(task_id: Id, body: AskWaiver, session: SessionDep, actor: ActorDep) -> Response:
    """Ask that a task be waived which policy or circumstance makes impossible."""
    waiver_id = await waivers.ask_waiver(session, actor, task_id, **body.model_dump())
    return one(await queries.get_waiver(session, actor, waiver_id), 201, location=f"/v1/waivers/{waiver_id}")


@router.get("/waivers", permission=may(Scope.PROGRESS_READ, *SUPERVISING), response_model=WaiverPage)
async def list_waivers(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    task: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="the responsible unit")] = None,
    state: Annotated[WaiverState | None, Query()] = None,
) -> Response:
    """List waivers that were asked for."""
    page = await queries.list_waivers(session, actor, wanted, task_id=task, unit_id=unit, state=state)
    return many(request, page)


@router.get("/waivers/{waiver_id}", permission=may(Scope.PROGRESS_READ, *SUPERVISING), response_model=WaiverOut)
async def get_waiver(waiver_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one waiver."""
    return one(await queries.get_waiver(session, actor, waiver_id))


@router.post(
    "/waivers/{waiver_id}/decision",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    signs=True,
    response_model=WaiverOut,
)
async def decide_waiver(
    waiver_id: Id, body: DecideWaiver, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Grant a waiver on a written opinion or a principal county leader's approval, or refuse it; the asker may not."""
    await waivers.decide_waiver(session, actor, waiver_id, version, **body.model_dump())
    return one(await queries.get_waiver(session, actor, waiver_id))


@router.post("/items/{item_id}/close_out", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def close_item(item_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Close an item all of whose tasks are passed or waived."""
    await close_out.close_item(session, actor, item_id)
    return one(await items.get_item(session, actor, item_id))


@router.post("/items/{item_id}/reopening", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def reopen_item(item_id: Id, body: ReopenItem, session: SessionDep, actor: ActorDep) -> Response:
    """Open a closed item again after a look back; the verdicts on its tasks are undone, and kept."""
    await close_out.reopen_item(session, actor, item_id, **body.model_dump())
    return one(await items.get_item(session, actor, item_id))
