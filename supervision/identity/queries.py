from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.foundation.texts import fold
from supervision.identity import policy
from supervision.identity.errors import UnknownOfficial, UnknownUnit
from supervision.identity.models import Client, ClientKey, Jurisdiction, Official, Unit

UNIT_COLUMNS = (Unit.id, Unit.name, Unit.kind, Unit.version)
OFFICIAL_COLUMNS = (
    Official.id,
    Official.unit_id,
    Official.name,
    Official.post,
    Official.position,
    Official.leadership_level,
    Official.telephone_masked.label("telephone"),
    Official.left_on,
    Official.version,
)
CLIENT_COLUMNS = (
    Client.id,
    Client.name,
    Client.role,
    Client.unit_id,
    Client.may_act_for_officials,
    Client.token_client,
    Client.created_at,
    Client.disabled_at,
    Client.version,
)
KEY_COLUMNS = (
    ClientKey.id,
    ClientKey.client_id,
    ClientKey.kind,
    ClientKey.lookup.label("prefix"),
    ClientKey.scopes,
    ClientKey.issued_by,
    ClientKey.created_at,
    ClientKey.approved_by,
    ClientKey.approved_at,
    ClientKey.expires_at,
    ClientKey.revoked_at,
    ClientKey.version,
)


async def get_jurisdiction(session: AsyncSession, code: str) -> Row:
    statement = select(Jurisdiction.id, Jurisdiction.code, Jurisdiction.name, Jurisdiction.kind)
    return or_not_found(await fetch_one(session, statement.where(Jurisdiction.code == code)))


async def list_jurisdictions(session: AsyncSession) -> list[UUID]:
    return [row["id"] for row in await fetch(session, select(Jurisdiction.id).order_by(Jurisdiction.id))]


async def get_own_jurisdiction(session: AsyncSession, actor: Actor) -> Row:
    statement = select(Jurisdiction.id, Jurisdiction.code, Jurisdiction.name, Jurisdiction.kind)
    (own,) = await fetch(session, statement.where(Jurisdiction.id == actor.jurisdiction_id))
    return own


async def list_units(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, kind: str | None = None, name: str | None = None
) -> Page:
    statement: Rows = select(*UNIT_COLUMNS).where(policy.units_visible_to(actor))
    statement = where_given(statement, {Unit.kind: kind})
    if name is not None:
        statement = statement.where(Unit.name_folded == fold(name))
    return await page(session, statement, request, identity=Unit.id)


async def get_unit(session: AsyncSession, actor: Actor, unit_id: UUID) -> Row:
    statement = select(*UNIT_COLUMNS).where(Unit.id == unit_id, policy.units_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def list_officials(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    telephone_indexes: Sequence[bytes] | None = None,
) -> Page:
    statement: Rows = select(*OFFICIAL_COLUMNS).where(policy.officials_visible_to(actor))
    statement = where_given(statement, {Official.unit_id: unit_id})
    if telephone_indexes is not None:
        statement = statement.where(or_(*(Official.telephone_index == index for index in telephone_indexes)))
    return await page(session, statement, request, identity=Official.id)


async def get_official(session: AsyncSession, actor: Actor, official_id: UUID) -> Row:
    statement = select(*OFFICIAL_COLUMNS).where(Official.id == official_id, policy.officials_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def list_clients(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    return await page(session, select(*CLIENT_COLUMNS), request, identity=Client.id)


async def get_client(session: AsyncSession, _actor: Actor, client_id: UUID) -> Row:
    statement = select(*CLIENT_COLUMNS).where(Client.id == client_id)
    return or_not_found(await fetch_one(session, statement))


async def list_client_keys(session: AsyncSession, actor: Actor, client_id: UUID) -> list[Row]:
    await get_client(session, actor, client_id)
    statement = select(*KEY_COLUMNS).where(ClientKey.client_id == client_id).order_by(ClientKey.id)
    return await fetch(session, statement)


async def get_client_key(session: AsyncSession, _actor: Actor, client_id: UUID, key_id: UUID) -> Row:
    statement = select(*KEY_COLUMNS).where(ClientKey.client_id == client_id, ClientKey.id == key_id)
    return or_not_found(await fetch_one(session, statement))


async def require_units(session: AsyncSession, unit_ids: set[UUID]) -> None:
    """Refuse ids of which one is no unit of the jurisdiction."""
    found = await session.scalars(select(Unit.id).where(Unit.id.in_(unit_ids)))
    if set(found) != unit_ids:
        raise UnknownUnit


async def require_officials_in_post(session: AsyncSession, official_ids: set[UUID]) -> None:
    """Refuse ids of which one is no official of the jurisdiction who is still in post."""
    found = await session.scalars(select(Official.id).where(Official.id.in_(official_ids), Official.left_on.is_(None)))
    if set(found) != official_ids:
        raise UnknownOfficial
