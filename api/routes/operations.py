from fastapi import APIRouter, Response

from api.dependencies import ActorDep, SessionDep
from api.replies import watched
from api.route import DuchaRoute
from api.schemas.fields import Id
from api.schemas.operations import OperationOut
from supervision.operations import queries

router = APIRouter(prefix="/v1", route_class=DuchaRoute, tags=["operations"])


@router.get("/operations/{operation_id}", response_model=OperationOut)
async def get_operation(operation_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read how far a long piece of work is, what was wrong, or what came of it."""
    return watched(await queries.get_operation(session, actor, operation_id))
