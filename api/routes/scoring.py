from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import GROUP, OFFICE, SUPERVISING, UNIT, Scope, may, person_may
from api.replies import many, one, reply
from api.router import Router
from api.schemas.approvals import ProposedStepOut
from api.schemas.bulletins import CircularOut
from api.schemas.fields import Id, Moment, Year
from api.schemas.progress import QueryFlag
from api.schemas.scoring import (
    Decide,
    DeductionOut,
    DeductionPage,
    Dispute,
    DraftQuarterlyCircular,
    IssueWarnings,
    ProposeDeduction,
    Quarter,
    QuarterlyWarningsOut,
    RuleOnDispute,
    ScoresOut,
    VerifyDeduction,
)
from api.schemas.scoring_policies import AdoptPolicy, ScoringPolicyOut, ScoringPolicyPage
from supervision.approvals import queries as approval_queries
from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.bulletins import queries as bulletins
from supervision.scoring import decisions, proposals, quarterly_warnings, queries, score_queries
from supervision.scoring.states import DeductionState

router = Router("scoring")


@router.get("/scoring_policies", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=ScoringPolicyPage)
async def list_scoring_policies(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the versions of the scoring policy."""
    return many(request, await queries.list_scoring_policies(session, actor, wanted))


@router.post(
    "/scoring_policies",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def adopt_scoring_policy(body: AdoptPolicy, session: SessionDep, actor: ActorDep) -> Response:
    """Propose the next version: the one in force on its day, but for what is given; another person approves it."""
    wanted = {"effective_on": body.effective_on, "adopted_by": body.adopted_by, **body.changed()}
    proposal_id = await approvals.propose(session, actor, ProposalKind.ADOPT_SCORING_POLICY, wanted)
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.get(
    "/scoring_policies/{policy_id}", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=ScoringPolicyOut
)
async def get_scoring_policy(policy_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one version of the policy: its rules, and how the source's doubtful words are read."""
    return one(await queries.get_scoring_policy(session, actor, policy_id))


@router.get("/deductions", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=DeductionPage)
async def list_deductions(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    state: Annotated[DeductionState | None, Query()] = None,
    year: Annotated[Year | None, Query(description="the year of the fact")] = None,
    is_overdue: Annotated[QueryFlag | None, Query(description="disputed, and the ruling past its day")] = None,
) -> Response:
    """List deductions; a unit sees its own."""
    page = await queries.list_deductions(
        session, actor, wanted, unit_id=unit, state=state, year=year, is_overdue=is_overdue
    )
    return many(request, page)


@router.post(
    "/deductions",
    permission=may(Scope.SCORES_WRITE, OFFICE),
    response_model=DeductionOut,
    status_code=201,
    dependencies=[Once],
)
async def propose_deduction(body: ProposeDeduction, session: SessionDep, actor: ActorDep) -> Response:
    """Propose a deduction by hand; another person confirms it."""
    deduction_id = await proposals.propose_deduction(session, actor, **body.model_dump())
    row = await queries.get_deduction(session, actor, deduction_id)
    return one(row, 201, location=f"/v1/deductions/{deduction_id}")


@router.get("/deductions/{deduction_id}", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=DeductionOut)
async def get_deduction(deduction_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one deduction."""
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/verification",
    permission=person_may(Scope.SCORES_WRITE, OFFICE, GROUP),
    signs=True,
    response_model=DeductionOut,
)
async def verify_deduction(
    deduction_id: Id, body: VerifyDeduction, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Record that what the media report was looked into and is true; without it nothing of the kind is confirmed."""
    await decisions.verify_deduction(session, actor, deduction_id, version, verification=body.verification)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/confirmation",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    signs=True,
    response_model=DeductionOut,
)
async def confirm_deduction(
    deduction_id: Id,
    version: VersionDep,
    session: SessionDep,
    actor: ActorDep,
    same_fact_as: Annotated[
        Id | None,
        Query(description="a confirmed deduction of the unit and year with which it counts once, by the highest"),
    ] = None,
) -> Response:
    """Confirm a proposed deduction; it counts from now on, as one fact with another if that is named."""
    await decisions.confirm_deduction(session, actor, deduction_id, version, same_fact_as_id=same_fact_as)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/refusal",
    permission=person_may(Scope.SCORES_WRITE, GROUP),
    signs=True,
    response_model=DeductionOut,
)
async def refuse_deduction(
    deduction_id: Id, body: Decide, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse a proposed deduction; it stays on record."""
    await decisions.refuse_deduction(session, actor, deduction_id, version, reason=body.reason)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/reversal",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    signs=True,
    response_model=DeductionOut,
)
async def reverse_deduction(
    deduction_id: Id, body: Decide, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Reverse a confirmed deduction by a counter-entry; by somebody who neither proposed nor confirmed it."""
    await decisions.reverse_deduction(session, actor, deduction_id, version, reason=body.reason)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/dispute", permission=person_may(Scope.SCORES_WRITE, UNIT), response_model=DeductionOut
)
async def dispute_deduction(deduction_id: Id, body: Dispute, session: SessionDep, actor: ActorDep) -> Response:
    """Dispute a confirmed deduction; it counts until it is reversed."""
    await decisions.dispute_deduction(session, actor, deduction_id, grounds=body.grounds)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.post(
    "/deductions/{deduction_id}/ruling",
    permission=person_may(Scope.SCORES_WRITE, GROUP),
    signs=True,
    response_model=DeductionOut,
)
async def rule_on_dispute(
    deduction_id: Id, body: RuleOnDispute, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Uphold a disputed deduction or reverse it; by somebody who neither proposed nor confirmed it."""
    await decisions.rule_on_dispute(session, actor, deduction_id, version, verdict=body.verdict, reason=body.reason)
    return one(await queries.get_deduction(session, actor, deduction_id))


@router.get("/quarterly_warnings", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=QuarterlyWarningsOut)
async def get_quarterly_warnings(
    session: SessionDep, actor: ActorDep, year: Annotated[Year, Query()], quarter: Annotated[Quarter, Query()]
) -> Response:
    """Compute what each unit lost in a quarter, and show what it was warned of; a unit sees its own row."""
    found = await score_queries.quarterly_warnings(session, actor, year=year, quarter=quarter)
    return reply({"year": found.year, "quarter": quarter, "as_of": found.as_of, "data": found.rows})


@router.post(
    "/quarterly_warnings",
    permission=person_may(Scope.SCORES_WRITE, GROUP),
    response_model=QuarterlyWarningsOut,
    status_code=201,
    dependencies=[Once],
)
async def issue_quarterly_warnings(body: IssueWarnings, session: SessionDep, actor: ActorDep) -> Response:
    """Warn the units that lost enough points in a quarter that is over; who was warned already is not warned again."""
    await quarterly_warnings.issue_quarterly_warnings(session, actor, year=body.year, quarter=body.quarter)
    found = await score_queries.quarterly_warnings(session, actor, year=body.year, quarter=body.quarter)
    return reply(
        {"year": found.year, "quarter": body.quarter, "as_of": found.as_of, "data": found.rows},
        201,
        {"Location": f"/v1/quarterly_warnings?year={body.year}&quarter={body.quarter}"},
    )


@router.post(
    "/quarterly_circulars",
    permission=may(Scope.SCORES_WRITE, OFFICE),
    response_model=CircularOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_quarterly_circular(body: DraftQuarterlyCircular, session: SessionDep, actor: ActorDep) -> Response:
    """Draft a quarter's circular with the warning list; it is checked and issued as every circular is."""
    circular_id = await quarterly_warnings.draft_quarterly_circular(session, actor, **body.model_dump())
    row = await bulletins.get_circular(session, actor, circular_id)
    return one(row, 201, location=f"/v1/circulars/{circular_id}")


@router.get("/scores", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=ScoresOut)
async def get_scores(
    session: SessionDep,
    actor: ActorDep,
    year: Annotated[Year, Query()],
    as_of: Annotated[Moment | None, Query(description="as it was known then; now, if left out")] = None,
) -> Response:
    """Compute each unit's score of a year, its parts and the mean of its kind; a unit sees its own row."""
    found = await score_queries.scores(session, actor, year=year, as_of=as_of)
    return reply({"year": found.year, "as_of": found.as_of, "data": found.rows})
