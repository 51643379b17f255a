from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, SessionDep
from api.replies import many, reply
from api.route import DuchaRoute
from api.schemas.cadence import CadenceRunPage, CalendarOut
from api.schemas.fields import Year
from supervision.cadence import queries
from supervision.cadence.rules import StepKind

router = APIRouter(prefix="/v1", route_class=DuchaRoute, tags=["cadence"])


@router.get("/calendars/{year}", response_model=CalendarOut)
async def get_calendar(year: Year, session: SessionDep, actor: ActorDep) -> Response:
    """Read which days of a year are working days, made-up ones included."""
    return reply(await queries.get_calendar(session, actor, year))


@router.get("/cadence_runs", response_model=CadenceRunPage)
async def list_cadence_runs(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    kind: Annotated[StepKind | None, Query()] = None,
) -> Response:
    """List the scheduled steps that were taken, newest first."""
    return many(request, await queries.list_cadence_runs(session, actor, wanted, kind=kind))
