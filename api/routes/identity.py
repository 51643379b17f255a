from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, EVERYBODY, SECURITY_ADMINISTRATOR, Scope, may, person_may
from api.replies import all_of, many, one, reply
from api.router import Router, operations_of, scopes_of
from api.schemas.fields import GiveReason, Id, Name
from api.schemas.identity import (
    AmendOfficial,
    AmendUnit,
    ClientOut,
    ClientPage,
    ClockOut,
    HoldClock,
    IssuedKey,
    IssueKey,
    KeyList,
    KeyOut,
    Me,
    OfficialOut,
    OfficialPage,
    RegisterClient,
    RegisterOfficial,
    RegisterUnit,
    Telephone,
    UnitOut,
    UnitPage,
)
from supervision.foundation import clock
from supervision.foundation.actors import Role
from supervision.identity import queries, service, sign_in, telephones
from supervision.identity.front_ends import client_keys
from supervision.identity.models import UnitKind
from supervision.tasks import departures

router = Router("identity")


@router.get("/me", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=Me)
async def get_me(session: SessionDep, actor: ActorDep) -> Response:
    """Tell who you are here: jurisdiction, person, role and unit, and what each of your roles allows."""
    jurisdiction = await queries.get_own_jurisdiction(session, actor)
    return reply(
        {
            "jurisdiction": dict(jurisdiction),
            "role": actor.role,
            "client_id": actor.client_id,
            "official_id": actor.official_id,
            "unit_id": actor.unit_id,
            "scopes": sorted(actor.scopes),
            "is_test": actor.is_test,
            "proof": actor.proof,
            "signed_in_at": actor.signed_in_at,
            "appointments": [
                {**row, "operations": operations_of(Role(row["role"]))}
                for row in await sign_in.list_held(session, actor)
            ],
        }
    )


@router.get("/units", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=UnitPage)
async def list_units(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    kind: Annotated[UnitKind | None, Query()] = None,
    name: Annotated[Name | None, Query(description="blanks, width and capitals make no difference")] = None,
) -> Response:
    """List the units of the jurisdiction."""
    return many(request, await queries.list_units(session, actor, wanted, kind=kind, name=name))


@router.post(
    "/units",
    permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=UnitOut,
    status_code=201,
    dependencies=[Once],
)
async def register_unit(body: RegisterUnit, session: SessionDep, actor: ActorDep) -> Response:
    """Register a unit."""
    unit_id = await service.register_unit(session, actor, **body.model_dump())
    return one(await queries.get_unit(session, actor, unit_id), 201, location=f"/v1/units/{unit_id}")


@router.get("/units/{unit_id}", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=UnitOut)
async def get_unit(unit_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one unit."""
    return one(await queries.get_unit(session, actor, unit_id))


@router.patch("/units/{unit_id}", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=UnitOut)
async def amend_unit(
    unit_id: Id, body: AmendUnit, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change a unit's name or kind."""
    await service.amend_unit(session, actor, unit_id, version, changes=body.model_dump(exclude_none=True))
    return one(await queries.get_unit(session, actor, unit_id))


@router.get("/officials", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=OfficialPage)
async def list_officials(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    unit: Annotated[Id | None, Query()] = None,
    telephone: Annotated[Telephone | None, Query(description="the whole number")] = None,
) -> Response:
    """List officials; telephone numbers are masked."""
    indexes = telephones.blind_indexes(telephones.normalise(telephone)) if telephone else None
    page = await queries.list_officials(session, actor, wanted, unit_id=unit, telephone_indexes=indexes)
    return many(request, page)


@router.post(
    "/officials",
    permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR),
    response_model=OfficialOut,
    status_code=201,
    dependencies=[Once],
)
async def register_official(body: RegisterOfficial, session: SessionDep, actor: ActorDep) -> Response:
    """Register an official of a unit."""
    official_id = await service.register_official(session, actor, **body.model_dump())
    row = await queries.get_official(session, actor, official_id)
    return one(row, 201, location=f"/v1/officials/{official_id}")


@router.get("/officials/{official_id}", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=OfficialOut)
async def get_official(official_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one official; the telephone number is masked."""
    return one(await queries.get_official(session, actor, official_id))


@router.patch(
    "/officials/{official_id}", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=OfficialOut
)
async def amend_official(
    official_id: Id, body: AmendOfficial, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Change an official's post, level, telephone, or say when they left."""
    await departures.amend_official(session, actor, official_id, version, changes=body.model_dump(exclude_none=True))
    return one(await queries.get_official(session, actor, official_id))


@router.get("/clients", permission=may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR), response_model=ClientPage)
async def list_clients(request: Request, session: SessionDep, actor: ActorDep, wanted: PageDep) -> Response:
    """List the programs that call with keys."""
    return many(request, await queries.list_clients(session, actor, wanted))


