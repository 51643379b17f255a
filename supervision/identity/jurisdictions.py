import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation.actors import Actor, Role, system
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.texts import read_name
from supervision.identity import service
from supervision.identity.errors import JurisdictionExists, NotAJurisdictionCode
from supervision.identity.front_ends import client_keys
from supervision.identity.models import Jurisdiction

# It stands in the addresses of feeds.
_CODE = re.compile(r"[0-9A-Za-z_]{1,20}")


async def found_jurisdiction(session: AsyncSession, *, code: str, name: str, kind: str) -> Actor:
    """Found a jurisdiction and enter it; only the owner's session may.

    Refuses a code that exists or is none, and a blank name.
    """
    if not _CODE.fullmatch(code):
        raise NotAJurisdictionCode
    name = read_name(name)
    jurisdiction = Jurisdiction(id=new_id(), code=code, name=name, kind=kind)
    await insert_or_refuse(session, jurisdiction, uq_jurisdiction_code=JurisdictionExists)
    # From here on as any caller of the county: the owner sees the rows of all counties, and would mix them up.
    await enter(session, jurisdiction.id, role="ducha_api")
    actor = system(jurisdiction.id)
    await audit.record(session, actor, "jurisdiction.founded", jurisdiction.id, code=code, name=name, kind=kind)
    return actor


async def open_client(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    role: Role,
    scopes: frozenset[str],
    key_kind: str,
    unit_id: UUID | None = None,
    may_act_for_officials: bool = False,
) -> tuple[UUID, str]:
    """Register a client on the server itself, with a key that nobody else approves and whose text is returned once."""
    client_id = await service.register_client(
        session, actor, name=name, role=role, unit_id=unit_id, may_act_for_officials=may_act_for_officials
    )
    key_id, key = await client_keys.issue_key(
        session, actor, client_id, kind=key_kind, scopes=sorted(scopes), allowed=scopes
    )
    await client_keys.approve_on_server(session, actor, client_id, key_id)
    return client_id, key
