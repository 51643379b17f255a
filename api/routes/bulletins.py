from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, GROUP, LEADER, OFFICE, PUBLISHER, SUPERVISING, UNIT, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.bulletins import (
    AmendCircular,
    CircularOut,
    CircularPage,
    Commend,
    ConcludeFollowUp,
    Criticise,
    DraftCircular,
    FollowUpOut,
    FollowUpPage,
    LogFollowUp,
    OrderRectification,
    RectificationOrderOut,
    RectificationOrderPage,
    ReportRectification,
    VerifyRectification,
)
from api.schemas.fields import GiveReason, Id
from api.schemas.progress import QueryFlag
from supervision.bulletins import (
    circular_drafts,
    circular_sign_off,
    media_follow_up,
    queries,
    rectification_orders,
    rectification_queries,
)
from supervision.bulletins.states import CircularState, FollowUpState, RectificationState

router = Router("bulletins")

BY_OFFICE = may(Scope.BULLETINS_WRITE, OFFICE)
BY_PERSON = person_may(Scope.BULLETINS_WRITE, OFFICE)
BY_PERSON_NOW = person_may(Scope.BULLETINS_WRITE, OFFICE, with_fresh_sign_in=True)
TO_ALL_CONCERNED = may(Scope.BULLETINS_READ, *SUPERVISING)


@router.post("/circulars", permission=BY_OFFICE, response_model=CircularOut, status_code=201, dependencies=[Once])
async def draft_circular(body: DraftCircular, session: SessionDep, actor: ActorDep) -> Response:
    """Draft a month's circular from the record as it stood at the end of the cut-off day."""
    circular_id = await circular_drafts.draft_circular(session, actor, **body.model_dump())
    row = await queries.get_circular(session, actor, circular_id)
    return one(row, 201, location=f"/v1/circulars/{circular_id}")


@router.get("/circulars", permission=TO_ALL_CONCERNED, response_model=CircularPage)
async def list_circulars(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[CircularState | None, Query()] = None,
) -> Response:
    """List circulars, newest first; a unit sees issued ones only."""
    return many(request, await queries.list_circulars(session, actor, wanted, state=state))


