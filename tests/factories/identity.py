from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from api.router import scopes_of, signing_routes
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.identity import appointments, jurisdictions, service, sign_in_links
from supervision.identity.front_ends import named_officials
from supervision.identity.models import Appointment, Client, IdentityProvider, Unit
from tests.factories import identity_provider
from tests.factories.identity_provider import TestProvider

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


# Who appoints and links in the tests: two persons, of whom nothing else is known.
_GRANTER, _APPROVER = (
    Actor(UUID(int=0), Role.SECURITY_ADMINISTRATOR, official_id=UUID(int=number)) for number in (1, 2)
)
FRONT_END = "tests"
# Of what the caller may not read; it is for the step itself to refuse.
_UNREAD = '"0"'


def _is_signed(path: str) -> bool:
    return any(route.path_regex.match(path.partition("?")[0]) for route in signing_routes())


async def make_client(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts = {"name": f"示例接入方{next(_numbers)}", "role": "leader", "unit_id": None, **over}
    return await service.register_client(session, actor, **{"may_act_for_officials": False, **facts})


class Caller(httpx.AsyncClient):
    """An HTTP client of a person who has signed in, or with a key of its own, talking to the app in this process."""

    client_id: UUID
    official_id: UUID | None
    unit_id: UUID | None
    # Who answers for what the caller does.
    person: UUID
    key: str

    @classmethod
    async def make(cls, session: AsyncSession, app: DuchaApp, actor: Actor, role: str, **options: Any) -> "Caller":
        unit_id = options.pop("unit_id", None)
        if role == Role.UNIT and unit_id is None:
            unit_id = await make_unit(session, actor)
        # Where nothing else is said: people do the work, and machines keep units, officials and clients.
        if options.pop("is_person", not options and role not in {Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}):
            return await cls.signed_in(session, app, actor, Role(role), unit_id)
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
        caller.official_id, caller.person = None, client_id
        if role == Role.ADMINISTRATOR:
            await caller.hold_security_key(session, actor)
        return caller

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        """Read first what a step signs, as front ends do, unless a test says what was read (If-Match)."""
        path, headers = str(url), httpx.Headers(options.get("headers"))
        if method == "POST" and "If-Match" not in headers and _is_signed(path):
            read = await super().request("GET", path.rpartition("/")[0], headers=headers)
            headers["If-Match"] = read.headers.get("ETag", _UNREAD)
            options["headers"] = headers
        return await super().request(method, url, **options)

    async def hold_security_key(self, session: AsyncSession, actor: Actor) -> None:
        """Hold the other administrator's key as well, for clients and their keys: most tests need no second desk."""
        _, key = await jurisdictions.open_client(
            session,
            actor,
            name=f"示例安全管理{next(_numbers)}",
            role=Role.SECURITY_ADMINISTRATOR,
            scopes=scopes_of(Role.SECURITY_ADMINISTRATOR),
            key_kind="test",
        )

        async def choose(request: httpx.Request) -> None:
            is_own = request.headers.get("Authorization") == f"Bearer {self.key}"
            if is_own and request.url.path.startswith("/v1/clients"):
                request.headers["Authorization"] = f"Bearer {key}"

        self.event_hooks = {"request": [choose]}

    @classmethod
    async def signed_in(
        cls, session: AsyncSession, app: DuchaApp, actor: Actor, role: Role, unit_id: UUID | None
    ) -> "Caller":
        provider = identity_provider.of_this_process()
        own_unit_id = unit_id or await _unit_of_the_office(session, actor)
        official_id = await make_official(session, actor, own_unit_id, position="other", telephone=None)
        client_id, provider_id = await _front_end(session, actor, provider)
        subject = str(official_id)
        link_id, _ = await sign_in_links.link_official(
            session, _GRANTER, official_id, provider_id=provider_id, subject=subject
        )
        await sign_in_links.approve_link(session, _APPROVER, link_id, 1)
        await appoint(session, official_id, role, unit_id=unit_id if role is Role.UNIT else None)
        issuer = f"{provider.url}/{actor.jurisdiction_id}"
        # Signed in as late as this, a caller has a fresh sign-in to the end of a long run.
        end = int(clock.real_now().timestamp()) + 3000
        token = provider.token(subject, FRONT_END, iss=issuer, exp=end, auth_time=end)
        caller = cls(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://ducha.test",
            headers={"Authorization": f"Bearer {token}"},
        )
        caller.client_id, caller.unit_id, caller.key = client_id, unit_id, token
        caller.official_id = caller.person = official_id
        return caller


async def appoint(session: AsyncSession, official_id: UUID, role: Role, **over: Any) -> UUID:
    facts = {"unit_id": None, "since_on": None, "until_on": None, **over}
    appointment_id = await appointments.grant_role(session, _GRANTER, official_id=official_id, role=role, **facts)
    await session.flush()
    if facts["since_on"] is None:
        # Before whatever day a test lives in, which is further back than an office may go.
        ever = update(Appointment).where(Appointment.id == appointment_id).values(since_on=date(1900, 1, 1))
        await session.execute(ever)
    await appointments.approve_appointment(session, _APPROVER, appointment_id, 1)
    return appointment_id


async def let_act_for(
    session: AsyncSession,
    caller: Caller,
    official_id: UUID,
    role: Role,
    *,
    unit_id: UUID | None = None,
    is_appointed: bool = False,
) -> dict[str, str]:
    """Let a front end act for an official in a role, which the official is given; return what it sends to do so."""
    if not is_appointed:
        await appoint(session, official_id, role, unit_id=unit_id)
    naming_id = await named_officials.name_official(
        session, _GRANTER, caller.client_id, official_id=official_id, role=role
    )
    await session.flush()
    await named_officials.approve_naming(session, _APPROVER, caller.client_id, naming_id, 1)
    return {"Ducha-On-Behalf-Of": str(official_id)}


async def _unit_of_the_office(session: AsyncSession, actor: Actor) -> UUID:
    found = await session.scalar(select(Unit.id).where(Unit.name == "示例督查室"))
    return found or await make_unit(session, actor, name="示例督查室", kind="other")


async def _front_end(session: AsyncSession, actor: Actor, provider: TestProvider) -> tuple[UUID, UUID]:
    provider_id = await session.scalar(
        select(IdentityProvider.id).where(IdentityProvider.jwks_url == provider.jwks_url)
    )
    client_id = await session.scalar(select(Client.id).where(Client.token_client == FRONT_END))
    if provider_id and client_id:
        return client_id, provider_id
    provider_id = await identity_provider.trust(
        session, actor, provider, issuer=f"{provider.url}/{actor.jurisdiction_id}"
    )
    client_id = await service.register_client(
        session,
        actor,
        name="示例前端",
        role="office",
        unit_id=None,
        may_act_for_officials=False,
        token_client=FRONT_END,
    )
    return client_id, provider_id
