"""Eight people of a county sign in, and no two steps that check each other can be taken by one of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import anyio
import httpx
import pytest

from deploy.demo.desk import Desk, FellShort
from deploy.demo.people import FRONT_END, People
from deploy.identity_provider import set_claims, sign_in, start_provider, trial_provider
from deploy.jurisdictions import Founded, SigningIn, found, owners_session
from deploy.processes import free_port
from deploy.stack import Stack
from supervision.foundation import clock

CODE = "330326"


@dataclass
class County:
    """A running installation in which eight people have signed in."""

    base_url: str
    issuer: str
    people: People
    founded: Founded
    administrator: Desk
    desks: dict[str, Desk]
    officials: dict[str, str]
    unit_id: str

    def refused(self, who: str, path: str, body: Any = None, *, version: int | None = None) -> str:
        """Take a step that must be refused, and return the refusal's code."""
        with pytest.raises(FellShort) as refusal:
            self.desks[who].post(path, body, version=version)
        return str(refusal.value)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    stack = Stack(tmp_path_factory.mktemp("people"), settings={"DUCHA_REQUESTS_PER_MINUTE": "1000000"})
    with ExitStack() as opened:
        servers = opened.enter_context(pytest.MonkeyPatch.context())
        servers.delenv("DUCHA_DATABASE_URL")
        servers.delenv("DUCHA_REDIS_URL")
        # Servers of its own: the passwords of the roles are those of a whole cluster.
        opened.enter_context(stack)
        base_url = stack.start_api()
        issuer = start_provider(stack, free_port())
        yield _people_of(opened, stack, base_url, issuer)


def _people_of(opened: ExitStack, stack: Stack, base_url: str, issuer: str) -> County:
    founded = anyio.run(_found, stack, issuer)
    administrator = opened.enter_context(Desk(base_url, founded.administrator_key))
    people = People(base_url, issuer)
    people.begin(founded.invitations)
    unit_id = administrator.post("/v1/units", {"name": "示例甲局", "kind": "department"})["id"]
    office_id = administrator.post("/v1/units", {"name": "示例督查室", "kind": "other"})["id"]
    officials, desks = {}, {"first": people.first, "second": people.second}
    for name, role, unit in (
        ("clerk", "office", office_id),
        ("head", "office", office_id),
        ("group", "group", office_id),
        ("deputy", "group", office_id),
        ("leader", "leader", office_id),
        ("officer", "unit", unit_id),
    ):
        facts = {"name": f"示例{name}", "post": "工作人员", "position": "other", "leadership_level": "none"}
        official = administrator.post("/v1/officials", {"unit_id": unit, **facts})
        more = {"unit_id": unit} if role == "unit" else {}
        officials[name], desks[name] = official["id"], people.desk_of(official["id"], role, **more)
    for desk in desks.values():
        opened.callback(desk.__exit__)
    return County(base_url, issuer, people, founded, administrator, desks, officials, unit_id)


async def _found(stack: Stack, issuer: str) -> Founded:
    async with owners_session(stack.urls.owner) as session:
        return await found(
            session,
            code=CODE,
            name="示例县",
            kind="test",
            policy_from=date(2016, 1, 1),
            signing_in=SigningIn(trial_provider(issuer), FRONT_END),
        )


def test_everybody_is_told_who_they_are_and_what_they_may(county: County) -> None:
    told = {name: desk.get("/v1/me") for name, desk in county.desks.items()}
    assert {name: me["role"] for name, me in told.items()} == {
        "first": "security_administrator",
        "second": "security_administrator",
        "clerk": "office",
        "head": "office",
        "group": "group",
        "deputy": "group",
        "leader": "leader",
        "officer": "unit",
    }
    assert told["officer"]["unit_id"] == county.unit_id
    assert {me["proof"] for me in told.values()} == {"token"}
    (held,) = told["group"]["appointments"]
    assert "confirm_deduction" in held["operations"]
    assert "propose_deduction" not in held["operations"]


