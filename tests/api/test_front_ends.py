from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Role
from tests.factories.identity import Caller, appoint, let_act_for, make_official, make_unit
from tests.places import Callers, Place

ITEM = {"kind": "instruction", "title": "示例事项", "source": "示例", "received_on": "2016-03-01"}
NOTICE = {"kind": "notice", "text": "请按要求办理。", "limit_on": "2199-12-31"}
REASON = {"reason": "示例理由"}


@pytest.fixture
async def security(callers: Callers, here: Place) -> tuple[Caller, Caller]:
    first, second = [await callers(here, "security_administrator", is_person=True) for _ in range(2)]
    return first, second


@pytest.fixture
async def official_id(session: AsyncSession, here: Place) -> UUID:
    official_id = await make_official(session, here.actor, await make_unit(session, here.actor))
    await appoint(session, official_id, Role.OFFICE)
    await appoint(session, official_id, Role.GROUP)
    await session.commit()
    return official_id


class TestNaming:
    async def test_nobody_is_acted_for_before_two_have_named_them_and_after_one_has_ended_it(
        self, callers: Callers, here: Place, elsewhere: Place, security: tuple[Caller, Caller], official_id: UUID
    ) -> None:
        first, second = security
        front_end = await callers(here, "office", may_act_for_officials=True)
        as_official = {"Ducha-On-Behalf-Of": str(official_id)}
        path, sent = f"/v1/clients/{front_end.client_id}/officials", {"official_id": str(official_id), "role": "office"}
        assert (await front_end.get("/v1/me", headers=as_official)).status_code == 403
        named = await first.post(path, json=sent)
        assert (named.status_code, named.json()["approved_at"]) == (201, None), named.text
        assert (await front_end.get("/v1/me", headers=as_official)).status_code == 403
        where = named.headers["Location"]
        alone = await first.post(f"{where}/approval")
        assert (alone.status_code, alone.json()["code"]) == (403, "another_person_needed")
        stranger = await callers(elsewhere, "security_administrator", is_person=True)
        assert (await stranger.get(where)).status_code == 404
        assert (await stranger.post(f"{where}/approval")).status_code == 404
        assert (await second.post(f"{where}/approval")).json()["approved_by"] == str(second.person)
        me = (await front_end.get("/v1/me", headers=as_official)).json()
        assert (me["official_id"], me["role"], me["proof"]) == (str(official_id), "office", "on_behalf")
        again = await second.post(path, json=sent)
        assert (again.status_code, again.json()["code"]) == (409, "official_already_named")
        tag = (await first.get(where)).headers["ETag"]
        ended = await first.post(f"{where}/ending", json=REASON, headers={"If-Match": tag})
        assert (ended.status_code, ended.json()["ended_by"]) == (200, str(first.person))
        assert (await front_end.get("/v1/me", headers=as_official)).status_code == 403
        assert (await first.get(path)).json()["data"] == [ended.json()]
        for verb, code in (("ending", "naming_is_over"), ("approval", "naming_not_waiting")):
            body = REASON if verb == "ending" else None
            late = await second.post(f"{where}/{verb}", json=body, headers={"If-Match": ended.headers["ETag"]})
            assert (late.status_code, late.json()["code"]) == (409, code)

    async def test_a_client_that_may_act_for_nobody_is_named_nobody(
        self, callers: Callers, here: Place, security: tuple[Caller, Caller], official_id: UUID
    ) -> None:
        client = await callers(here, "office", is_person=False)
        sent = {"official_id": str(official_id), "role": "office"}
        answer = await security[0].post(f"/v1/clients/{client.client_id}/officials", json=sent)
        assert (answer.status_code, answer.json()["code"]) == (409, "client_acts_for_nobody")


