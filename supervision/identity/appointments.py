from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import AnotherPersonNeeded
from supervision.foundation.locks import get_locked, require_version
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity import queries, rules
from supervision.identity.appointment_queries import get_appointment
from supervision.identity.errors import (
    AlreadyEnded,
    AppointmentDaysReversed,
    AppointmentExists,
    AppointmentNeedsUnit,
    AppointmentNotWaiting,
    UnknownOfficial,
)
from supervision.identity.models import Appointment, Official
from supervision.identity.states import STANDING, AppointmentState

_STEPS = {
    AppointmentState.APPROVED: CounterStep.APPROVE_APPOINTMENT,
    AppointmentState.REFUSED: CounterStep.REFUSE_APPOINTMENT,
}


async def grant_role(
    session: AsyncSession,
    actor: Actor,
    *,
    official_id: UUID,
    role: Role,
    unit_id: UUID | None,
    since_on: date | None,
    until_on: date | None,
    reason: str | None = None,
) -> UUID:
    """Grant an official a role from a day on, which waits for another's approval; refuses what excludes it.

    So are an official who left, a role that lacks its unit, and a role that the official has already.
    """
    since_on = since_on or await clock.today(session)
    if until_on is not None and until_on < since_on:
        raise AppointmentDaysReversed
    if (role is Role.UNIT) != (unit_id is not None):
        raise AppointmentNeedsUnit
    await days.check(session, "grant_role", {"/since_on": since_on, "/until_on": until_on})
    await queries.require_units(session, {unit_id} if unit_id else set())
    others = await _standing_of(session, official_id)
    rules.check_compatible(role, {Role(each.role) for each in others})
    if any((each.role, each.unit_id) == (role, unit_id) for each in others):
        raise AppointmentExists
    facts = {"official_id": official_id, "role": role, "unit_id": unit_id, "since_on": since_on, "until_on": until_on}
    appointment = Appointment(
        **facts,
        state=AppointmentState.GRANTED,
        granted_by=actor.person,
        granted_at=await clock.now(session),
        reason=reason,
    )
    session.add(appointment)
    await audit.record(session, actor, "role.granted", appointment.id, **facts)
    return appointment.id


async def appoint_first(session: AsyncSession, actor: Actor, official_id: UUID, role: Role, *, since_on: date) -> UUID:
    """Give an official a role on the server itself, where nobody is yet who could approve it; loud in the audit."""
    now = await clock.now(session)
    appointment = Appointment(
        official_id=official_id,
        role=role,
        since_on=since_on,
        state=AppointmentState.APPROVED,
        granted_at=now,
        approved_at=now,
    )
    session.add(appointment)
    await audit.record(session, actor, "role.given_on_server", appointment.id, official_id=official_id, role=role)
    return appointment.id


async def approve_appointment(session: AsyncSession, actor: Actor, appointment_id: UUID, version: int) -> None:
    """Approve a role that somebody else granted to somebody else; from then on it is in force."""
    appointment, signed = await _decide(session, actor, appointment_id, version, AppointmentState.APPROVED)
    others = await _standing_of(session, appointment.official_id)
    rules.check_compatible(Role(appointment.role), {Role(each.role) for each in others})
    facts = {"official_id": appointment.official_id, "signed_sha256": signed}
    await audit.record(session, actor, "role.approved", appointment_id, **facts)


async def refuse_appointment(
    session: AsyncSession, actor: Actor, appointment_id: UUID, version: int, *, reason: str
) -> None:
    """Refuse a role that somebody granted; it stays on record."""
    appointment, signed = await _decide(session, actor, appointment_id, version, AppointmentState.REFUSED)
    appointment.reason = reason
    await audit.record(session, actor, "role.refused", appointment_id, reason=reason, signed_sha256=signed)


async def end_appointment(
    session: AsyncSession, actor: Actor, appointment_id: UUID, version: int, *, reason: str
) -> None:
    """End a role at once; one person may, for nothing is safer than fewer rights. Refuses what is over."""
    appointment = await _lock(session, appointment_id, version)
    if appointment.state not in STANDING:
        raise AlreadyEnded
    now = await clock.now(session)
    appointment.state, appointment.ended_by, appointment.ended_at = AppointmentState.ENDED, actor.person, now
    await audit.record(session, actor, "role.ended", appointment_id, reason=reason)


async def end_appointments_of(session: AsyncSession, actor: Actor, official_id: UUID) -> None:
    """End every role of an official who leaves."""
    at = await clock.now(session)
    standing = await _standing_of(session, official_id)
    for appointment in standing:
        appointment.state, appointment.ended_by, appointment.ended_at = AppointmentState.ENDED, actor.person, at
    await audit.record_each(session, actor, "role.ended", [(each.id, {"reason": "departure"}) for each in standing])


async def _decide(
    session: AsyncSession, actor: Actor, appointment_id: UUID, version: int, state: AppointmentState
) -> tuple[Appointment, str]:
    appointment = await _lock(session, appointment_id, version)
    signed = signatures.sign(appointment, version, await get_appointment(session, actor, appointment_id))
    if appointment.state != AppointmentState.GRANTED:
        raise AppointmentNotWaiting
    taken_by = {"grant_role": appointment.granted_by}
    require_another(actor, _STEPS[state], taken_by, AnotherPersonNeeded, concerned=appointment.official_id)
    now = await clock.now(session)
    appointment.state, appointment.approved_by, appointment.approved_at = state, actor.person, now
    return appointment, signed


async def _lock(session: AsyncSession, appointment_id: UUID, version: int) -> Appointment:
    appointment = await get_locked(session, select(Appointment).where(Appointment.id == appointment_id))
    require_version(appointment, version)
    return appointment


async def _standing_of(session: AsyncSession, official_id: UUID) -> list[Appointment]:
    # The official is locked, so that two roles which exclude each other cannot be granted side by side.
    known = select(Official.id).where(Official.id == official_id, Official.left_on.is_(None)).with_for_update()
    if await session.scalar(known) is None:
        raise UnknownOfficial
    standing = select(Appointment).where(Appointment.official_id == official_id, Appointment.state.in_(STANDING))
    return list(await session.scalars(standing.order_by(Appointment.id)))