@router.get("/circulars/{circular_id}", permission=TO_ALL_CONCERNED, response_model=CircularOut)
async def get_circular(circular_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one circular with its figures, laggards, commendations and criticisms."""
    return one(await queries.get_circular(session, actor, circular_id))


@router.patch("/circulars/{circular_id}", permission=BY_OFFICE, response_model=CircularOut)
async def amend_circular(
    circular_id: Id, body: AmendCircular, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change a draft's title or text; its drafter alone may."""
    changes = body.model_dump(exclude_none=True)
    await circular_drafts.amend_circular(session, actor, circular_id, version, changes=changes)
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/commendations", permission=BY_OFFICE, response_model=CircularOut)
async def add_commendation(circular_id: Id, body: Commend, session: SessionDep, actor: ActorDep) -> Response:
    """Commend a unit in a draft; its drafter alone may."""
    await circular_drafts.commend(session, actor, circular_id, **body.model_dump())
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/criticisms", permission=BY_OFFICE, response_model=CircularOut)
async def add_criticism(circular_id: Id, body: Criticise, session: SessionDep, actor: ActorDep) -> Response:
    """Criticise a unit or an official in a draft; its drafter alone may."""
    await circular_drafts.criticise(session, actor, circular_id, **body.model_dump())
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/check", permission=BY_PERSON, signs=True, response_model=CircularOut)
async def check_circular(circular_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Check a draft; somebody other than its drafter must."""
    await circular_sign_off.check_circular(session, actor, circular_id, version)
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/return", permission=BY_PERSON, signs=True, response_model=CircularOut)
async def return_circular(
    circular_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Give a checked circular back to its drafter."""
    await circular_sign_off.return_circular(session, actor, circular_id, version, reason=body.reason)
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/discard", permission=BY_OFFICE, signs=True, response_model=CircularOut)
async def discard_circular(
    circular_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Discard a circular that is not out, so that its month can be drafted anew."""
    await circular_sign_off.discard_circular(session, actor, circular_id, version, reason=body.reason)
    return one(await queries.get_circular(session, actor, circular_id))


@router.post("/circulars/{circular_id}/issue", permission=BY_PERSON_NOW, signs=True, response_model=CircularOut)
async def issue_circular(circular_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Issue a checked circular under the year's next number; from then on it is frozen."""
    await circular_sign_off.issue_circular(session, actor, circular_id, version)
    return one(await queries.get_circular(session, actor, circular_id))


@router.post(
    "/rectification_orders",
    permission=BY_OFFICE,
    response_model=RectificationOrderOut,
    status_code=201,
    dependencies=[Once],
)
async def order_rectification(body: OrderRectification, session: SessionDep, actor: ActorDep) -> Response:
    """Order a unit to put a matter right within a limit."""
    order_id = await rectification_orders.order_rectification(session, actor, **body.model_dump())
    row = await rectification_queries.get_rectification_order(session, actor, order_id)
    return one(row, 201, location=f"/v1/rectification_orders/{order_id}")


@router.get("/rectification_orders", permission=TO_ALL_CONCERNED, response_model=RectificationOrderPage)
async def list_rectification_orders(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    state: Annotated[RectificationState | None, Query()] = None,
    is_overdue: Annotated[QueryFlag | None, Query(description="past the limit and not reported as put right")] = None,
) -> Response:
    """List rectification orders; a unit sees its own."""
    page = await rectification_queries.list_rectification_orders(
        session, actor, wanted, unit_id=unit, state=state, is_overdue=is_overdue
    )
    return many(request, page)


@router.get("/rectification_orders/{order_id}", permission=TO_ALL_CONCERNED, response_model=RectificationOrderOut)
async def get_rectification_order(order_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one order with every round of report and verification."""
    return one(await rectification_queries.get_rectification_order(session, actor, order_id))


@router.post(
    "/rectification_orders/{order_id}/report",
    permission=may(Scope.BULLETINS_WRITE, UNIT),
    response_model=RectificationOrderOut,
)
async def report_rectification(
    order_id: Id, body: ReportRectification, session: SessionDep, actor: ActorDep
) -> Response:
    """Report that the matter is put right."""
    await rectification_orders.report_rectification(session, actor, order_id, text=body.text)
    return one(await rectification_queries.get_rectification_order(session, actor, order_id))


@router.post(
    "/rectification_orders/{order_id}/verification",
    permission=BY_PERSON,
    signs=True,
    response_model=RectificationOrderOut,
)
async def verify_rectification(
    order_id: Id, body: VerifyRectification, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Close an order after looking, or return it to the unit; somebody other than who ordered it must."""
    await rectification_orders.verify_rectification(session, actor, order_id, version, **body.model_dump())
    return one(await rectification_queries.get_rectification_order(session, actor, order_id))


@router.post(
    "/media_follow_ups", permission=BY_OFFICE, response_model=FollowUpOut, status_code=201, dependencies=[Once]
)
async def log_media_follow_up(body: LogFollowUp, session: SessionDep, actor: ActorDep) -> Response:
    """Log that a news medium was asked to follow a major matter."""
    follow_up_id = await media_follow_up.log_follow_up(session, actor, **body.model_dump())
    row = await queries.get_follow_up(session, actor, follow_up_id)
    return one(row, 201, location=f"/v1/media_follow_ups/{follow_up_id}")


@router.get(
    "/media_follow_ups",
    permission=may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, PUBLISHER, AUDITOR),
    response_model=FollowUpPage,
)
async def list_media_follow_ups(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    state: Annotated[FollowUpState | None, Query()] = None,
) -> Response:
    """List what news media were asked to follow."""
    return many(request, await queries.list_follow_ups(session, actor, wanted, state=state))


@router.get(
    "/media_follow_ups/{follow_up_id}",
    permission=may(Scope.BULLETINS_READ, OFFICE, GROUP, LEADER, PUBLISHER, AUDITOR),
    response_model=FollowUpOut,
)
async def get_media_follow_up(follow_up_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one follow-up."""
    return one(await queries.get_follow_up(session, actor, follow_up_id))


@router.post("/media_follow_ups/{follow_up_id}/outcome", permission=BY_OFFICE, response_model=FollowUpOut)
async def conclude_media_follow_up(
    follow_up_id: Id, body: ConcludeFollowUp, session: SessionDep, actor: ActorDep
) -> Response:
    """Note what came of a follow-up, once."""
    await media_follow_up.conclude_follow_up(session, actor, follow_up_id, **body.model_dump())
    return one(await queries.get_follow_up(session, actor, follow_up_id))