@router.post(
    "/clients",
    permission=may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=ClientOut,
    status_code=201,
    dependencies=[Once],
)
async def register_client(body: RegisterClient, session: SessionDep, actor: ActorDep) -> Response:
    """Register a client with its one role."""
    client_id = await service.register_client(session, actor, **body.model_dump())
    return one(await queries.get_client(session, actor, client_id), 201, location=f"/v1/clients/{client_id}")


@router.get(
    "/clients/{client_id}",
    permission=may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR),
    response_model=ClientOut,
)
async def get_client(client_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one client."""
    return one(await queries.get_client(session, actor, client_id))


@router.post(
    "/clients/{client_id}/disabling",
    permission=may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=ClientOut,
)
async def disable_client(
    client_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Let none of a client's keys in from now on."""
    await service.disable_client(session, actor, client_id, version, reason=body.reason)
    return one(await queries.get_client(session, actor, client_id))


@router.post(
    "/clients/{client_id}/enabling",
    permission=may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=ClientOut,
)
async def enable_client(
    client_id: Id, body: GiveReason, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Let a disabled client's keys in again, those that were not revoked and have not ended."""
    await service.enable_client(session, actor, client_id, version, reason=body.reason)
    return one(await queries.get_client(session, actor, client_id))


@router.get(
    "/clients/{client_id}/keys",
    permission=may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR),
    response_model=KeyList,
)
async def list_client_keys(client_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """List a client's keys, without their secrets."""
    return all_of(await queries.list_client_keys(session, actor, client_id))


@router.post(
    "/clients/{client_id}/keys",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    response_model=IssuedKey,
    status_code=201,
)
async def issue_key(client_id: Id, body: IssueKey, session: SessionDep, actor: ActorDep) -> Response:
    """Issue a key for a year at most; it lets in when another security administrator has approved it.

    Its text is shown this once and stored nowhere, so a repeat makes another.
    """
    client = await queries.get_client(session, actor, client_id)
    allowed = scopes_of(client["role"])
    key_id, text = await client_keys.issue_key(
        session,
        actor,
        client_id,
        kind=body.kind,
        scopes=body.scopes or sorted(allowed),
        allowed=allowed,
        expires_at=body.expires_at,
    )
    row = await queries.get_client_key(session, actor, client_id, key_id)
    return one({**row, "key": text}, 201, location=f"/v1/clients/{client_id}/keys/{key_id}")


@router.get(
    "/clients/{client_id}/keys/{key_id}",
    permission=may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR),
    response_model=KeyOut,
)
async def get_client_key(client_id: Id, key_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one key, without its secret."""
    return one(await queries.get_client_key(session, actor, client_id, key_id))


@router.post(
    "/clients/{client_id}/keys/{key_id}/approval",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    signs=True,
    response_model=KeyOut,
)
async def approve_key(client_id: Id, key_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Approve a key that another administrator issued: from now on it lets in."""
    await client_keys.approve_key(session, actor, client_id, key_id, version)
    return one(await queries.get_client_key(session, actor, client_id, key_id))


@router.post(
    "/clients/{client_id}/keys/{key_id}/revocation",
    permission=may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=KeyList,
)
async def revoke_key(client_id: Id, key_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Revoke a key at once."""
    await client_keys.revoke_key(session, actor, client_id, key_id)
    return all_of(await queries.list_client_keys(session, actor, client_id))


@router.get("/clock", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=ClockOut)
async def get_clock(session: SessionDep, _actor: ActorDep) -> Response:
    """Read the jurisdiction's business time."""
    return reply({"now": await clock.now(session), "is_held": await clock.is_held(session)})


@router.post("/clock/hold", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=ClockOut)
async def hold_clock(body: HoldClock, session: SessionDep, actor: ActorDep) -> Response:
    """Hold the clock of a demonstration or test jurisdiction at a moment."""
    await service.hold_clock(session, actor, at=body.at)
    return reply({"now": body.at, "is_held": True})


@router.post("/clock/release", permission=may(Scope.IDENTITY_WRITE, ADMINISTRATOR), response_model=ClockOut)
async def release_clock(session: SessionDep, actor: ActorDep) -> Response:
    """Let the clock run again."""
    await service.release_clock(session, actor)
    return reply({"now": await clock.now(session), "is_held": False})
