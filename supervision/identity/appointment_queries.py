from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.errors import UnknownProvider
from supervision.identity.models import Appointment, IdentityProvider, SignInLink

APPOINTMENT_COLUMNS = tuple(column for column in Appointment.__table__.c if column.name != "jurisdiction_id")
PROVIDER_COLUMNS = tuple(column for column in IdentityProvider.__table__.c if column.name != "jurisdiction_id")
# Never the hash of a code.
LINK_COLUMNS = tuple(column for column in SignInLink.__table__.c if column.name not in {"jurisdiction_id", "code_hash"})


async def list_appointments(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[UUID],
    *,
    official_id: UUID | None = None,
    state: str | None = None,
) -> Page:
    statement: Rows = select(*APPOINTMENT_COLUMNS)
    statement = where_given(statement, {Appointment.official_id: official_id, Appointment.state: state})
    return await page(session, statement, request, identity=Appointment.id)


async def get_appointment(session: AsyncSession, _actor: Actor, appointment_id: UUID) -> Row:
    statement = select(*APPOINTMENT_COLUMNS).where(Appointment.id == appointment_id)
    return or_not_found(await fetch_one(session, statement))


async def list_sign_in_links(
    session: AsyncSession, _actor: Actor, request: PageRequest[UUID], *, official_id: UUID | None = None
) -> Page:
    statement = where_given(select(*LINK_COLUMNS), {SignInLink.official_id: official_id})
    return await page(session, statement, request, identity=SignInLink.id)


async def get_sign_in_link(session: AsyncSession, _actor: Actor, link_id: UUID) -> Row:
    return or_not_found(await fetch_one(session, select(*LINK_COLUMNS).where(SignInLink.id == link_id)))


async def list_providers(session: AsyncSession, _actor: Actor) -> list[Row]:
    return await fetch(session, select(*PROVIDER_COLUMNS).order_by(IdentityProvider.id))


async def get_only_provider(session: AsyncSession) -> UUID:
    """Return the one identity provider of the jurisdiction; refuses where there is none, or several."""
    found = await fetch(session, select(IdentityProvider.id).where(IdentityProvider.ended_at.is_(None)))
    if len(found) != 1:
        raise UnknownProvider
    return cast(UUID, found[0]["id"])
