from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import AnotherPersonNeeded
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import get_locked, require_version
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity import queries
from supervision.identity.front_ends.errors import (
    ClientActsForNobody,
    NamingIsOver,
    NamingNotWaiting,
    OfficialAlreadyNamed,
)
from supervision.identity.front_ends.naming_queries import get_client_official
from supervision.identity.models import ClientOfficial


async def name_official(session: AsyncSession, actor: Actor, client_id: UUID, *, official_id: UUID, role: Role) -> UUID:
    """Name an official for whom a front end is to act in a role, which waits for another's approval.

    Refuses a client that may act for nobody, who left, and who is named so already.
    """
    client = await queries.get_client(session, actor, client_id)
    if not client["may_act_for_officials"]:
        raise ClientActsForNobody
    await queries.require_officials_in_post(session, {official_id})
    facts = {"client_id": client_id, "official_id": official_id, "role": role}
    naming = ClientOfficial(**facts, proposed_by=actor.person, proposed_at=await clock.now(session))
    await insert_or_refuse(session, naming, uq_client_official=OfficialAlreadyNamed)
    await audit.record(session, actor, "client_official.named", naming.id, **facts)
    return naming.id


async def approve_naming(session: AsyncSession, actor: Actor, client_id: UUID, naming_id: UUID, version: int) -> None:
    """Approve that a front end acts for an official in a role; neither the proposer nor the official may."""
    naming = await _lock(session, client_id, naming_id)
    signed = signatures.sign(naming, version, await get_client_official(session, actor, client_id, naming_id))
    if naming.approved_at or naming.ended_at:
        raise NamingNotWaiting
    taken_by, step = {"name_client_official": naming.proposed_by}, CounterStep.APPROVE_CLIENT_OFFICIAL
    require_another(actor, step, taken_by, AnotherPersonNeeded, concerned=naming.official_id)
    naming.approved_by, naming.approved_at = actor.person, await clock.now(session)
    facts = {"client_id": client_id, "official_id": naming.official_id, "role": naming.role, "signed_sha256": signed}
    await audit.record(session, actor, "client_official.approved", naming_id, **facts)


async def end_naming(
    session: AsyncSession, actor: Actor, client_id: UUID, naming_id: UUID, version: int, *, reason: str
) -> None:
    """End at once that a front end acts for an official in a role, or that it waits to; it stays on record."""
    naming = await _lock(session, client_id, naming_id)
    require_version(naming, version)
    if naming.ended_at:
        raise NamingIsOver
    naming.ended_by, naming.ended_at = actor.person, await clock.now(session)
    facts = {"client_id": client_id, "official_id": naming.official_id, "reason": reason}
    await audit.record(session, actor, "client_official.ended", naming_id, **facts)


async def _lock(session: AsyncSession, client_id: UUID, naming_id: UUID) -> ClientOfficial:
    statement = select(ClientOfficial).where(ClientOfficial.id == naming_id, ClientOfficial.client_id == client_id)
    return await get_locked(session, statement)
