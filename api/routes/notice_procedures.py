from fastapi import Response

from api.dependencies import ActorDep, SessionDep
from api.permissions import ADMINISTRATOR, AUDITOR, GROUP, LEADER, OFFICE, UNIT, Scope, may
from api.replies import all_of
from api.router import Router
from api.schemas.notices import (
    NoticeProcedures,
    SetNoticeProcedure,
)
from supervision.notices import queries, sign_off

router = Router("notices")


@router.get(
    "/notice_procedures",
    permission=may(Scope.IDENTITY_READ, OFFICE, GROUP, LEADER, UNIT, AUDITOR, ADMINISTRATOR),
    response_model=NoticeProcedures,
)
async def list_notice_procedures(session: SessionDep, actor: ActorDep) -> Response:
    """Tell how each kind of notice is signed off and acknowledged."""
    return all_of(await queries.list_notice_procedures(session, actor))


@router.post("/notice_procedures", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=NoticeProcedures)
async def set_notice_procedure(body: SetNoticeProcedure, session: SessionDep, actor: ActorDep) -> Response:
    """Set how a kind of notice is signed off and acknowledged, for what is drafted from now on."""
    await sign_off.set_notice_procedure(session, actor, **body.model_dump())
    return all_of(await queries.list_notice_procedures(session, actor))
