from dataclasses import asdict
from typing import Annotated

from fastapi import Header, Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, Once, PageDep, SessionDep
from api.permissions import AUDITOR, OFFICE, PUBLIC, UNIT, Scope, may, person_may
from api.replies import many, one, reply
from api.router import Router
from api.schemas.approvals import ProposedStepOut
from api.schemas.fields import Digits, Id
from api.schemas.messaging import (
    BroadcastDetail,
    BroadcastPage,
    ConfirmBroadcast,
    DecideMessage,
    GatewayList,
    GatewayName,
    GatewayToken,
    MessageCounts,
    MessageDetail,
    MessagePage,
    PreviewBroadcast,
    PreviewOut,
    ReachabilityPage,
    ReceiptsTaken,
    TemplateName,
    TemplateOut,
    TemplatePage,
    WriteTemplate,
)
from supervision.approvals import queries as approval_queries
from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.items.item_audience import with_parties
from supervision.messaging import broadcasts, decisions, gateway_list, queries, reachability, receipts
from supervision.messaging.audience import Audience
from supervision.messaging.gateways.chosen import signer_of
from supervision.messaging.queries import MessageView
from supervision.messaging.reachability import NumberProblem, ReachabilityView
from supervision.messaging.states import DecisionKind, MessageState

router = Router("messaging")


