from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import Sessions, enter
from supervision.identity import appointments, service, sign_in_links
from tests.factories.identity import appoint, make_official, make_unit
from tests.factories.identity_provider import TestProvider, running_provider, trust
from tests.places import Place

FRONT_END = "office-front-end"


@dataclass
class SignedIn:
    """An official who can sign in: an HTTP client that sends whatever token is wanted."""

    provider: TestProvider
    http: httpx.AsyncClient
    official_id: UUID
    unit_id: UUID
    subject: str

    async def get(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        bearer = token or self.provider.token(self.subject, FRONT_END)
        return await self.http.get(path, headers={"Authorization": f"Bearer {bearer}", **headers})


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with running_provider() as made:
        yield made


def person(number: int) -> Actor:
    return Actor(UUID(int=0), Role.SECURITY_ADMINISTRATOR, official_id=UUID(int=number))


@pytest.fixture
async def made(sessions: Sessions, app: DuchaApp, here: Place, provider: TestProvider) -> AsyncIterator[SignedIn]:
    async with sessions() as opened:
        await enter(opened, here.actor.jurisdiction_id)
        unit_id = await make_unit(opened, here.actor, name="示例督查室")
        official_id = await make_official(opened, here.actor, unit_id)
        provider_id = await trust(opened, here.actor, provider)
        await service.register_client(
            opened,
            here.actor,
            name="示例督查室前端",
            role="office",
            unit_id=None,
            may_act_for_officials=False,
            token_client=FRONT_END,
        )
        link_id, _ = await sign_in_links.link_official(
            opened, person(1), official_id, provider_id=provider_id, subject="zhang"
        )
        await sign_in_links.approve_link(opened, person(2), link_id, 1)
        await appoint(opened, official_id, Role.OFFICE)
        await opened.commit()
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://d.test")
    async with http:
        yield SignedIn(provider, http, official_id, unit_id, "zhang")


async def test_a_person_signs_in_and_is_told_who_they_are(made: SignedIn) -> None:
    answer = await made.get("/v1/me")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["official_id"], told["role"], told["proof"]) == (str(made.official_id), "office", "token")
    (held,) = told["appointments"]
    assert held["role"] == "office"
    assert "register_item" in held["operations"]
    assert "grant_role" not in held["operations"]


def known_of(app: DuchaApp) -> list[Any]:
    return list(app.state.signing_keys._known.values())  # noqa: SLF001 - a test that cannot wait for a day


def key_of_another() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


WRONG: dict[str, Any] = {
    "of a subject who is not linked": {"sub": "stranger"},
    "of a front end that is not registered": {"client_id": "other-front-end"},
    "for another audience": {"aud": "elsewhere"},
    "without an audience": {"aud": None},
    "without a client": {"client_id": None},
    "that is over": {"iat": -4000, "exp": -60},
    "that lives too long": {"exp": 7200},
    "that lasts for ever": {"exp": None},
    "that is not valid yet": {"nbf": 600},
    "issued in the future": {"iat": 600, "exp": 900},
    "of an issuer whom nobody knows": {"iss": "https://elsewhere.test"},
    "without a subject": {"sub": None},
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_token_that_is_wrong_is_refused_without_a_reason(made: SignedIn, case: str) -> None:
    now = int(clock.real_now().timestamp())
    over = {
        name: now + value if name in {"iat", "exp", "nbf"} and value is not None else value
        for name, value in WRONG[case].items()
    }
    subject, client = over.pop("sub", "zhang"), over.pop("client_id", FRONT_END)
    answer = await made.get("/v1/me", made.provider.token(subject, client, **over))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_a_token_is_believed_for_its_signature_alone(made: SignedIn) -> None:
    claims = made.provider.claims("zhang", FRONT_END)
    public = made.provider.keys["first"].public_key()
    as_secret = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    forged = [
        made.provider.sign(claims, key=key_of_another()),
        jwt.encode(claims, as_secret, "HS256", {"kid": "first", "typ": "at+jwt"}),
        jwt.encode(claims, "", "none", {"kid": "first", "typ": "at+jwt"}),
        made.provider.sign(claims, headers={"kid": "unknown"}),
        made.provider.sign(claims, headers={"typ": "JWT"}),
        made.provider.token("zhang", FRONT_END)[:-4] + "AAAA",
        made.provider.token("zhang", FRONT_END, padding="x" * 9000),
        "eyJ.eyJ.x",
    ]
    answers = [await made.get("/v1/me", token) for token in forged]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "invalid_token")] * 8
    assert (await made.get("/v1/me")).status_code == 200


