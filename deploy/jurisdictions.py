from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter, make_engine, make_sessions
from supervision.identity import appointments, jurisdictions, providers, service, sign_in_links
from supervision.identity.models import LeadershipLevel, Position, UnitKind
from supervision.identity.providers import NewProvider
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


# The unit of those who keep the system, and the two who keep its security: of everything that matters one proposes and
# the other approves.
KEEPERS = "系统运维（示例名称，可改）"
SECURITY = ("安全管理员甲", "安全管理员乙")


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Where the county's people sign in, and what that provider calls the front end through which they do."""

    provider: NewProvider
    front_end: str


@dataclass(frozen=True, slots=True)
class Founded:
    """A new jurisdiction, with what is shown once: its first key, and an invitation for each security administrator."""

    actor: Actor
    administrator_key: str
    invitations: dict[str, str]


async def found(
    session: AsyncSession, *, code: str, name: str, kind: str, policy_from: date, signing_in: SigningIn | None = None
) -> Founded:
    """Found a jurisdiction with its message templates, its scoring policy and its first administrators.

    These are a key of the system's administrator, and two persons for security, who sign in with an invitation each
    where it is known already how people sign in.
    """
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
    invitations = await _found_security(session, actor, signing_in, policy_from)
    return Founded(actor, key, invitations)


async def let_sign_in(session: AsyncSession, actor: Actor, signing_in: SigningIn) -> UUID:
    """Trust an identity provider, and register the front end through which people sign in there."""
    await service.register_client(
        session,
        actor,
        name=f"登录前端 {signing_in.front_end}",
        role=Role.OFFICE,
        unit_id=None,
        may_act_for_officials=False,
        token_client=signing_in.front_end,
    )
    return await providers.add_provider(session, actor, signing_in.provider)


async def _found_security(
    session: AsyncSession, actor: Actor, signing_in: SigningIn | None, since_on: date
) -> dict[str, str]:
    unit_id = await service.register_unit(session, actor, name=KEEPERS, kind=UnitKind.OTHER)
    provider_id = None if signing_in is None else await let_sign_in(session, actor, signing_in)
    invitations = {}
    for name in SECURITY:
        official_id = await service.register_official(
            session,
            actor,
            unit_id=unit_id,
            name=name,
            post="安全管理员",
            position=Position.OTHER,
            leadership_level=LeadershipLevel.NONE,
            telephone=None,
        )
        await appointments.appoint_first(session, actor, official_id, Role.SECURITY_ADMINISTRATOR, since_on=since_on)
        if provider_id is not None:
            invitations[name] = await invite(session, actor, official_id, provider_id)
    return invitations


async def invite(session: AsyncSession, actor: Actor, official_id: UUID, provider_id: UUID) -> str:
    """Make an invitation on the server, which no second administrator has to approve; the audit record says so."""
    _, code = await sign_in_links.link_official(session, actor, official_id, provider_id=provider_id, subject=None)
    return code or ""
