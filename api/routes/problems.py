from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import LEADER, OFFICE, SUPERVISING, UNIT, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.problems import (
    DecideProblem,
    EscalateProblem,
    FileProblemPlan,
    FollowUpProblem,
    OpenProblem,
    ProblemEntryPage,
    ProblemOut,
    ProblemPage,
    ResolveProblem,
)
from api.schemas.progress import QueryFlag
from supervision.problems import queries, service, solution
from supervision.problems.queries import ProblemFilter
from supervision.problems.states import Level, ProblemState

router = Router("problems")


def _only(
    state: Annotated[ProblemState | None, Query()] = None,
    level: Annotated[Level | None, Query()] = None,
    unit: Annotated[Id | None, Query(description="a unit concerned")] = None,
    item: Annotated[Id | None, Query()] = None,
    major: Annotated[QueryFlag | None, Query()] = None,
    overdue: Annotated[QueryFlag | None, Query(description="whether its decision's date has passed")] = None,
) -> ProblemFilter:
    return ProblemFilter(state, level, unit, item, major, overdue)


@router.post(
    "/problems",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, UNIT),
    response_model=ProblemOut,
    status_code=201,
    dependencies=[Once],
)
async def open_problem(body: OpenProblem, session: SessionDep, actor: ActorDep) -> Response:
    """Open a problem of one or several units; a major one may go straight before the joint conference."""
    problem_id = await service.open_problem(session, actor, **body.model_dump())
    row = await queries.get_problem(session, actor, problem_id)
    return one(row, 201, location=f"/v1/problems/{problem_id}")


@router.get("/problems", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=ProblemPage)
async def list_problems(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    only: Annotated[ProblemFilter, Depends(_only)],
) -> Response:
    """List problems; a unit sees those that concern it."""
    return many(request, await queries.list_problems(session, actor, wanted, only=only))


@router.get("/problems/{problem_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=ProblemOut)
async def get_problem(problem_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one problem."""
    return one(await queries.get_problem(session, actor, problem_id))


@router.get(
    "/problems/{problem_id}/entries", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=ProblemEntryPage
)
async def list_problem_entries(
    problem_id: Id, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List a problem's steps in their order: plan, escalations, decisions, follow-ups, resolution."""
    return many(request, await queries.list_problem_entries(session, actor, wanted, problem_id=problem_id))


@router.post("/problems/{problem_id}/plan", permission=may(Scope.PROGRESS_WRITE, UNIT), response_model=ProblemOut)
async def file_problem_plan(problem_id: Id, body: FileProblemPlan, session: SessionDep, actor: ActorDep) -> Response:
    """File the responsible unit's plan."""
    await solution.file_problem_plan(session, actor, problem_id, **body.model_dump())
    return one(await queries.get_problem(session, actor, problem_id))


@router.post(
    "/problems/{problem_id}/escalation",
    permission=may(Scope.PROGRESS_WRITE, OFFICE, LEADER, UNIT),
    response_model=ProblemOut,
)
async def escalate_problem(problem_id: Id, body: EscalateProblem, session: SessionDep, actor: ActorDep) -> Response:
    """Bring a problem to its lead and liaison leaders by name, or from them before the joint conference."""
    await solution.escalate_problem(session, actor, problem_id, **body.model_dump())
    return one(await queries.get_problem(session, actor, problem_id))


@router.post(
    "/problems/{problem_id}/decision",
    permission=person_may(Scope.PROGRESS_WRITE, OFFICE, LEADER, UNIT),
    signs=True,
    response_model=ProblemOut,
)
async def decide_problem(
    problem_id: Id, body: DecideProblem, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Decide at the level where a problem stands; the office records what the joint conference decided."""
    await solution.decide_problem(session, actor, problem_id, version, **body.model_dump())
    return one(await queries.get_problem(session, actor, problem_id))


@router.post(
    "/problems/{problem_id}/follow_up", permission=may(Scope.PROGRESS_WRITE, OFFICE, UNIT), response_model=ProblemOut
)
async def follow_up_problem(problem_id: Id, body: FollowUpProblem, session: SessionDep, actor: ActorDep) -> Response:
    """Report how a decision is carried out."""
    await solution.follow_up_problem(session, actor, problem_id, **body.model_dump())
    return one(await queries.get_problem(session, actor, problem_id))


@router.post(
    "/problems/{problem_id}/resolution",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    signs=True,
    response_model=ProblemOut,
)
async def resolve_problem(
    problem_id: Id, body: ResolveProblem, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Find a decided problem solved."""
    await solution.resolve_problem(session, actor, problem_id, version, **body.model_dump())
    return one(await queries.get_problem(session, actor, problem_id))