async def test_keys_are_asked_for_once_and_again_when_one_is_unknown(made: SignedIn, app: DuchaApp) -> None:
    for _ in range(3):
        assert (await made.get("/v1/me")).status_code == 200
    assert made.provider.fetches == 1
    made.provider.rotate("second")
    assert (await made.get("/v1/me")).status_code == 401, "within a minute nobody is asked again"
    assert made.provider.fetches == 1
    for known in known_of(app):
        known.tried_at -= 61
    assert (await made.get("/v1/me")).status_code == 200
    assert made.provider.fetches == 2


async def test_the_last_keys_serve_while_the_provider_is_away_but_not_for_ever(made: SignedIn, app: DuchaApp) -> None:
    assert (await made.get("/v1/me")).status_code == 200
    made.provider.is_away = True
    (known,) = known_of(app)
    known.fetched_at -= 23 * 3600
    known.tried_at -= 3600
    assert (await made.get("/v1/me")).status_code == 200
    assert made.provider.fetches == 2
    known.fetched_at -= 2 * 3600
    assert (await made.get("/v1/me")).status_code == 401


async def test_who_leaves_or_loses_the_role_is_out_at_once(made: SignedIn, session: AsyncSession) -> None:
    assert (await made.get("/v1/items")).status_code == 200
    (held,) = (await made.get("/v1/me")).json()["appointments"]
    await appointments.end_appointment(session, person(1), UUID(held["id"]), 2, reason="示例")
    await session.commit()
    answer = await made.get("/v1/items")
    assert (answer.status_code, answer.json()["code"]) == (403, "no_appointment")
    await appoint(session, made.official_id, Role.OFFICE)
    await session.commit()
    assert (await made.get("/v1/items")).status_code == 200
    await service.depart_official(session, person(1), made.official_id, on=await clock.today(session), reason="示例")
    await session.commit()
    answer = await made.get("/v1/items")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_an_appointment_counts_from_its_first_day_to_its_last(made: SignedIn, session: AsyncSession) -> None:
    today = await clock.today(session)
    await session.execute(text("UPDATE appointment SET since_on = :day"), {"day": today + timedelta(days=1)})
    await session.commit()
    assert (await made.get("/v1/items")).status_code == 403
    statement = text("UPDATE appointment SET since_on = :day, until_on = :day")
    await session.execute(statement, {"day": today})
    await session.commit()
    assert (await made.get("/v1/items")).status_code == 200
    await session.execute(statement, {"day": today - timedelta(days=1)})
    await session.commit()
    assert (await made.get("/v1/items")).status_code == 403


async def test_of_several_units_the_person_names_one(made: SignedIn, session: AsyncSession, here: Place) -> None:
    first, second = [await make_unit(session, here.actor) for _ in range(2)]
    ids = [await appoint(session, made.official_id, Role.UNIT, unit_id=each) for each in (first, second)]
    await session.commit()
    assert (await made.get("/v1/me")).json()["role"] == "office"
    paths = {"Ducha-Acting-As": str(ids[1])}
    told = (await made.get("/v1/me", **paths)).json()
    assert (told["role"], told["unit_id"]) == ("unit", str(second))
    strange = (await made.get("/v1/me", **{"Ducha-Acting-As": str(UUID(int=7))})).json()
    assert strange["code"] == "forbidden"


async def test_another_countys_provider_opens_no_door_here(
    made: SignedIn, sessions: Sessions, elsewhere: Place, provider: TestProvider
) -> None:
    with running_provider() as other:
        async with sessions() as opened:
            await enter(opened, elsewhere.actor.jurisdiction_id)
            await trust(opened, elsewhere.actor, other)
            await opened.commit()
        answer = await made.get("/v1/me", other.token("zhang", FRONT_END))
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
        forged = other.sign({**other.claims("zhang", FRONT_END), "iss": provider.url})
        assert (await made.get("/v1/me", forged)).status_code == 401
