from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor, Proof, Role
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.identity import rules
from supervision.identity.errors import InsufficientUserAuthentication, InvalidToken, NoAppointment
from supervision.identity.models import Appointment, Client, Jurisdiction, JurisdictionKind, Official, SignInLink
from supervision.identity.rules import Held
from supervision.identity.states import AppointmentState
from supervision.identity.tokens import CheckedToken

# How recent a sign-in is to be for what asks for more.
FRESH = timedelta(minutes=15)
_PERSON: tuple[Any, ...] = (
    Official.id.label("official_id"),
    Official.unit_id.label("own_unit_id"),
    Client.id.label("client_id"),
    Jurisdiction.kind,
    Appointment.id.label("appointment_id"),
    Appointment.role,
    Appointment.unit_id,
)
_FIND = text("SELECT * FROM ducha_find_provider(:issuer)")


async def find_provider(session: AsyncSession, issuer: str) -> Row | None:
    """Read who signs for an issuer and for which jurisdiction, before one is known."""
    return await fetch_one(session, _FIND, {"issuer": issuer})


async def identify(session: AsyncSession, token: CheckedToken, *, request_id: str) -> tuple[Actor, list[Held]]:
    """Turn a checked token into a person with their roles, in the first of them; refuses strangers and who has left.

    What is asked is how things stand now, whatever the token says: an appointment that was ended, an official who
    left and a link that was taken back are out at once.
    """
    rows = await fetch(session, await _person(session, token))
    if not rows:
        raise InvalidToken
    held = [Held(row["appointment_id"], Role(row["role"]), row["unit_id"]) for row in rows if row["appointment_id"]]
    if not held:
        raise NoAppointment
    person, first = rows[0], held[0]
    actor = Actor(
        jurisdiction_id=token.jurisdiction_id,
        role=first.role,
        client_id=person["client_id"],
        official_id=person["official_id"],
        unit_id=first.unit_id,
        is_test=person["kind"] != JurisdictionKind.LIVE,
        request_id=request_id,
        proof=Proof.TOKEN,
        own_unit_id=person["own_unit_id"],
        appointment_id=first.id,
        signed_in_at=token.signed_in_at,
        has_second_factor=token.has_second_factor,
    )
    return actor, held


def act_in(actor: Actor, held: Sequence[Held], *, roles: frozenset[Role], acting_as: UUID | None) -> Actor:
    """Let a person act in one of the roles that an operation is open to; refuses who holds none of them."""
    chosen = rules.choose_appointment(held, roles=roles, acting_as=acting_as)
    return replace(actor, role=chosen.role, unit_id=chosen.unit_id, appointment_id=chosen.id)


def require_fresh(actor: Actor, *, now: datetime) -> None:
    """Refuse a step that asks for more to whoever signed in too long ago or without a second factor (RFC 9470)."""
    is_recent = actor.signed_in_at is not None and now - actor.signed_in_at <= FRESH
    if not (is_recent and actor.has_second_factor):
        raise InsufficientUserAuthentication(minutes=FRESH // timedelta(minutes=1))


async def require_front_end(session: AsyncSession, token: CheckedToken) -> None:
    """Refuse a token that was made for a front end which is not registered here."""
    if await fetch_one(session, select(Client.id).where(Client.token_client == token.token_client)) is None:
        raise InvalidToken


async def list_held(session: AsyncSession, actor: Actor) -> list[Row]:
    """List the appointments of the actor's official that are in force."""
    columns = (Appointment.id, Appointment.role, Appointment.unit_id, Appointment.since_on, Appointment.until_on)
    today = await clock.today(session)
    statement = select(*columns).where(Appointment.official_id == actor.official_id, in_force(today))
    return await fetch(session, statement.order_by(Appointment.id))


def in_force(today: date) -> ColumnElement[bool]:
    """Tell which appointments are in force on a day; a departure ends them, so that it need not be asked here."""
    return and_(
        Appointment.state == AppointmentState.APPROVED,
        Appointment.since_on <= today,
        or_(Appointment.until_on.is_(None), Appointment.until_on >= today),
    )


async def _person(session: AsyncSession, token: CheckedToken) -> Select[Any]:
    # One row for each appointment in force, or one without; none where link, official or front end are not there.
    today = await clock.today(session)
    statement: Select[Any] = (
        select(*_PERSON)
        .select_from(SignInLink)
        .join(Official, Official.id == SignInLink.official_id)
        .join(Client, Client.token_client == token.token_client)
        .join(Jurisdiction, Jurisdiction.id == SignInLink.jurisdiction_id)
        .outerjoin(Appointment, and_(Appointment.official_id == Official.id, in_force(today)))
        .where(
            SignInLink.provider_id == token.provider_id,
            SignInLink.subject == token.subject,
            SignInLink.approved_at.is_not(None),
            SignInLink.ended_at.is_(None),
            Official.left_on.is_(None),
            Client.disabled_at.is_(None),
        )
        .order_by(Appointment.id)
    )
    return statement
