from typing import Any

import httpx
import pytest
from sqlalchemy import update

from supervision.foundation.database import Sessions, enter
from supervision.foundation.ids import new_id
from supervision.identity.models import Official
from tests.factories import identity_provider
from tests.factories.identity import Caller, make_official, make_unit
from tests.places import Callers, Place

LEADER = {"role": "leader", "since_on": "2016-01-01"}


async def an_official(sessions: Sessions, place: Place) -> tuple[str, str]:
    async with sessions() as opened:
        await enter(opened, place.actor.jurisdiction_id)
        unit_id = await make_unit(opened, place.actor)
        official_id = await make_official(opened, place.actor, unit_id)
        await opened.commit()
    return str(official_id), str(unit_id)


async def decide(caller: Caller, row: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
    kind = "appointments" if "role" in row else "sign_in_links"
    headers = {"If-Match": f'"{row["version"]}"'}
    return await caller.post(f"/v1/{kind}/{row['id']}/{verb}", json=body or None, headers=headers)


class TestAppointments:
    async def test_one_grants_and_another_approves(self, callers: Callers, here: Place, sessions: Sessions) -> None:
        first, second = [await callers(here, "security_administrator", is_person=True) for _ in range(2)]
        official_id, _ = await an_official(sessions, here)
        made = await first.post("/v1/appointments", json={"official_id": official_id, **LEADER})
        assert (made.status_code, made.json()["state"]) == (201, "granted"), made.text
        assert (await first.get(made.headers["Location"])).json() == made.json()
        own = await decide(first, made.json(), "approval")
        assert (own.status_code, own.json()["code"]) == (403, "another_person_needed")
        approved = await decide(second, made.json(), "approval")
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")
        again = await decide(second, approved.json(), "refusal", reason="示例")
        assert (again.status_code, again.json()["code"]) == (409, "appointment_not_waiting")
        ended = await decide(first, approved.json(), "ending", reason="岗位调整")
        assert (ended.json()["state"], ended.json()["ended_by"]) == ("ended", str(first.official_id))
        assert (await decide(first, ended.json(), "ending", reason="示例")).json()["code"] == "already_ended"
        auditor = await callers(here, "auditor")
        rows = (await auditor.get("/v1/audit_events", params={"subject": made.json()["id"]})).json()["data"]
        assert {row["verb"] for row in rows} == {"role.granted", "role.approved", "role.ended"}

    async def test_nobody_approves_a_role_of_their_own(self, callers: Callers, here: Place) -> None:
        first, second, third = [await callers(here, "security_administrator", is_person=True) for _ in range(3)]
        (held,) = (await first.get("/v1/appointments", params={"official": str(third.official_id)})).json()["data"]
        ended = await decide(first, held, "ending", reason="示例")
        assert ended.status_code == 200
        sent = {"official_id": str(third.official_id), "role": "security_administrator"}
        made = (await first.post("/v1/appointments", json=sent)).json()
        assert (await decide(third, made, "approval")).json()["code"] == "no_appointment"
        assert (await decide(second, made, "approval")).status_code == 200

    @pytest.mark.parametrize("exclusive", ["administrator", "security_administrator", "auditor"])
    async def test_who_keeps_the_system_has_no_other_role(
        self, callers: Callers, here: Place, sessions: Sessions, exclusive: str
    ) -> None:
        first = await callers(here, "security_administrator", is_person=True)
        official_id, unit_id = await an_official(sessions, here)
        sent = {"official_id": official_id, "role": exclusive}
        assert (await first.post("/v1/appointments", json=sent)).status_code == 201
        for role in ("office", "unit", "auditor" if exclusive != "auditor" else "administrator"):
            more = {"unit_id": unit_id} if role == "unit" else {}
            answer = await first.post("/v1/appointments", json={"official_id": official_id, "role": role, **more})
            assert (answer.status_code, answer.json()["code"]) == (409, "roles_exclude_each_other")

    async def test_business_roles_may_stand_side_by_side_but_each_once(
        self, callers: Callers, here: Place, sessions: Sessions
    ) -> None:
        first = await callers(here, "security_administrator", is_person=True)
        official_id, unit_id = await an_official(sessions, here)
        sent = [{"role": "office"}, {"role": "publisher"}, {"role": "unit", "unit_id": unit_id}]
        for each in sent:
            answer = await first.post("/v1/appointments", json={"official_id": official_id, **each})
            assert answer.status_code == 201
            again = await first.post("/v1/appointments", json={"official_id": official_id, **each})
            assert (again.status_code, again.json()["code"]) == (409, "appointment_exists")

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"role": "unit"}, "appointment_needs_unit"),
            ({"role": "office", "unit_id": "own"}, "appointment_needs_unit"),
            ({"since_on": "2016-02-01", "until_on": "2016-01-31"}, "appointment_days_reversed"),
            ({"official_id": str(new_id())}, "unknown_official"),
            ({"role": "unit", "unit_id": str(new_id())}, "unknown_unit"),
        ],
    )
    async def test_what_cannot_be_right_is_refused(
        self, callers: Callers, here: Place, sessions: Sessions, over: dict[str, Any], code: str
    ) -> None:
        first = await callers(here, "security_administrator", is_person=True)
        official_id, unit_id = await an_official(sessions, here)
        sent = {"official_id": official_id, **LEADER, **over}
        sent = {name: unit_id if value == "own" else value for name, value in sent.items()}
        answer = await first.post("/v1/appointments", json=sent)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_other_counties_and_other_roles_are_kept_out(
        self, callers: Callers, here: Place, elsewhere: Place, sessions: Sessions
    ) -> None:
        first, stranger = [
            await callers(place, "security_administrator", is_person=True) for place in (here, elsewhere)
        ]
        official_id, _ = await an_official(sessions, here)
        sent = {"official_id": official_id, **LEADER}
        assert (await stranger.post("/v1/appointments", json=sent)).json()["code"] == "unknown_official"
        made = (await first.post("/v1/appointments", json=sent)).json()
        assert (await stranger.get(f"/v1/appointments/{made['id']}")).status_code == 404
        assert (await decide(stranger, made, "approval")).status_code == 404
        office = await callers(here, "office")
        assert (await office.get("/v1/appointments")).status_code == 403
        listed = (await stranger.get("/v1/appointments", params={"official": official_id})).json()["data"]
        assert listed == []


