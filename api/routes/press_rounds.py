from datetime import date
from typing import Annotated

from fastapi import Path, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep
from api.permissions import AUDITOR, GROUP, OFFICE, PUBLISHER, Scope, may
from api.replies import many, one
from api.router import Router
from api.schemas.press_rounds import PressMonth, PressRoundOut, PressRoundPage, SendPressRound
from supervision.publication import press_rounds

router = Router("publication")


@router.get(
    "/press_rounds",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=PressRoundPage,
)
async def list_press_rounds(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List what television and newspapers were given."""
    return many(request, await press_rounds.list_press_rounds(session, actor, wanted))


@router.get(
    "/press_rounds/{month}",
    permission=may(Scope.PUBLICATION_READ, OFFICE, GROUP, PUBLISHER, AUDITOR),
    response_model=PressRoundOut,
)
async def get_press_round(
    month: Annotated[PressMonth, Path(description="either of the two months", examples=["2016-11"])],
    session: SessionDep,
    actor: ActorDep,
) -> Response:
    """Read what of two months is fit for television and newspapers, each with its release, or what they were given."""
    return one(await press_rounds.get_press_round(session, actor, date.fromisoformat(f"{month}-01")))


@router.post(
    "/press_rounds",
    permission=may(Scope.PUBLICATION_WRITE, OFFICE, PUBLISHER),
    response_model=PressRoundOut,
    status_code=201,
    dependencies=[Once],
)
async def send_press_round(body: SendPressRound, session: SessionDep, actor: ActorDep) -> Response:
    """Record that the press was given what two months brought, once they are over."""
    day = date.fromisoformat(f"{body.month}-01")
    first = await press_rounds.send_press_round(session, actor, day, media=body.media)
    row = await press_rounds.get_press_round(session, actor, first)
    return one(row, 201, location=f"/v1/press_rounds/{row['month']}")
