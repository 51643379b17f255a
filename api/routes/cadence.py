from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, SessionDep
from api.permissions import ADMINISTRATOR, AUDITOR, EVERYBODY, GROUP, OFFICE, Scope, may, person_may
from api.replies import all_of, many, reply
from api.router import Router
from api.schemas.cadence import CadenceRunPage, CalendarOut, RhythmList, SetRhythm
from api.schemas.fields import Year
from supervision.cadence import queries, rhythms
from supervision.cadence.periods import PeriodKind
from supervision.cadence.rules import StepKind

router = Router("cadence")


@router.get("/calendars/{year}", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=CalendarOut)
async def get_calendar(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Read which days of a year are working days, made-up ones included."""
    return reply(await queries.get_calendar(session, actor, year))


@router.get("/cadence_runs", permission=may(Scope.PROGRESS_READ, OFFICE, GROUP, AUDITOR), response_model=CadenceRunPage)
async def list_cadence_runs(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    kind: Annotated[StepKind | None, Query()] = None,
) -> Response:
    """List the scheduled steps that were taken, newest first."""
    return many(request, await queries.list_cadence_runs(session, actor, wanted, kind=kind))


@router.get("/cadence/settings", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=RhythmList)
async def list_rhythms(session: SessionDep, actor: ActorDep) -> Response:
    """Tell how each kind of period is kept now, and how from a later day on."""
    return all_of(await rhythms.list_rhythms(session, actor))


@router.post(
    "/cadence/settings", permission=person_may(Scope.PROGRESS_WRITE, OFFICE, ADMINISTRATOR), response_model=RhythmList
)
async def set_rhythm(body: SetRhythm, session: SessionDep, actor: ActorDep) -> Response:
    """Set how a kind of period is kept from the next period on; what is left out stays as it was set last."""
    changes = body.model_dump(exclude={"kind"}, exclude_none=True)
    await rhythms.set_rhythm(session, actor, kind=PeriodKind(body.kind), changes=changes)
    return all_of(await rhythms.list_rhythms(session, actor))
