from fastapi import Response

from api.dependencies import ActorDep, SessionDep
from api.permissions import WORKING, Scope, may
from api.replies import watched
from api.router import Router
from api.schemas.fields import Id
from api.schemas.operations import OperationOut
from supervision.operations import queries

router = Router("operations")


@router.get("/operations/{operation_id}", permission=may(Scope.ITEMS_READ, *WORKING), response_model=OperationOut)
async def get_operation(operation_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read how far a long piece of work is, what was wrong, or what came of it."""
    return watched(await queries.get_operation(session, actor, operation_id))
