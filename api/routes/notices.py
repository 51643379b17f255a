from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, GROUP, LEADER, OFFICE, SUPERVISING, UNIT, Scope, may, person_may
from api.replies import all_of, many, one
from api.router import Router
from api.schemas.approvals import ProposedStepOut
from api.schemas.fields import GiveReason, Id
from api.schemas.notices import (
    AmendNotice,
    DraftNotice,
    NoticeDeliveryOut,
    NoticeDeliveryPage,
    NoticeOut,
    NoticePage,
    NoticeProcedures,
    SetNoticeProcedure,
    UrgeDelivery,
    UrgingOut,
    UrgingPage,
)
from api.schemas.progress import QueryFlag
from supervision.approvals import queries as approval_queries
from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.notices import acknowledgement, queries, sign_off, urging
from supervision.notices.queries import DeliveryFilter
from supervision.notices.states import NoticeKind, NoticeState

router = Router("notices")


def _only(
    notice: Annotated[Id | None, Query()] = None,
    unit: Annotated[Id | None, Query()] = None,
    acknowledged: Annotated[QueryFlag | None, Query()] = None,
    overdue: Annotated[QueryFlag | None, Query(description="past the limit for it and not acknowledged")] = None,
) -> DeliveryFilter:
    return DeliveryFilter(notice_id=notice, unit_id=unit, acknowledged=acknowledged, overdue=overdue)


@router.get(
    "/notice_procedures",
    permission=may(Scope.IDENTITY_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR, ADMINISTRATOR),
    response_model=NoticeProcedures,
)
async def list_notice_procedures(session: SessionDep, actor: ActorDep) -> Response:
    """Tell how each kind of notice is signed off and acknowledged."""
    return all_of(await queries.list_notice_procedures(session, actor))


@router.post(
    "/notice_procedures",
    permission=person_may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def set_notice_procedure(body: SetNoticeProcedure, session: SessionDep, actor: ActorDep) -> Response:
    """Propose how a kind is signed off and acknowledged; another person approves it, for what is drafted then."""
    proposal_id = await approvals.propose(session, actor, ProposalKind.SET_NOTICE_PROCEDURE, body.model_dump())
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.post(
    "/items/{item_id}/notices",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=NoticeOut,
    status_code=201,
    dependencies=[Once],
)
async def draft_notice(item_id: Id, body: DraftNotice, session: SessionDep, actor: ActorDep) -> Response:
    """Draft an inspection notice or a circulation slip on an item."""
    notice_id = await sign_off.draft_notice(session, actor, item_id, **body.model_dump())
    return one(await queries.get_notice(session, actor, notice_id), 201, location=f"/v1/notices/{notice_id}")


@router.get("/notices", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=NoticePage)
async def list_notices(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    kind: Annotated[NoticeKind | None, Query()] = None,
    state: Annotated[NoticeState | None, Query()] = None,
    item: Annotated[Id | None, Query()] = None,
) -> Response:
    """List notices and slips; a unit sees those that were delivered to it."""
    page = await queries.list_notices(session, actor, wanted, kind=kind, state=state, item_id=item)
    return many(request, page)


@router.get("/notices/{notice_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=NoticeOut)
async def get_notice(notice_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one notice or slip."""
    return one(await queries.get_notice(session, actor, notice_id))


@router.patch("/notices/{notice_id}", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=NoticeOut)
async def amend_notice(
    notice_id: Id, body: AmendNotice, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change a draft's text or limit; its drafter alone may."""
    await sign_off.amend_notice(session, actor, notice_id, version, changes=body.model_dump(exclude_none=True))
    return one(await queries.get_notice(session, actor, notice_id))


@router.post(
    "/notices/{notice_id}/return",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    signs=True,
    response_model=NoticeOut,
)
async def return_notice(
    notice_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Give a notice back to its drafter with a reason, before it is issued."""
    await sign_off.return_notice(session, actor, notice_id, version, reason=body.reason)
    return one(await queries.get_notice(session, actor, notice_id))


@router.post(
    "/notices/{notice_id}/check", permission=person_may(Scope.ITEMS_WRITE, OFFICE), signs=True, response_model=NoticeOut
)
async def check_notice(notice_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Check a draft; another person than the drafter does."""
    await sign_off.check_notice(session, actor, notice_id, version)
    return one(await queries.get_notice(session, actor, notice_id))


@router.post(
    "/notices/{notice_id}/countersignature",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    signs=True,
    response_model=NoticeOut,
)
async def countersign_notice(notice_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Countersign a notice; another person than the drafter does."""
    await sign_off.countersign_notice(session, actor, notice_id, version)
    return one(await queries.get_notice(session, actor, notice_id))


@router.post(
    "/notices/{notice_id}/issue",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    signs=True,
    response_model=NoticeOut,
)
async def issue_notice(notice_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Issue a notice under its number and deliver it to its units; another person than the drafter does."""
    await sign_off.issue_notice(session, actor, notice_id, version)
    return one(await queries.get_notice(session, actor, notice_id))


@router.get("/notice_deliveries", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=NoticeDeliveryPage)
async def list_notice_deliveries(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    only: Annotated[DeliveryFilter, Depends(_only)],
) -> Response:
    """List to which units notices were delivered, and who has acknowledged them; a unit sees its own."""
    return many(request, await queries.list_notice_deliveries(session, actor, wanted, only=only))


@router.get(
    "/notice_deliveries/{delivery_id}", permission=may(Scope.ITEMS_READ, *SUPERVISING), response_model=NoticeDeliveryOut
)
async def get_notice_delivery(delivery_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one delivery."""
    return one(await queries.get_notice_delivery(session, actor, delivery_id))


@router.post(
    "/notice_deliveries/{delivery_id}/acknowledgement",
    permission=person_may(Scope.PROGRESS_WRITE, UNIT),
    response_model=NoticeDeliveryOut,
)
async def acknowledge_delivery(delivery_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Acknowledge receipt of a notice for one's unit."""
    await acknowledgement.acknowledge_delivery(session, actor, delivery_id)
    return one(await queries.get_notice_delivery(session, actor, delivery_id))


@router.post(
    "/notice_deliveries/{delivery_id}/urgings",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=UrgingOut,
    status_code=201,
    dependencies=[Once],
)
async def urge_delivery(delivery_id: Id, body: UrgeDelivery, session: SessionDep, actor: ActorDep) -> Response:
    """Urge a unit to acknowledge, by message or by telephone."""
    urging_id = await urging.urge_delivery(session, actor, delivery_id, **body.model_dump())
    row = await queries.get_urging(session, actor, urging_id)
    return one(row, 201, location=f"/v1/notice_deliveries/{delivery_id}/urgings")


@router.get(
    "/notice_deliveries/{delivery_id}/urgings",
    permission=may(Scope.ITEMS_READ, *SUPERVISING),
    response_model=UrgingPage,
)
async def list_urgings(
    delivery_id: Id, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List how often a unit was urged, in order."""
    return many(request, await queries.list_urgings(session, actor, wanted, delivery_id))
