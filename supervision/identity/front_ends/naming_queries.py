from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.identity.models import ClientOfficial
from supervision.identity.queries import get_client

_COLUMNS = tuple(column for column in ClientOfficial.__table__.c if column.name != "jurisdiction_id")


async def list_client_officials(
    session: AsyncSession, actor: Actor, client_id: UUID, request: PageRequest[UUID]
) -> Page:
    await get_client(session, actor, client_id)
    statement: Rows = select(*_COLUMNS).where(ClientOfficial.client_id == client_id)
    return await page(session, statement, request, identity=ClientOfficial.id)


async def get_client_official(session: AsyncSession, _actor: Actor, client_id: UUID, naming_id: UUID) -> Row:
    statement = select(*_COLUMNS).where(ClientOfficial.id == naming_id, ClientOfficial.client_id == client_id)
    return or_not_found(await fetch_one(session, statement))
