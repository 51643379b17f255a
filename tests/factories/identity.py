from itertools import count
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.identity import jurisdictions, service

_numbers = count(1)


async def make_jurisdiction(session: AsyncSession, *, code: str = "330326", kind: str = "test") -> Actor:
    return await jurisdictions.found_jurisdiction(session, code=code, name=f"示例县{code}", kind=kind)


async def make_unit(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts = {"name": f"示例单位{next(_numbers)}", "kind": "department", **over}
    return await service.register_unit(session, actor, **facts)


async def make_official(session: AsyncSession, actor: Actor, unit_id: UUID, **over: Any) -> UUID:
    number = next(_numbers)
    facts = {
        "name": f"示例人员{number}",
        "post": "示例职务",
        "position": "handler",
        "leadership_level": "none",
        "telephone": f"1999999{number % 10_000:04d}",
        **over,
    }
    return await service.register_official(session, actor, unit_id=unit_id, **facts)


async def make_client(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts = {"name": f"示例接入方{next(_numbers)}", "role": "leader", "unit_id": None, **over}
    return await service.register_client(session, actor, may_act_for_officials=False, **facts)


class Caller(httpx.AsyncClient):
    """An HTTP client with a key of its own, talking to the app in this process."""

    client_id: UUID
    unit_id: UUID | None
    key: str

    @classmethod
    async def make(cls, session: AsyncSession, app: DuchaApp, actor: Actor, role: str, **options: Any) -> "Caller":
        unit_id = options.pop("unit_id", None)
        if role == Role.UNIT and unit_id is None:
            unit_id = await make_unit(session, actor)
        client_id, key = await jurisdictions.open_client(
            session,
            actor,
            name=f"示例接入方{next(_numbers)}",
            role=Role(role),
            scopes=options.pop("scopes", scopes_of(Role(role))),
            key_kind=options.pop("key_kind", "test"),
            unit_id=unit_id,
            **options,
        )
        caller = cls(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://ducha.test",
            headers={"Authorization": f"Bearer {key}"},
        )
        caller.client_id, caller.unit_id, caller.key = client_id, unit_id, key
        return caller