def test_a_deduction_takes_four_people(county: County) -> None:
    proposed = county.desks["clerk"].post("/v1/deductions", deduction(county, "示例会议迟到"))
    path = f"/v1/deductions/{proposed['id']}"
    # Not by the proposer, whatever role; by a key never; by one of the group.
    assert "403" in county.refused("clerk", f"{path}/confirmation")
    with httpx.Client(base_url=county.base_url, trust_env=False) as machine:
        headers = {"Authorization": f"Bearer {key_of(county, 'group')}"}
        answer = machine.post(f"{path}/confirmation", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")
    county.desks["group"].sign(f"{path}/confirmation")
    county.desks["officer"].post(f"{path}/dispute", {"grounds": "当日已补报"})
    verdict = {"verdict": "upheld", "reason": "经复核，事实清楚"}
    read = county.desks["group"].get(path)["version"]
    assert "403" in county.refused("group", f"{path}/ruling", verdict, version=read)
    ruled = county.desks["deputy"].sign(f"{path}/ruling", verdict)
    assert ruled["state"] == "upheld"


def test_what_matters_most_asks_for_a_fresh_sign_in(county: County) -> None:
    proposed = county.desks["clerk"].post("/v1/deductions", deduction(county, "示例会议缺席"))
    group = county.officials["group"]
    set_claims(county.issuer, group, amr=["pwd"])
    weak = sign_in(county.issuer, group, client_id=FRONT_END)
    with httpx.Client(base_url=county.base_url, trust_env=False) as front_end:
        path = f"/v1/deductions/{proposed['id']}/confirmation"
        answer = front_end.post(path, headers={"Authorization": f"Bearer {weak}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "insufficient_user_authentication")
        assert 'max_age="900"' in answer.headers["WWW-Authenticate"]
        # Reading asks for no more than before.
        assert front_end.get("/v1/deductions", headers={"Authorization": f"Bearer {weak}"}).status_code == 200
        set_claims(county.issuer, group, amr=["pwd", "mfa"])
        strong = sign_in(county.issuer, group, client_id=FRONT_END)
        headers = {"Authorization": f"Bearer {strong}", "If-Match": f'"{proposed["version"]}"'}
        assert front_end.post(path, headers=headers).status_code == 200


def test_who_loses_the_role_is_out_though_the_token_is_good(county: County) -> None:
    facts = {"name": "示例借调人员", "post": "工作人员", "position": "other", "leadership_level": "none"}
    official = county.administrator.post("/v1/officials", {"unit_id": county.unit_id, **facts})
    with county.people.desk_of(official["id"], "leader") as desk:
        _lose_the_role(county, desk)


def _lose_the_role(county: County, desk: Desk) -> None:
    (held,) = desk.get("/v1/me")["appointments"]
    desk.get("/v1/items")
    row = county.people.first.get(f"/v1/appointments/{held['id']}")
    county.people.first.post(f"/v1/appointments/{held['id']}/ending", {"reason": "岗位调整"}, version=row["version"])
    with pytest.raises(FellShort, match="no_appointment"):
        desk.get("/v1/items")


def test_nobody_gives_a_role_alone(county: County) -> None:
    sent = {"official_id": county.officials["clerk"], "role": "publisher"}
    granted = county.people.first.post("/v1/appointments", sent)
    path = f"/v1/appointments/{granted['id']}/approval"
    assert "another_person_needed" in county.refused("first", path, version=granted["version"])
    assert "403" in county.refused("head", path, version=granted["version"])
    county.people.second.post(path, version=granted["version"])
    roles = {each["role"] for each in county.desks["clerk"].get("/v1/me")["appointments"]}
    assert roles == {"office", "publisher"}


def deduction(county: County, event: str) -> dict[str, Any]:
    yesterday = (clock.real_now() - timedelta(days=1)).astimezone(clock.SHANGHAI).date()
    return {
        "unit_id": county.unit_id,
        "rule_code": "meeting_criticism",
        "fact_on": yesterday.isoformat(),
        "reason": event,
        "event": event,
    }


def key_of(county: County, role: str) -> str:
    client = county.people.first.post("/v1/clients", {"name": f"示例接口 {role}", "role": role})
    path = f"/v1/clients/{client['id']}/keys"
    issued = county.people.first.post(path, {"kind": "test"})
    county.people.second.post(f"{path}/{issued['id']}/approval", version=issued["version"])
    return str(issued["key"])