@router.get("/templates", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=TemplatePage)
async def list_templates(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the newest version of each template."""
    return many(request, await queries.list_templates(session, actor, wanted))


@router.get("/templates/{name}", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=TemplateOut)
async def get_template(name: TemplateName, session: SessionDep, actor: ActorDep) -> Response:
    """Read the newest version of a template."""
    return one(await queries.get_template(session, actor, name))


@router.post(
    "/templates",
    permission=person_may(Scope.MESSAGES_WRITE, OFFICE),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def write_template(body: WriteTemplate, session: SessionDep, actor: ActorDep) -> Response:
    """Propose a template, or its next version; another person approves it. What was sent keeps its own version."""
    proposal_id = await approvals.propose(session, actor, ProposalKind.WRITE_TEMPLATE, body.model_dump())
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.post("/broadcasts/preview", permission=may(Scope.MESSAGES_WRITE, OFFICE), response_model=PreviewOut)
async def preview_broadcast(body: PreviewBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Show what a broadcast would send, to how many, and who is left out and why; nothing is stored."""
    seen = await broadcasts.preview(
        session,
        actor,
        template=body.template,
        variables=body.variables,
        audience=await with_parties(session, actor, Audience(**body.audience.model_dump())),
        send_at=body.send_at,
    )
    return reply(asdict(seen))


@router.post(
    "/broadcasts",
    permission=person_may(Scope.MESSAGES_WRITE, OFFICE),
    response_model=BroadcastDetail,
    status_code=201,
    dependencies=[Once],
)
async def confirm_broadcast(body: ConfirmBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Send what a preview showed; confirmed twice, it is sent once. What goes to everybody is proposed instead."""
    broadcast_id = await broadcasts.confirm(
        session,
        actor,
        template=body.template,
        variables=body.variables,
        audience=await with_parties(session, actor, Audience(**body.audience.model_dump())),
        shown=body.shown,
        matter=body.matter,
        critical_reason=body.critical_reason,
        send_at=body.send_at,
    )
    row = await queries.get_broadcast(session, actor, broadcast_id)
    return one(row, 201, location=f"/v1/broadcasts/{broadcast_id}")


@router.post(
    "/broadcasts/proposals",
    permission=person_may(Scope.MESSAGES_WRITE, OFFICE),
    response_model=ProposedStepOut,
    status_code=201,
    dependencies=[Once],
)
async def propose_broadcast(body: ConfirmBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Propose what goes to everybody or is critical; it is sent as the preview showed it when another approves."""
    proposal_id = await approvals.propose(session, actor, ProposalKind.PROPOSE_BROADCAST, body.model_dump())
    row = await approval_queries.get_proposal(session, actor, proposal_id)
    return one(row, 201, location=f"/v1/proposals/{proposal_id}")


@router.get("/broadcasts", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=BroadcastPage)
async def list_broadcasts(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List broadcasts, newest first."""
    return many(request, await queries.list_broadcasts(session, actor, wanted))


@router.get(
    "/broadcasts/{broadcast_id}", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=BroadcastDetail
)
async def get_broadcast(broadcast_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read a broadcast, with its messages counted by state."""
    return one(await queries.get_broadcast(session, actor, broadcast_id))


@router.get("/messages", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=MessagePage)
async def list_messages(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    state: Annotated[MessageState | None, Query()] = None,
    broadcast: Annotated[Id | None, Query(description="the messages of one broadcast")] = None,
    official: Annotated[Id | None, Query(description="the messages to one official")] = None,
    view: Annotated[
        MessageView, Query(description="`undecided`: those that did not surely arrive and nobody decided about")
    ] = MessageView.ALL,
) -> Response:
    """List messages, newest first; telephone numbers are masked."""
    rows = await queries.list_messages(
        session, actor, wanted, state=state, broadcast_id=broadcast, official_id=official, view=view
    )
    return many(request, rows)


@router.get("/messages/counts", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=MessageCounts)
async def count_messages(
    session: SessionDep,
    actor: ActorDep,
    broadcast: Annotated[Id | None, Query(description="the messages of one broadcast")] = None,
) -> Response:
    """Count messages by state."""
    return one(await queries.count_messages(session, actor, broadcast_id=broadcast))


@router.get(
    "/messages/{message_id}", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=MessageDetail
)
async def get_message(message_id: Digits, session: SessionDep, actor: ActorDep) -> Response:
    """Read a message, what its gateway's code means, and every attempt to hand it over."""
    return one(await queries.get_message(session, actor, int(message_id)))


@router.post(
    "/messages/{message_id}/decision",
    permission=person_may(Scope.MESSAGES_WRITE, OFFICE),
    response_model=MessageDetail,
)
async def decide_message(message_id: Digits, body: DecideMessage, session: SessionDep, actor: ActorDep) -> Response:
    """Decide what is done about a message that is unknown, failed, refused or expired; once."""
    decision = DecisionKind(body.decision)
    await decisions.decide(session, actor, int(message_id), decision=decision, reason=body.reason)
    return one(await queries.get_message(session, actor, int(message_id)))


@router.get(
    "/reachability", permission=may(Scope.MESSAGES_READ, OFFICE, UNIT, AUDITOR), response_model=ReachabilityPage
)
async def list_reachability(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    problem: Annotated[NumberProblem | None, Query(description="one kind of number that must be looked at")] = None,
    view: Annotated[
        ReachabilityView, Query(description="`problems`: only those whose numbers must be looked at")
    ] = ReachabilityView.ALL,
) -> Response:
    """List whether officials in post can be reached, and were reached by their last message; a unit sees its own."""
    page = await reachability.list_reachability(session, actor, wanted, unit_id=unit, problem=problem, view=view)
    return many(request, page)


@router.get("/gateways", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=GatewayList)
async def list_gateways(session: SessionDep, actor: ActorDep) -> Response:
    """List the gateways, whether each is on, its part, why that changed last, and when it last took a message."""
    return reply({"data": await gateway_list.list_gateways(session, actor)})


@router.post(
    "/gateways/{name}/receipts",
    permission=PUBLIC,
    response_model=ReceiptsTaken,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "as the gateway's protocol says (`openapi/gateway.md`)",
            "content": {
                "application/json": {
                    "schema": {"anyOf": [{"type": "object"}, {"type": "array", "maxItems": 10_000, "items": {}}]}
                }
            },
        }
    },
)
async def receive_receipts(
    name: GatewayName,
    request: Request,
    session: SessionDep,
    webhook_id: Annotated[str | None, Header(max_length=200, include_in_schema=False)] = None,
    # Vendors who sign nothing can be told an address alone; nobody else should learn to write a secret into one.
    token: Annotated[GatewayToken | None, Query(include_in_schema=False)] = None,
) -> Response:
    """Take a gateway's receipts, signed or with its token; they are kept as they came and matched a moment later."""
    raw = await request.body()
    is_test, gateway = signer_of(name, request.headers, raw, token=token)
    kept = await receipts.keep(session, gateway, raw, is_test=is_test, webhook_id=webhook_id)
    return reply({"status": "kept", "lines": kept, "code": 0, "msg": "接收成功"})
