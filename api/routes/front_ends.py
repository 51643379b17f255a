from fastapi import Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import AUDITOR, SECURITY_ADMINISTRATOR, Scope, may, person_may
from api.replies import many, one
from api.router import Router
from api.schemas.fields import GiveReason, Id
from api.schemas.front_ends import ClientOfficialOut, ClientOfficialPage, NameOfficial
from supervision.foundation.actors import Role
from supervision.identity.front_ends import named_officials
from supervision.identity.front_ends import naming_queries as queries

router = Router("identity")

_READING = may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR)
_KEEPING = person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True)


@router.get("/clients/{client_id}/officials", permission=_READING, response_model=ClientOfficialPage)
async def list_client_officials(
    client_id: Id, request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep
) -> Response:
    """List for whom a front end may act, or might once, and in which role; nothing is ever deleted."""
    return many(request, await queries.list_client_officials(session, actor, client_id, wanted))


@router.post(
    "/clients/{client_id}/officials",
    permission=_KEEPING,
    response_model=ClientOfficialOut,
    status_code=201,
    dependencies=[Once],
)
async def name_client_official(client_id: Id, body: NameOfficial, session: SessionDep, actor: ActorDep) -> Response:
    """Name an official for whom a front end is to act in a role; another security administrator approves it.

    The role must be one that the official holds whenever the front end acts for them.
    """
    naming_id = await named_officials.name_official(
        session, actor, client_id, official_id=body.official_id, role=Role(body.role)
    )
    row = await queries.get_client_official(session, actor, client_id, naming_id)
    return one(row, 201, location=f"/v1/clients/{client_id}/officials/{naming_id}")


@router.get("/clients/{client_id}/officials/{naming_id}", permission=_READING, response_model=ClientOfficialOut)
async def get_client_official(client_id: Id, naming_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read for whom a front end may act, in which role, and who decided so."""
    return one(await queries.get_client_official(session, actor, client_id, naming_id))


@router.post(
    "/clients/{client_id}/officials/{naming_id}/approval",
    permission=_KEEPING,
    signs=True,
    response_model=ClientOfficialOut,
)
async def approve_client_official(
    client_id: Id, naming_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve what another administrator proposed, and not for oneself: from now on the front end may."""
    await named_officials.approve_naming(session, actor, client_id, naming_id, version)
    return one(await queries.get_client_official(session, actor, client_id, naming_id))


@router.post(
    "/clients/{client_id}/officials/{naming_id}/ending",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=ClientOfficialOut,
)
async def end_client_official(
    client_id: Id, naming_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """End at once that a front end acts for an official in a role."""
    await named_officials.end_naming(session, actor, client_id, naming_id, version, reason=body.reason)
    return one(await queries.get_client_official(session, actor, client_id, naming_id))
