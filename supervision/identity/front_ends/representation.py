from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor, Proof, Role
from supervision.foundation.driver import fetch
from supervision.foundation.errors import Forbidden
from supervision.identity import rules
from supervision.identity.models import Appointment, ClientOfficial, Official
from supervision.identity.rules import Held
from supervision.identity.sign_in import in_force

_HELD: tuple[Any, ...] = (
    Official.unit_id.label("own_unit_id"),
    Appointment.id,
    Appointment.role,
    Appointment.unit_id,
)


async def stand_for_all(session: AsyncSession, actor: Actor) -> Actor:
    """Let a front end be one person with everybody for whom it may act, and for whom it ever might."""
    named = select(ClientOfficial.official_id).where(
        ClientOfficial.client_id == actor.client_id, ClientOfficial.approved_at.is_not(None)
    )
    return replace(actor, stands_for=frozenset(row["official_id"] for row in await fetch(session, named)))


async def act_for(
    session: AsyncSession, actor: Actor, official_id: UUID, *, roles: frozenset[Role], acting_as: UUID | None
) -> Actor:
    """Let a front end act for an official who is named for it, in a role that is named and that the official holds.

    Refuses everybody else, who left or lost the role, and for the front end of one unit what is another's.
    """
    statement = _appointments(actor, official_id, today=await clock.today(session))
    rows = await fetch(session, statement)
    if not rows:
        raise Forbidden
    held = [Held(row["id"], Role(row["role"]), row["unit_id"]) for row in rows]
    chosen = rules.choose_appointment(held, roles=roles, acting_as=acting_as)
    return replace(
        actor,
        role=chosen.role,
        unit_id=chosen.unit_id,
        official_id=official_id,
        own_unit_id=rows[0]["own_unit_id"],
        appointment_id=chosen.id,
        proof=Proof.ON_BEHALF,
    )


def _appointments(actor: Actor, official_id: UUID, *, today: date) -> Select[Any]:
    # Those in force, of an official in post, in a role in which the front end may act for them.
    is_held = and_(
        Appointment.official_id == ClientOfficial.official_id,
        Appointment.role == ClientOfficial.role,
        in_force(today),
    )
    statement: Select[Any] = (
        select(*_HELD)
        .select_from(ClientOfficial)
        .join(Official, Official.id == ClientOfficial.official_id)
        .join(Appointment, is_held)
        .where(
            ClientOfficial.client_id == actor.client_id,
            ClientOfficial.official_id == official_id,
            ClientOfficial.approved_at.is_not(None),
            ClientOfficial.ended_at.is_(None),
            Official.left_on.is_(None),
        )
    )
    return statement if actor.unit_id is None else statement.where(Appointment.unit_id == actor.unit_id)
