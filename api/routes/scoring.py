from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.replies import many, one, reply
from api.route import DuchaRoute
from api.schemas.fields import Id, Moment, Year
from api.schemas.scoring import (
    Decide,
    DeductionOut,
    DeductionPage,
    ProposeDeduction,
    ScoresOut,
    ScoringPolicyOut,
    ScoringPolicyPage,
)
from supervision.scoring import deciding, proposing, queries
from supervision.scoring.states import DeductionState

router = APIRouter(prefix="/v1", route_class=DuchaRoute, tags=["scoring"])


@router.get("/scoring_policies", response_model=ScoringPolicyPage)
async def list_scoring_policies(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the versions of the scoring policy."""
    return many(request, await queries.list_scoring_policies(session, actor, wanted))


@router.get("/scoring_policies/{policy_id}", response_model=ScoringPolicyOut)
async def get_scoring_policy(policy_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one version of the policy: its rules, and how the source's doubtful words are read."""
    return one(await queries.get_scoring_policy(session, actor, policy_id))


@router.get("/deductions", response_model=DeductionPage)
async def list_deductions(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    state: Annotated[DeductionState | None, Query()] = None,
    year: Annotated[Year | None, Query(description="the year of the fact")] = None,
) -> Response:
    """List deductions; a unit sees its own."""
    page = await queries.list_deductions(session, actor, wanted, unit_id=unit, state=state, year=year)
    return many(request, page)


@router.post("/deductions", response_model=DeductionOut, status_code=201, dependencies=[Once])
async def propose_deduction(body: ProposeDeduction, session: SessionDep, actor: ActorDep) -> Response:
    """Propose a deduction by hand; another person confirms it."""
    deduction_id = await proposing.propose_deduction(session, actor, **body.model_dump())
    row = await queries.get_deduction(session, actor, deduction_id)
    return one(row, 201, location=f"/v1/deductions/{deduction_id}")


@router.get("/deductions/{deduction_id}", response_model=DeductionOut)
async def get_deduction(deduction_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one deduction."""
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post("/deductions/{deduction_id}/confirmation", response_model=DeductionOut)
async def confirm_deduction(deduction_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Confirm a proposed deduction; it counts from now on."""
    await deciding.confirm_deduction(session, actor, deduction_id)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post("/deductions/{deduction_id}/refusal", response_model=DeductionOut)
async def refuse_deduction(deduction_id: Id, body: Decide, session: SessionDep, actor: ActorDep) -> Response:
    """Refuse a proposed deduction; it stays on record."""
    await deciding.refuse_deduction(session, actor, deduction_id, reason=body.reason)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post("/deductions/{deduction_id}/reversal", response_model=DeductionOut)
async def reverse_deduction(deduction_id: Id, body: Decide, session: SessionDep, actor: ActorDep) -> Response:
    """Reverse a confirmed deduction by a counter-entry; by somebody who neither proposed nor confirmed it."""
    await deciding.reverse_deduction(session, actor, deduction_id, reason=body.reason)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.get("/scores", response_model=ScoresOut)
async def get_scores(
    session: SessionDep,
    actor: ActorDep,
    year: Annotated[Year, Query()],
    as_of: Annotated[Moment | None, Query(description="as it was known then; now, if left out")] = None,
) -> Response:
    """Compute each unit's score of a year, its parts and the mean of its kind; a unit sees its own row."""
    found = await queries.scores(session, actor, year=year, as_of=as_of)
    return reply({"year": found.year, "as_of": found.as_of, "data": found.rows})
