from fastapi import Response

from api.dependencies import ActorDep, SessionDep
from api.permissions import OFFICE, Scope, person_may
from api.replies import one
from api.router import Router
from api.schemas.fields import Id
from api.schemas.messaging import BroadcastDetail, HaltBroadcast
from supervision.messaging import broadcast_halts, queries

router = Router("messaging")
PERMISSION = person_may(Scope.MESSAGES_WRITE, OFFICE)


@router.post("/broadcasts/{broadcast_id}/pause", permission=PERMISSION, response_model=BroadcastDetail)
async def pause_broadcast(broadcast_id: Id, body: HaltBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Keep back what is still queued; what has left has left, as the counts say. After thirty days it cannot go on."""
    await broadcast_halts.pause_broadcast(session, actor, broadcast_id, reason=body.reason)
    return one(await queries.get_broadcast(session, actor, broadcast_id))


@router.post("/broadcasts/{broadcast_id}/resume", permission=PERMISSION, response_model=BroadcastDetail)
async def resume_broadcast(broadcast_id: Id, body: HaltBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Let what was kept back leave, at its moment, or at once where that has passed; `leaves_at` says when."""
    await broadcast_halts.resume_broadcast(session, actor, broadcast_id, reason=body.reason)
    return one(await queries.get_broadcast(session, actor, broadcast_id))


@router.post("/broadcasts/{broadcast_id}/cancel", permission=PERMISSION, response_model=BroadcastDetail)
async def cancel_broadcast(broadcast_id: Id, body: HaltBroadcast, session: SessionDep, actor: ActorDep) -> Response:
    """Cancel what is still queued, for good; the counts say how many were reached before."""
    await broadcast_halts.cancel_broadcast(session, actor, broadcast_id, reason=body.reason)
    return one(await queries.get_broadcast(session, actor, broadcast_id))
