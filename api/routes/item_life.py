from fastapi import Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, GROUP, LEADER, OFFICE, UNIT, WORKING, Scope, may, person_may
from api.replies import all_of, many, one, reply
from api.router import Router
from api.schemas.approvals import ProposedStepOut
from api.schemas.fields import Id
from api.schemas.item_life import (
    ChangeItem,
    FinishStage,
    HandOverItems,
    HandoverOut,
    ItemChangePage,
    ItemProcedures,
    ItemStageOut,
    ItemStages,
    MergeItem,
    PlanStages,
    SetItemProcedure,
    SplitItem,
    SplitItems,
    TerminateItem,
    TransferItem,
)
from api.schemas.items import ItemOut
from supervision.approvals import queries as approval_queries
from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.items import item_changes, item_stages, queries, registration_approval
from supervision.ledgers import entered_items
from supervision.reviews import item_transfer, suspension

router = Router("item life")


@router.get(
    "/item_procedures",
    permission=may(Scope.ITEMS_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR, ADMINISTRATOR),
    response_model=ItemProcedures,
)
async def list_item_procedures(session: SessionDep, actor: ActorDep) -> Response:
    """Tell for each kind of item whether a second person confirms its registration."""
    return all_of(await queries.list_item_procedures(session, actor))


@router.post(
    "/item_procedures",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, ADMINISTRATOR),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def set_item_procedure(body: SetItemProcedure, session: SessionDep, actor: ActorDep) -> Response:
    """Propose whether a second person confirms the registration of a kind, from another person's approval on."""
    proposal_id = await approvals.propose(session, actor, ProposalKind.SET_ITEM_PROCEDURE, body.model_dump())
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.post("/items/handover", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=HandoverOut)
async def hand_over_items(body: HandOverItems, session: SessionDep, actor: ActorDep) -> Response:
    """Hand all that one clerk has in hand to another."""
    count = await item_changes.hand_over_items(session, actor, **body.model_dump())
    return reply({**body.model_dump(exclude={"reason"}), "items": count})


@router.get("/items/{item_id}/changes", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ItemChangePage)
async def list_item_changes(
    item_id: Id, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List what happened to an item since it was registered, in order."""
    return many(request, await queries.list_item_changes(session, actor, wanted, item_id))


@router.post(
    "/items/{item_id}/approval",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    signs=True,
    response_model=ItemOut,
)
async def approve_item(
    item_id: Id, body: ChangeItem, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Confirm a registration, which opens the item; another person than the registrar does."""
    await registration_approval.approve_item(session, actor, item_id, version, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post(
    "/items/{item_id}/refusal",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE, LEADER),
    signs=True,
    response_model=ItemOut,
)
async def refuse_item(
    item_id: Id, body: ChangeItem, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse a registration; another person than the registrar does."""
    await registration_approval.refuse_item(session, actor, item_id, version, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post("/items/{item_id}/suspension", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def suspend_item(item_id: Id, body: ChangeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Let an item stand still: until it is resumed it is neither due nor late."""
    await suspension.suspend_item(session, actor, item_id, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post("/items/{item_id}/resumption", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def resume_item(item_id: Id, body: ChangeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Go on with a suspended item; its deadline moves by the days for which it stood still."""
    await suspension.resume_item(session, actor, item_id, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post(
    "/items/{item_id}/termination",
    permission=person_may(Scope.ITEMS_WRITE, OFFICE),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def terminate_item(item_id: Id, body: TerminateItem, session: SessionDep, actor: ActorDep) -> Response:
    """Propose to end an item without its close-out (终止), on an order; another person approves it."""
    wanted = body.model_dump()
    proposal_id = await approvals.propose(session, actor, ProposalKind.TERMINATE_ITEM, wanted, subject_id=item_id)
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.post("/items/{item_id}/voiding", permission=person_may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def void_item(item_id: Id, body: ChangeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Take back a registration that was a mistake; its number is kept. Another person than the registrar does."""
    await suspension.void_item(session, actor, item_id, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post("/items/{item_id}/merger", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def merge_item(item_id: Id, body: MergeItem, session: SessionDep, actor: ActorDep) -> Response:
    """Merge an item into another, which takes up its tasks; it stays readable under its number."""
    await entered_items.merge_item(session, actor, item_id, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post(
    "/items/{item_id}/split",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=SplitItems,
    status_code=201,
    dependencies=[Once],
)
async def split_item(item_id: Id, body: SplitItem, session: SessionDep, actor: ActorDep) -> Response:
    """Split new items off an item, each with a number and tasks of its own."""
    new_ids = await entered_items.split_item(session, actor, item_id, **body.model_dump())
    rows = await queries.read_items(session, actor, new_ids)
    return reply({"data": rows, "next": None}, 201, {"Location": f"/v1/items/{item_id}/changes"})


@router.post("/items/{item_id}/transfer", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemOut)
async def transfer_item(item_id: Id, body: TransferItem, session: SessionDep, actor: ActorDep) -> Response:
    """Transfer what one unit still has to do for an item to another unit and one of its people."""
    await item_transfer.transfer_item(session, actor, item_id, **body.model_dump())
    return one(await queries.get_item(session, actor, item_id))


@router.post(
    "/items/{item_id}/stages",
    permission=may(Scope.ITEMS_WRITE, OFFICE),
    response_model=ItemStages,
    status_code=201,
    dependencies=[Once],
)
async def plan_item_stages(item_id: Id, body: PlanStages, session: SessionDep, actor: ActorDep) -> Response:
    """Divide an item into stages, in their order, each with its limit."""
    await item_stages.plan_stages(session, actor, item_id, **body.model_dump())
    rows = await queries.list_item_stages(session, actor, item_id)
    return reply({"data": rows, "next": None}, 201, {"Location": f"/v1/items/{item_id}/stages"})


@router.get("/items/{item_id}/stages", permission=may(Scope.ITEMS_READ, *WORKING), response_model=ItemStages)
async def list_item_stages(item_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """List the stages of an item, in their order."""
    return all_of(await queries.list_item_stages(session, actor, item_id))


@router.post("/item_stages/{stage_id}/finish", permission=may(Scope.ITEMS_WRITE, OFFICE), response_model=ItemStageOut)
async def finish_item_stage(stage_id: Id, body: FinishStage, session: SessionDep, actor: ActorDep) -> Response:
    """Finish the next stage of an item."""
    await item_stages.finish_stage(session, actor, stage_id, **body.model_dump())
    return one(await queries.get_item_stage(session, actor, stage_id))
