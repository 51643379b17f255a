from typing import Annotated

from fastapi import Query, Request, Response

from api.dependencies import ActorDep, Once, PageDep, SessionDep, TokenDep, VersionDep
from api.permissions import AUDITOR, EVERYBODY, PUBLIC, SECURITY_ADMINISTRATOR, Scope, may, person_may
from api.replies import all_of, many, one, reply
from api.router import Router
from api.schemas.appointments import (
    AcceptInvitation,
    AppointmentOut,
    AppointmentPage,
    EndLink,
    EndRole,
    GrantRole,
    IdentityProviderList,
    InvitationAccepted,
    LinkOfficial,
    NewSignInLink,
    RefuseRole,
    SignInLinkOut,
    SignInLinkPage,
)
from api.schemas.fields import Id
from supervision.foundation.actors import Role
from supervision.identity import appointment_queries as queries
from supervision.identity import appointments, sign_in_links
from supervision.identity.states import AppointmentState

router = Router("appointments")

_READING = may(Scope.IDENTITY_READ, AUDITOR, SECURITY_ADMINISTRATOR)
_KEEPING = may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR)


@router.get("/appointments", permission=_READING, response_model=AppointmentPage)
async def list_appointments(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    official: Annotated[Id | None, Query()] = None,
    state: Annotated[AppointmentState | None, Query()] = None,
) -> Response:
    """List who was given which role, by whom, and until when; nothing is ever deleted."""
    page = await queries.list_appointments(session, actor, wanted, official_id=official, state=state)
    return many(request, page)


@router.get("/appointments/{appointment_id}", permission=_READING, response_model=AppointmentOut)
async def get_appointment(appointment_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one appointment."""
    return one(await queries.get_appointment(session, actor, appointment_id))


@router.post(
    "/appointments",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    response_model=AppointmentOut,
    status_code=201,
    dependencies=[Once],
)
async def grant_role(body: GrantRole, session: SessionDep, actor: ActorDep) -> Response:
    """Grant an official a role; it is in force when another security administrator has approved it."""
    facts = {**body.model_dump(), "role": Role(body.role)}
    appointment_id = await appointments.grant_role(session, actor, **facts)
    row = await queries.get_appointment(session, actor, appointment_id)
    return one(row, 201, location=f"/v1/appointments/{appointment_id}")


@router.post(
    "/appointments/{appointment_id}/approval",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    signs=True,
    response_model=AppointmentOut,
)
async def approve_appointment(
    appointment_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Approve a role that another administrator granted, and not to oneself."""
    await appointments.approve_appointment(session, actor, appointment_id, version)
    return one(await queries.get_appointment(session, actor, appointment_id))


@router.post(
    "/appointments/{appointment_id}/refusal",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    signs=True,
    response_model=AppointmentOut,
)
async def refuse_appointment(
    appointment_id: Id, body: RefuseRole, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """Refuse a role that waits for approval; it stays on record."""
    await appointments.refuse_appointment(session, actor, appointment_id, version, **body.model_dump())
    return one(await queries.get_appointment(session, actor, appointment_id))


@router.post(
    "/appointments/{appointment_id}/ending",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=AppointmentOut,
)
async def end_appointment(
    appointment_id: Id, body: EndRole, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """End a role at once, whatever tokens its holder still has."""
    await appointments.end_appointment(session, actor, appointment_id, version, **body.model_dump())
    return one(await queries.get_appointment(session, actor, appointment_id))


@router.get("/identity_providers", permission=may(Scope.IDENTITY_READ, *EVERYBODY), response_model=IdentityProviderList)
async def list_identity_providers(session: SessionDep, actor: ActorDep) -> Response:
    """List who signs the county's officials in, and within which limits their tokens are taken."""
    return all_of(await queries.list_providers(session, actor))


@router.post(
    "/officials/{official_id}/sign_in_links",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    response_model=NewSignInLink,
    status_code=201,
)
async def link_official(official_id: Id, body: LinkOfficial, session: SessionDep, actor: ActorDep) -> Response:
    """Link an official to an account, or make an invitation code, shown once; another administrator approves it."""
    link_id, code = await sign_in_links.link_official(session, actor, official_id, **body.model_dump())
    row = await queries.get_sign_in_link(session, actor, link_id)
    return one({**row, "code": code}, 201, location=f"/v1/sign_in_links/{link_id}")


@router.get("/sign_in_links", permission=_READING, response_model=SignInLinkPage)
async def list_sign_in_links(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    wanted: PageDep,
    official: Annotated[Id | None, Query()] = None,
) -> Response:
    """List which accounts officials sign in with."""
    return many(request, await queries.list_sign_in_links(session, actor, wanted, official_id=official))


@router.get("/sign_in_links/{link_id}", permission=_READING, response_model=SignInLinkOut)
async def get_sign_in_link(link_id: Id, session: SessionDep, actor: ActorDep) -> Response:
    """Read one link of an official to an account."""
    return one(await queries.get_sign_in_link(session, actor, link_id))


@router.post(
    "/sign_in_links/{link_id}/approval",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR, with_fresh_sign_in=True),
    signs=True,
    response_model=SignInLinkOut,
)
async def approve_sign_in_link(link_id: Id, version: VersionDep, session: SessionDep, actor: ActorDep) -> Response:
    """Approve a link that another administrator proposed, and not of oneself."""
    await sign_in_links.approve_link(session, actor, link_id, version)
    return one(await queries.get_sign_in_link(session, actor, link_id))


@router.post(
    "/sign_in_links/{link_id}/ending",
    permission=person_may(Scope.IDENTITY_WRITE, SECURITY_ADMINISTRATOR),
    response_model=SignInLinkOut,
)
async def end_sign_in_link(
    link_id: Id, body: EndLink, version: VersionDep, session: SessionDep, actor: ActorDep
) -> Response:
    """End a link at once; whoever signs in with that account is nobody here from now on."""
    await sign_in_links.end_link(session, actor, link_id, version, **body.model_dump())
    return one(await queries.get_sign_in_link(session, actor, link_id))


@router.post("/invitations/acceptance", permission=PUBLIC, response_model=InvitationAccepted)
async def accept_invitation(body: AcceptInvitation, request: Request, session: SessionDep, token: TokenDep) -> Response:
    """Take an invitation for the account that one has signed in with; send its token, though nobody knows it yet."""
    official_id = await sign_in_links.accept_invitation(
        session, token, code=body.code, request_id=request.state.request_id
    )
    return reply({"official_id": official_id, "is_approved": False})
