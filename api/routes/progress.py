from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, LEADER, OFFICE, SUPERVISING, UNIT, WORKING, Scope, may, person_may
from api.replies import many, one, reply
from api.router import Router
from api.schemas.completion_tables import CompletionOut, DigestOut, DigestPage, QuarterlyLookPage
from api.schemas.fields import Id, Moment, Year
from api.schemas.progress import (
    EnterReport,
    ObligationOut,
    ObligationPage,
    QueryFlag,
    ReportOut,
    ReportPage,
    ReportProgress,
    ReturnReport,
)
from api.schemas.scoring import Quarter
from supervision.progress import completion, progress_reports, quarterly_look, queries, supplements
from supervision.progress.rules import Light
from supervision.progress.states import ObligationState, ReportState

router = Router("progress")


@router.get("/obligations", permission=may(Scope.PROGRESS_READ, *WORKING), response_model=ObligationPage)
async def list_obligations(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    state: Annotated[ObligationState | None, Query()] = None,
    due_before: Annotated[Moment | None, Query()] = None,
    is_late: Annotated[
        QueryFlag | None, Query(description="reported after the deadline, or past it and not reported")
    ] = None,
) -> Response:
    """List reporting duties in the order of their deadlines; a unit sees its own."""
    page = await queries.list_obligations(
        session, actor, wanted, unit_id=unit, state=state, due_before=due_before, is_late=is_late
    )
    return many(request, page)


@router.get("/obligations/{obligation_id}", permission=may(Scope.PROGRESS_READ, *WORKING), response_model=ObligationOut)
async def get_obligation(obligation_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one reporting duty."""
    return one(await queries.get_obligation(session, actor, obligation_id))


@router.post(
    "/obligations/{obligation_id}/progress_reports",
    permission=may(Scope.PROGRESS_WRITE, UNIT),
    response_model=ReportOut,
    status_code=201,
    dependencies=[Once],
)
async def report_progress(obligation_id: Id, body: ReportProgress, session: SessionDep, actor: ActorDep) -> Response:
    """Report on every open task of the unit for one period."""
    report_id = await progress_reports.report_progress(session, actor, obligation_id, **body.model_dump())
    row = await queries.get_progress_report(session, actor, report_id)
    return one(row, 201, location=f"/v1/progress_reports/{report_id}")


@router.post(
    "/obligations/{obligation_id}/entered_reports",
    permission=may(Scope.PROGRESS_WRITE, OFFICE),
    response_model=ReportOut,
    status_code=201,
    dependencies=[Once],
)
async def enter_report(obligation_id: Id, body: EnterReport, session: SessionDep, actor: ActorDep) -> Response:
    """Enter for a unit a report that came on paper or by telephone, with the true moment of its receipt."""
    report_id = await progress_reports.enter_report(session, actor, obligation_id, **body.model_dump())
    row = await queries.get_progress_report(session, actor, report_id)
    return one(row, 201, location=f"/v1/progress_reports/{report_id}")


@router.post(
    "/progress_reports/{report_id}/return",
    permission=person_may(Scope.PROGRESS_WRITE, OFFICE),
    signs=True,
    response_model=ReportOut,
)
async def return_report(
    report_id: Id, body: ReturnReport, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Return a hollow report for supplement: it counts no longer, and the unit owes it again."""
    await supplements.return_report(session, actor, report_id, version, **body.model_dump())
    return one(await queries.get_progress_report(session, actor, report_id))


@router.get("/progress_reports", permission=may(Scope.PROGRESS_READ, *WORKING), response_model=ReportPage)
async def list_progress_reports(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    task: Annotated[Id | None, Query()] = None,
    state: Annotated[ReportState | None, Query()] = None,
) -> Response:
    """List the reports that came in, oldest first; a unit sees its own."""
    page = await queries.list_progress_reports(session, actor, wanted, unit_id=unit, task_id=task, state=state)
    return many(request, page)


@router.get("/progress_reports/{report_id}", permission=may(Scope.PROGRESS_READ, *WORKING), response_model=ReportOut)
async def get_progress_report(report_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one report with its entries and figures."""
    return one(await queries.get_progress_report(session, actor, report_id))


@router.get("/ledgers/{year}/completion", permission=may(Scope.PROGRESS_READ, *WORKING), response_model=CompletionOut)
async def get_completion(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Compare every indicator of a year's ledger with its latest figure; a unit sees its own tasks."""
    return reply(await completion.get_completion(session, actor, year))


@router.get("/quarterly_looks", permission=may(Scope.PROGRESS_READ, *SUPERVISING), response_model=QuarterlyLookPage)
async def list_quarterly_looks(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    year: Annotated[Year, Query()],
    quarter: Annotated[Quarter, Query()],
    unit: Annotated[Id | None, Query()] = None,
    light: Annotated[Light | None, Query()] = None,
) -> Response:
    """List how the tasks stood at a quarter's look; a unit sees its own."""
    page = await quarterly_look.list_quarterly_looks(
        session, actor, wanted, year=year, quarter=quarter, unit_id=unit, light=light
    )
    return many(request, page)


@router.get("/digests", permission=may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR), response_model=DigestPage)
async def list_digests(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the half-months' digests, newest first."""
    return many(request, await queries.list_digests(session, actor, wanted))


@router.get(
    "/digests/{digest_id}",
    permission=may(Scope.PROGRESS_READ, OFFICE, GROUP, LEADER, AUDITOR),
    response_model=DigestOut,
)
async def get_digest(digest_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one digest: the counts and the text as they stood when it was made."""
    return one(await queries.get_digest(session, actor, digest_id))
