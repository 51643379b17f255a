from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor, Role
from supervision.foundation.insertion import insert_or_refuse, refusing
from supervision.foundation.locks import get_locked, require_version
from supervision.identity import appointments, policy, queries, telephones
from supervision.identity.errors import (
    ClientIsDisabled,
    ClientIsEnabled,
    ClientNameTaken,
    ClockNotHoldable,
    DepartureNotYet,
    OfficialAlreadyListed,
    OfficialHasLeft,
    OwnClient,
    RoleNeedsUnit,
    TokenClientTaken,
    UnitNameTaken,
)
from supervision.identity.models import Client, JurisdictionKind, Official, Unit


async def register_unit(session: AsyncSession, actor: Actor, *, name: str, kind: str) -> UUID:
    """Register a unit; refuses a name that another unit has."""
    unit = Unit(name=name, kind=kind)
    await insert_or_refuse(session, unit, uq_unit_jurisdiction_id_name_folded=UnitNameTaken)
    await audit.record(session, actor, "unit.registered", unit.id, name=name, kind=kind)
    return unit.id


async def amend_unit(
    session: AsyncSession, actor: Actor, unit_id: UUID, version: int, *, changes: dict[str, Any]
) -> None:
    """Change a unit's name or kind; refuses a stale version and a name that is taken."""
    unit = await get_locked(session, select(Unit).where(Unit.id == unit_id))
    await _amend(session, unit, version, changes)
    await audit.record(session, actor, "unit.amended", unit_id, **changes)


async def register_official(
    session: AsyncSession,
    actor: Actor,
    *,
    unit_id: UUID,
    name: str,
    post: str,
    position: str,
    leadership_level: str,
    telephone: str | None,
) -> UUID:
    """Register an official of a unit; refuses an unknown unit, a double, and what is no mobile number."""
    await queries.require_units(session, {unit_id})
    official = Official(
        unit_id=unit_id,
        name=name,
        post=post,
        position=position,
        leadership_level=leadership_level,
    )
    for column, value in (await _telephone_columns(session, actor, official.id, telephone)).items():
        setattr(official, column, value)
    await insert_or_refuse(
        session, official, uq_official_jurisdiction_id_unit_id_name_folded_post_folded=OfficialAlreadyListed
    )
    await audit.record(session, actor, "official.registered", official.id, unit_id=unit_id, position=position)
    return official.id


async def amend_official(
    session: AsyncSession, actor: Actor, official_id: UUID, version: int, *, changes: dict[str, Any]
) -> None:
    """Change an official's post, level, telephone or day of leaving; refuses a stale version."""
    official = await get_locked(session, select(Official).where(Official.id == official_id))
    # The audit row says that the telephone changed, never to what.
    facts = {name: "***" if name == "telephone" else value for name, value in changes.items()}
    if "telephone" in changes:
        stood = official.telephone_index
        columns = await _telephone_columns(session, actor, official_id, changes["telephone"])
        if columns["telephone_index"] != stood:
            columns["telephone_since"] = clock.real_now()
        changes = {**{name: value for name, value in changes.items() if name != "telephone"}, **columns}
    if changes.get("left_on"):
        await appointments.end_appointments_of(session, actor, official_id)
    await _amend(session, official, version, changes)
    await audit.record(session, actor, "official.amended", official_id, **facts)


async def depart_official(session: AsyncSession, actor: Actor, official_id: UUID, *, on: date, reason: str) -> None:
    """Record that an official has left the post on a day; refuses a day to come, and who left before."""
    await days.check(session, "record_departure", {"/on": on}, future=DepartureNotYet)
    statement = select(Official).where(Official.id == official_id, policy.officials_visible_to(actor))
    official = await get_locked(session, statement)
    if official.left_on is not None:
        raise OfficialHasLeft(left_on=official.left_on)
    await appointments.end_appointments_of(session, actor, official_id)
    official.left_on = on
    await audit.record(session, actor, "official.departed", official_id, left_on=on, reason=reason)


