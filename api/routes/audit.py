from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, MassPageDep, SessionDep
from api.permissions import AUDITOR, Scope, may
from api.replies import many
from api.router import Router
from api.schemas.audit import AuditEventPage
from supervision.audit import queries

router = Router("audit")


@router.get("/audit_events", permission=may(Scope.AUDIT_READ, AUDITOR), response_model=AuditEventPage)
async def list_audit_events(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: MassPageDep,
    verb: Annotated[str | None, Query(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=100)] = None,
    subject: Annotated[str | None, Query(pattern=r"^[0-9a-f-]+$", max_length=100, description="an id")] = None,
) -> Response:
    """List who did what, newest first."""
    return many(request, await queries.list_audit_events(session, actor, wanted, verb=verb, subject_id=subject))
