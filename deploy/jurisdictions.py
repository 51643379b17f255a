from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter, make_engine, make_sessions
from supervision.identity import jurisdictions
from supervision.messaging import templates
from supervision.scoring import policy_adoption


@asynccontextmanager
async def owners_session(owner_url: str) -> AsyncIterator[AsyncSession]:
    """Open one transaction as the owner of the tables, in no jurisdiction; commit it at the end."""
    engine = make_engine(owner_url, pool_size=1)
    try:
        async with make_sessions(engine, "ducha_owner")() as session:
            await enter(session, None)
            yield session
            await session.commit()
    finally:
        await engine.dispose()


@dataclass(frozen=True, slots=True)
class Founded:
    actor: Actor
    administrator_key: str


async def found(session: AsyncSession, *, code: str, name: str, kind: str, policy_from: date) -> Founded:
    """Found a jurisdiction with its message templates, its scoring policy and an administrator's first key."""
    actor = await jurisdictions.found_jurisdiction(session, code=code, name=name, kind=kind)
    await templates.install_defaults(session, actor)
    await policy_adoption.adopt_policy(
        session, actor, effective_on=policy_from, adopted_by="日常工作督查组（默认解读）"
    )
    _, key = await jurisdictions.open_client(
        session,
        actor,
        name="系统管理",
        role=Role.ADMINISTRATOR,
        scopes=scopes_of(Role.ADMINISTRATOR),
        key_kind="live" if kind == "live" else "test",
    )
    return Founded(actor, key)