async def register_client(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    role: str,
    unit_id: UUID | None,
    may_act_for_officials: bool,
    token_client: str | None = None,
) -> UUID:
    """Register a client with its one role; refuses a role that lacks its unit, and a name that is taken."""
    if (role == Role.UNIT) != (unit_id is not None):
        raise RoleNeedsUnit
    await queries.require_units(session, {unit_id} if unit_id else set())
    client = Client(
        name=name,
        role=role,
        unit_id=unit_id,
        may_act_for_officials=may_act_for_officials,
        token_client=token_client,
        created_at=await clock.now(session),
    )
    await insert_or_refuse(
        session,
        client,
        uq_client_jurisdiction_id_name_folded=ClientNameTaken,
        uq_client_jurisdiction_id_token_client=TokenClientTaken,
    )
    await audit.record(
        session, actor, "client.registered", client.id, role=role, unit_id=unit_id, token_client=token_client
    )
    return client.id


async def disable_client(session: AsyncSession, actor: Actor, client_id: UUID, version: int, *, reason: str) -> None:
    """Let none of a client's keys in from now on; refuses a stale version, one that is disabled, and the caller's own.

    A client that disabled itself would leave nobody to enable it.
    """
    if client_id == actor.client_id:
        raise OwnClient
    client = await _lock_client(session, client_id, version)
    if client.disabled_at is not None:
        raise ClientIsDisabled
    client.disabled_at = clock.real_now()
    await audit.record(session, actor, "client.disabled", client_id, reason=reason)


async def enable_client(session: AsyncSession, actor: Actor, client_id: UUID, version: int, *, reason: str) -> None:
    """Let a disabled client's keys in again; refuses a stale version, and one that is not disabled."""
    client = await _lock_client(session, client_id, version)
    if client.disabled_at is None:
        raise ClientIsEnabled
    client.disabled_at = None
    await audit.record(session, actor, "client.enabled", client_id, reason=reason)


async def _lock_client(session: AsyncSession, client_id: UUID, version: int) -> Client:
    client = await get_locked(session, select(Client).where(Client.id == client_id))
    require_version(client, version)
    return client


async def hold_clock(session: AsyncSession, actor: Actor, *, at: datetime) -> None:
    """Hold the jurisdiction's clock at a moment; refuses for a live jurisdiction."""
    jurisdiction = await queries.get_own_jurisdiction(session, actor)
    if jurisdiction["kind"] == JurisdictionKind.LIVE:
        raise ClockNotHoldable
    await audit.record(session, actor, "clock.held", None, at=at.isoformat())
    await clock.hold(session, at)


async def release_clock(session: AsyncSession, actor: Actor) -> None:
    """Let the jurisdiction's clock run again with real time."""
    await audit.record(session, actor, "clock.released", None)
    await clock.release(session)


async def _telephone_columns(
    session: AsyncSession, actor: Actor, official_id: UUID, telephone: str | None
) -> dict[str, Any]:
    if telephone is None:
        return {"telephone_sealed": None, "telephone_index": None, "telephone_masked": None}
    number = telephones.normalise(telephone)
    index, *others = telephones.blind_indexes(number)
    if others:
        # All posts of one person carry one index, also while the keys are being changed: their phone rings once.
        same = update(Official).where(Official.telephone_index.in_(others)).values(telephone_index=index)
        await session.execute(same, execution_options={"synchronize_session": False})
    sealed = telephones.seal(number, jurisdiction_id=actor.jurisdiction_id, official_id=official_id)
    return {"telephone_sealed": sealed, "telephone_index": index, "telephone_masked": telephones.mask(number)}


async def _amend(session: AsyncSession, row: Unit | Official, version: int, changes: dict[str, Any]) -> None:
    require_version(row, version)
    async with refusing(
        session,
        uq_unit_jurisdiction_id_name_folded=UnitNameTaken,
        uq_official_jurisdiction_id_unit_id_name_folded_post_folded=OfficialAlreadyListed,
    ):
        for name, value in changes.items():
            setattr(row, name, value)
