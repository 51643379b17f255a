from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.edge import XLSX
from api.permissions import AUDITOR, GROUP, OFFICE, SUPERVISING, Scope, may, person_may
from api.replies import many, one, saved_as
from api.router import Router
from api.schemas.fields import Id, Year
from api.schemas.scoring import Decide
from api.schemas.settlements import (
    CorrectionOut,
    CorrectionPage,
    ProposeCorrection,
    ProposeReopening,
    ReopeningOut,
    ReopeningPage,
    Revision,
    SettlementOut,
)
from supervision.scoring import corrections, reopenings, settlement, settlement_queries

router = Router("scoring")


@router.post(
    "/settlements/{year}",
    permission=person_may(Scope.SCORES_WRITE, OFFICE, with_fresh_sign_in=True),
    response_model=SettlementOut,
    status_code=201,
    dependencies=[Once],
)
async def prepare_settlement(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Prepare the final scores of a year that is over, in place of what was prepared before."""
    await settlement.prepare_settlement(session, actor, year=year)
    return one(await settlement_queries.get_settlement(session, actor, year), 201, location=f"/v1/settlements/{year}")


@router.post(
    "/settlements/{year}/confirmation",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    signs=True,
    response_model=SettlementOut,
)
async def confirm_settlement(year: Year, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Confirm a year's settlement, by another person than prepared it; it is frozen from then on."""
    await settlement.confirm_settlement(session, actor, year=year, version=version)
    return one(await settlement_queries.get_settlement(session, actor, year))


@router.get("/settlements/{year}", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=SettlementOut)
async def get_settlement(
    year: Year,
    session: SessionDep,
    actor: ActorDep,
    revision: Annotated[Revision | None, Query(description="left out: the newest")] = None,
) -> Response:
    """Read the final scores of a year; a unit sees its own row once they are confirmed."""
    return one(await settlement_queries.get_settlement(session, actor, year, revision=revision))


@router.get(
    "/settlements/{year}/export",
    permission=person_may(Scope.SCORES_READ, OFFICE, GROUP, with_fresh_sign_in=True),
    response_class=Response,
    responses={
        200: {
            "description": "a workbook of one sheet for the appraisal body (督促检查指标)",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary", "maxLength": 10_000_000}}},
        }
    },
)
async def export_settlement(
    year: Year,
    session: SessionDep,
    actor: ActorDep,
    revision: Annotated[Revision | None, Query(description="left out: the newest, unless it was reopened")] = None,
) -> Response:
    """Export a confirmed settlement; the same settlement gives the same bytes."""
    title, content = await settlement.export_settlement(session, actor, year, revision=revision)
    return Response(content, headers=saved_as(f"{title}.xlsx"), media_type=XLSX)


@router.get(
    "/settlement_reopenings", permission=may(Scope.SCORES_READ, OFFICE, GROUP, AUDITOR), response_model=ReopeningPage
)
async def list_settlement_reopenings(
    request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List the proposals to settle a year anew."""
    return many(request, await settlement_queries.list_reopenings(session, actor, wanted))


@router.post(
    "/settlement_reopenings",
    permission=person_may(Scope.SCORES_WRITE, OFFICE, GROUP),
    response_model=ReopeningOut,
    status_code=201,
    dependencies=[Once],
)
async def propose_settlement_reopening(body: ProposeReopening, session: SessionDep, actor: ActorDep) -> Response:
    """Propose to settle a year anew; two others approve."""
    reopening_id = await reopenings.propose_reopening(session, actor, year=body.year, reason=body.reason)
    row = await settlement_queries.get_reopening(session, actor, reopening_id)
    return one(row, 201, location=f"/v1/settlement_reopenings/{reopening_id}")


@router.get(
    "/settlement_reopenings/{reopening_id}",
    permission=may(Scope.SCORES_READ, OFFICE, GROUP, AUDITOR),
    response_model=ReopeningOut,
)
async def get_settlement_reopening(reopening_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one proposal to settle a year anew, with its approvals."""
    return one(await settlement_queries.get_reopening(session, actor, reopening_id))


@router.post(
    "/settlement_reopenings/{reopening_id}/approval",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    signs=True,
    response_model=ReopeningOut,
)
async def approve_settlement_reopening(
    reopening_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve of settling a year anew; the second approval opens the year, and its settlement is kept."""
    await reopenings.approve_reopening(session, actor, reopening_id, version)
    return one(await settlement_queries.get_reopening(session, actor, reopening_id))


@router.post(
    "/settlement_reopenings/{reopening_id}/refusal",
    permission=person_may(Scope.SCORES_WRITE, GROUP),
    signs=True,
    response_model=ReopeningOut,
)
async def refuse_settlement_reopening(
    reopening_id: Id, body: Decide, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse to settle a year anew."""
    await reopenings.refuse_reopening(session, actor, reopening_id, version, reason=body.reason)
    return one(await settlement_queries.get_reopening(session, actor, reopening_id))


@router.get("/score_corrections", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=CorrectionPage)
async def list_score_corrections(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
) -> Response:
    """List what is given back for settled years; a unit sees its own."""
    return many(request, await settlement_queries.list_corrections(session, actor, wanted, unit_id=unit))


@router.post(
    "/score_corrections",
    permission=may(Scope.SCORES_WRITE, OFFICE),
    response_model=CorrectionOut,
    status_code=201,
    dependencies=[Once],
)
async def propose_score_correction(body: ProposeCorrection, session: SessionDep, actor: ActorDep) -> Response:
    """Propose to give back, in the year after, what a settled year took wrongly."""
    correction_id = await corrections.propose_correction(session, actor, **body.model_dump())
    row = await settlement_queries.get_correction(session, actor, correction_id)
    return one(row, 201, location=f"/v1/score_corrections/{correction_id}")


@router.get(
    "/score_corrections/{correction_id}", permission=may(Scope.SCORES_READ, *SUPERVISING), response_model=CorrectionOut
)
async def get_score_correction(correction_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one correction."""
    return one(await settlement_queries.get_correction(session, actor, correction_id))


@router.post(
    "/score_corrections/{correction_id}/confirmation",
    permission=person_may(Scope.SCORES_WRITE, GROUP, with_fresh_sign_in=True),
    signs=True,
    response_model=CorrectionOut,
)
async def confirm_score_correction(
    correction_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Confirm a correction, by another person; it is an entry of the year after."""
    await corrections.confirm_correction(session, actor, correction_id, version)
    return one(await settlement_queries.get_correction(session, actor, correction_id))


@router.post(
    "/score_corrections/{correction_id}/refusal",
    permission=person_may(Scope.SCORES_WRITE, GROUP),
    signs=True,
    response_model=CorrectionOut,
)
async def refuse_score_correction(
    correction_id: Id, body: Decide, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse a correction; it stays on record."""
    await corrections.refuse_correction(session, actor, correction_id, version, reason=body.reason)
    return one(await settlement_queries.get_correction(session, actor, correction_id))