class TestRoles:
    async def test_only_a_role_that_is_named_and_held_is_taken(
        self, callers: Callers, here: Place, session: AsyncSession
    ) -> None:
        front_end = await callers(here, "office", may_act_for_officials=True)
        unit_id = await make_unit(session, here.actor)
        person, other = [await make_official(session, here.actor, unit_id) for _ in range(2)]
        as_person = await let_act_for(session, front_end, person, Role.OFFICE)
        # Held, but not named.
        await appoint(session, person, Role.GROUP)
        as_other = await let_act_for(session, front_end, other, Role.OFFICE)
        await session.commit()
        for role, status in ((Role.OFFICE, 200), (Role.GROUP, 403)):
            held = (await front_end.get("/v1/me", headers=as_person)).json()["appointments"]
            (appointment_id,) = [each["id"] for each in held if each["role"] == role]
            headers = {**as_person, "Ducha-Acting-As": appointment_id}
            assert (await front_end.get("/v1/me", headers=headers)).status_code == status
        assert (await front_end.get("/v1/me", headers=as_other)).status_code == 200
        administrator = await callers(here, "administrator")
        official = await administrator.get(f"/v1/officials/{other}")
        left = await administrator.patch(
            f"/v1/officials/{other}", json={"left_on": "2016-01-01"}, headers={"If-Match": official.headers["ETag"]}
        )
        assert left.status_code == 200, left.text
        assert (await front_end.get("/v1/me", headers=as_other)).status_code == 403

    async def test_a_stranger_is_refused_and_the_audit_names_both(
        self, callers: Callers, here: Place, elsewhere: Place, session: AsyncSession
    ) -> None:
        front_end = await callers(here, "administrator", may_act_for_officials=True)
        stranger = await callers(elsewhere, "administrator", may_act_for_officials=True)
        person = await make_official(session, here.actor, await make_unit(session, here.actor))
        headers = await let_act_for(session, front_end, person, Role.ADMINISTRATOR)
        await session.commit()
        assert (await stranger.get("/v1/me", headers=headers)).status_code == 403
        made = await front_end.post("/v1/units", json={"name": "民政局", "kind": "department"}, headers=headers)
        auditor = await callers(here, "auditor")
        (row,) = (await auditor.get("/v1/audit_events", params={"subject": made.json()["id"]})).json()["data"]
        assert (row["client_id"], row["official_id"]) == (str(front_end.client_id), str(person))


Step = tuple[Caller, dict[str, str]]


class TestOnePerson:
    """Whoever drafts a notice may not check it, whichever way they come."""

    @pytest.fixture
    async def ways(self, callers: Callers, here: Place, session: AsyncSession) -> dict[str, Step]:
        """Return the ways in: two front ends, each acting for one and for another official, and these themselves."""
        one, two = [await callers(here, "office", is_person=True) for _ in range(2)]
        ways: dict[str, Step] = {"one": (one, {}), "two": (two, {})}
        for name in ("first", "second"):
            front_end = await callers(here, "office", may_act_for_officials=True)
            ways[name] = front_end, {}
            for who, person in (("one", one), ("two", two)):
                assert person.official_id
                headers = await let_act_for(session, front_end, person.official_id, Role.OFFICE, is_appointed=True)
                ways[f"{name} for {who}"] = front_end, headers
        await session.commit()
        return ways

    @pytest.mark.parametrize(
        ("drafting", "checking", "is_one"),
        [
            ("first for one", "first for two", True),
            ("first for one", "second for one", True),
            ("first for one", "one", True),
            ("one", "first for one", True),
            ("one", "first for two", True),
            ("first", "first for one", True),
            ("first for one", "two", False),
            ("first for one", "second for two", True),
            ("one", "two", False),
        ],
    )
    async def test_a_front_end_is_one_with_all_for_whom_it_acts(
        self, ways: dict[str, Step], here: Place, session: AsyncSession, drafting: str, checking: str, *, is_one: bool
    ) -> None:
        unit_id = await make_unit(session, here.actor)
        await session.commit()
        item = await _post(ways["one"], "/v1/items", {**ITEM, "deadline_on": "2199-12-31"})
        sent = {**NOTICE, "unit_ids": [str(unit_id)]}
        drafted = await _post(ways[drafting], f"/v1/items/{item.json()['id']}/notices", sent)
        assert drafted.status_code == 201, drafted.text
        checked = await _post(ways[checking], f"/v1/notices/{drafted.json()['id']}/check")
        expected = (403, "notice_signed_by_drafter") if is_one else (200, None)
        assert (checked.status_code, checked.json().get("code")) == expected


async def _post(way: Step, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    caller, headers = way
    return await caller.post(path, json=body, headers=headers)