class TestSignInLinks:
    async def test_an_account_is_linked_by_one_and_approved_by_another(
        self, callers: Callers, here: Place, sessions: Sessions
    ) -> None:
        first, second = [await callers(here, "security_administrator", is_person=True) for _ in range(2)]
        official_id, _ = await an_official(sessions, here)
        (provider,) = (await first.get("/v1/identity_providers")).json()["data"]
        sent = {"provider_id": provider["id"], "subject": "account-7"}
        path = f"/v1/officials/{official_id}/sign_in_links"
        made = await first.post(path, json=sent)
        assert (made.status_code, made.json()["code"], made.json()["approved_at"]) == (201, None, None)
        assert (await first.post(path, json=sent)).json()["code"] == "already_linked"
        assert (await decide(first, made.json(), "approval")).json()["code"] == "another_person_needed"
        approved = await decide(second, made.json(), "approval")
        assert approved.json()["approved_by"] == str(second.official_id)
        ended = await decide(first, approved.json(), "ending", reason="更换账号")
        assert ended.json()["ended_at"]
        assert (await first.post(path, json=sent)).status_code == 201
        listed = (await first.get("/v1/sign_in_links", params={"official": official_id})).json()["data"]
        assert len(listed) == 2

    async def test_an_invitation_is_taken_once_and_then_waits(
        self, callers: Callers, here: Place, sessions: Sessions
    ) -> None:
        first, second = [await callers(here, "security_administrator", is_person=True) for _ in range(2)]
        official_id, _ = await an_official(sessions, here)
        (trusted,) = (await first.get("/v1/identity_providers")).json()["data"]
        made = await first.post(f"/v1/officials/{official_id}/sign_in_links", json={"provider_id": trusted["id"]})
        code = made.json()["code"]
        assert (await decide(second, made.json(), "approval")).json()["code"] == "link_not_waiting"
        provider = identity_provider.of_this_process()
        token = provider.token("newcomer", "tests", iss=trusted["issuer"])
        headers = {"Authorization": f"Bearer {token}"}
        wrong = await first.post("/v1/invitations/acceptance", json={"code": "x" * 16}, headers=headers)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invitation_not_valid")
        taken = await first.post("/v1/invitations/acceptance", json={"code": code.upper()}, headers=headers)
        assert taken.json() == {"official_id": official_id, "is_approved": False}
        again = await first.post("/v1/invitations/acceptance", json={"code": code}, headers=headers)
        assert again.json()["code"] == "invitation_not_valid"
        assert (await first.get("/v1/me", headers=headers)).json()["code"] == "invalid_token"
        link = (await first.get(made.headers["Location"])).json()
        assert link["subject"] == "newcomer"
        assert (await decide(second, link, "approval")).status_code == 200
        assert (await first.get("/v1/me", headers=headers)).json()["code"] == "no_appointment"

    async def test_without_a_token_nobody_takes_an_invitation(self, callers: Callers, here: Place) -> None:
        first = await callers(here, "security_administrator", is_person=True)
        headers = {"Authorization": "Bearer nonsense"}
        answer = await first.post("/v1/invitations/acceptance", json={"code": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")

    async def test_of_another_county_nothing_is_seen(
        self, callers: Callers, here: Place, elsewhere: Place, sessions: Sessions
    ) -> None:
        first, stranger = [
            await callers(place, "security_administrator", is_person=True) for place in (here, elsewhere)
        ]
        official_id, _ = await an_official(sessions, here)
        (trusted,) = (await first.get("/v1/identity_providers")).json()["data"]
        made = await first.post(f"/v1/officials/{official_id}/sign_in_links", json={"provider_id": trusted["id"]})
        assert (await stranger.get(made.headers["Location"])).status_code == 404
        sent = {"provider_id": trusted["id"], "subject": "x"}
        other = await stranger.post(f"/v1/officials/{official_id}/sign_in_links", json=sent)
        assert (other.status_code, other.json()["code"]) == (422, "unknown_official")
        token = identity_provider.of_this_process().token("newcomer", "tests", iss=str(trusted["issuer"]) + "x")
        headers = {"Authorization": f"Bearer {token}"}
        answer = await first.post("/v1/invitations/acceptance", json={"code": made.json()["code"]}, headers=headers)
        assert answer.status_code == 401


async def test_nobody_acts_for_the_office_on_their_own_unit(callers: Callers, here: Place, sessions: Sessions) -> None:
    clerk, officer = await callers(here, "office"), await callers(here, "office")
    registered = {"kind": "instruction", "title": "修复水毁道路", "source": "县长批示", "received_on": "2016-03-01"}
    item = (await clerk.post("/v1/items", json={**registered, "deadline_on": "2199-12-31"})).json()["id"]
    async with sessions() as opened:
        await enter(opened, here.actor.jurisdiction_id)
        addressed = await make_unit(opened, here.actor)
        statement = update(Official).where(Official.id == officer.official_id).values(unit_id=addressed)
        await opened.execute(statement)
        await opened.commit()
    draft = {"kind": "notice", "unit_ids": [str(addressed)], "text": "请办理。", "limit_on": "2199-12-31"}
    refused = await officer.post(f"/v1/items/{item}/notices", json=draft)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_unit")
    made = (await clerk.post(f"/v1/items/{item}/notices", json=draft)).json()
    refused = await officer.post(f"/v1/notices/{made['id']}/check")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_unit")
    other = await callers(here, "office")
    assert (await other.post(f"/v1/notices/{made['id']}/check")).status_code == 200
