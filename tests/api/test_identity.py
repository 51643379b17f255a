from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from supervision.foundation.database import Sessions
from supervision.identity.keys import mint
from tests.factories.identity import Caller
from tests.places import Callers, Place

UNIT = {"name": "教育局", "kind": "department"}


def an_official(unit_id: str, **over: Any) -> dict[str, Any]:
    return {
        "unit_id": unit_id,
        "name": "示例人员",
        "post": "局长",
        "position": "principal_leader",
        "leadership_level": "section",
        "telephone": "19999990001",
        **over,
    }


class TestUnits:
    async def test_happy(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        answer = await administrator.post("/v1/units", json=UNIT)
        assert answer.status_code == 201
        assert (await administrator.get(answer.headers["Location"])).json() == answer.json()

    async def test_other_jurisdiction(self, callers: Callers, here: Place, elsewhere: Place) -> None:
        administrator, stranger = await callers(here, "administrator"), await callers(elsewhere, "administrator")
        made = (await administrator.post("/v1/units", json=UNIT)).json()
        assert (await stranger.get(f"/v1/units/{made['id']}")).status_code == 404
        amended = await stranger.patch(f"/v1/units/{made['id']}", json={"name": "x"}, headers={"If-Match": '"1"'})
        assert amended.status_code == 404
        assert (await stranger.get("/v1/units")).json()["data"] == []
        assert (await stranger.post("/v1/units", json=UNIT)).status_code == 201

    async def test_refuses_a_name_that_is_taken(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        await administrator.post("/v1/units", json=UNIT)
        answer = await administrator.post("/v1/units", json=UNIT)
        assert (answer.status_code, answer.json()["code"]) == (409, "unit_name_taken")

    async def test_amends_what_was_read_and_nothing_newer(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        made = await administrator.post("/v1/units", json=UNIT)
        path, tag = made.headers["Location"], made.headers["ETag"]
        first = await administrator.patch(path, json={"name": "教体局"}, headers={"If-Match": tag})
        assert (first.status_code, first.json()["name"]) == (200, "教体局")
        second = await administrator.patch(path, json={"name": "文教局"}, headers={"If-Match": tag})
        assert second.status_code == 412
        assert (await administrator.get(path)).json()["name"] == "教体局"

    async def test_filters(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        await administrator.post("/v1/units", json=UNIT)
        await administrator.post("/v1/units", json={"name": "灵溪镇", "kind": "township"})
        towns = (await administrator.get("/v1/units", params={"kind": "township"})).json()["data"]
        assert [unit["name"] for unit in towns] == ["灵溪镇"]


class TestOfficials:
    async def test_the_number_rests_sealed_is_found_and_leaves_masked(
        self, callers: Callers, here: Place, sessions: Sessions
    ) -> None:
        administrator = await callers(here, "administrator")
        unit = (await administrator.post("/v1/units", json=UNIT)).json()["id"]
        made = (await administrator.post("/v1/officials", json=an_official(unit))).json()
        assert made["telephone"] == "199****0001"
        found = (await administrator.get("/v1/officials", params={"telephone": "+8619999990001"})).json()["data"]
        assert [row["id"] for row in found] == [made["id"]]
        async with sessions() as session:
            rows = await session.execute(
                text("SELECT o::text FROM official o UNION ALL SELECT e::text FROM audit_event e")
            )
            assert "9999990001" not in str(rows.all())

    async def test_refuses_an_unknown_unit_and_what_is_no_number(
        self, callers: Callers, here: Place, elsewhere: Place
    ) -> None:
        administrator, stranger = await callers(here, "administrator"), await callers(elsewhere, "administrator")
        unit = (await stranger.post("/v1/units", json=UNIT)).json()["id"]
        answer = await administrator.post("/v1/officials", json=an_official(unit))
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_unit")
        answer = await stranger.post("/v1/officials", json=an_official(unit, telephone="010-12345678"))
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_mobile_number")

    async def test_a_unit_sees_its_own_people_only(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        own, other = await callers(here, "unit"), (await administrator.post("/v1/units", json=UNIT)).json()["id"]
        seen = (await administrator.post("/v1/officials", json=an_official(str(own.unit_id)))).json()["id"]
        unseen = (await administrator.post("/v1/officials", json=an_official(other))).json()["id"]
        assert [row["id"] for row in (await own.get("/v1/officials")).json()["data"]] == [str(own.official_id), seen]
        assert (await own.get(f"/v1/officials/{unseen}")).status_code == 404

    async def test_leaving_is_amended_without_telling_the_number(self, callers: Callers, here: Place) -> None:
        administrator, auditor = await callers(here, "administrator"), await callers(here, "auditor")
        unit = (await administrator.post("/v1/units", json=UNIT)).json()["id"]
        made = await administrator.post("/v1/officials", json=an_official(unit))
        changes = {"left_on": date(2026, 6, 30).isoformat(), "telephone": "19999990002"}
        path, tag = made.headers["Location"], made.headers["ETag"]
        amended = await administrator.patch(path, json=changes, headers={"If-Match": tag})
        assert amended.json()["left_on"] == "2026-06-30"
        rows = (await auditor.get("/v1/audit_events", params={"verb": "official.amended"})).json()["data"]
        assert rows[0]["facts"] == {"left_on": "2026-06-30", "telephone": "***"}


async def two_for_security(callers: Callers, place: Place) -> tuple[Caller, Caller]:
    first, second = [await callers(place, "security_administrator", is_person=True) for _ in range(2)]
    return first, second


async def open_key(issuer: Caller, approver: Caller, path: str, **more: Any) -> dict[str, Any]:
    issued: dict[str, Any] = (await issuer.post(path, json={"kind": "test", **more})).json()
    approved = await approver.post(f"{path}/{issued['id']}/approval")
    assert approved.status_code == 200, approved.text
    return issued


class TestApprovalOfKeys:
    async def test_a_key_lets_nobody_in_before_another_person_has_approved_it(
        self, callers: Callers, here: Place, elsewhere: Place
    ) -> None:
        issuer, approver = await two_for_security(callers, here)
        stranger = await callers(elsewhere, "security_administrator", is_person=True)
        auditor = await callers(here, "auditor")
        client = (await issuer.post("/v1/clients", json={"name": "督查室前端", "role": "office"})).json()
        path = f"/v1/clients/{client['id']}/keys"
        issued = (await issuer.post(path, json={"kind": "test"})).json()
        assert (issued["issued_by"], issued["approved_at"]) == (str(issuer.person), None)
        headers, unknown_key = [{"Authorization": f"Bearer {key}"} for key in (issued["key"], mint("test")[0])]
        told = [(await issuer.get("/v1/me", headers=each)).json() for each in (headers, unknown_key)]
        waiting, unknown = [{**each, "instance": None, "trace_id": None} for each in told]
        assert waiting == unknown, "whoever has a key that waits is told what anybody is told"
        alone = await issuer.post(f"{path}/{issued['id']}/approval")
        assert (alone.status_code, alone.json()["code"]) == (403, "another_person_needed")
        assert (await stranger.post(f"{path}/{issued['id']}/approval")).status_code == 404
        approved = await approver.post(f"{path}/{issued['id']}/approval")
        assert (approved.status_code, approved.json()["approved_by"]) == (200, str(approver.person))
        assert (await issuer.get("/v1/me", headers=headers)).json()["role"] == "office"
        again = await approver.post(f"{path}/{issued['id']}/approval")
        assert (again.status_code, again.json()["code"]) == (409, "key_not_waiting")
        rows = (await auditor.get("/v1/audit_events", params={"subject": issued["id"]})).json()["data"]
        assert {row["verb"] for row in rows} == {"key.issued", "key.approved"}

    async def test_a_revoked_key_is_not_approved(self, callers: Callers, here: Place) -> None:
        issuer, approver = await two_for_security(callers, here)
        client = (await issuer.post("/v1/clients", json={"name": "督查室前端", "role": "office"})).json()
        path = f"/v1/clients/{client['id']}/keys"
        issued = (await issuer.post(path, json={"kind": "test"})).json()
        await issuer.post(f"{path}/{issued['id']}/revocation")
        late = await approver.post(f"{path}/{issued['id']}/approval")
        assert (late.status_code, late.json()["code"]) == (409, "key_not_waiting")

    async def test_no_key_opens_another_door(self, callers: Callers, here: Place) -> None:
        machine = await callers(here, "security_administrator")
        answer = await machine.post(f"/v1/clients/{machine.client_id}/keys", json={"kind": "test"})
        assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")

    async def test_what_was_opened_on_the_server_is_told(self, callers: Callers, here: Place) -> None:
        machine, auditor = await callers(here, "office", is_person=False), await callers(here, "auditor")
        rows = (await auditor.get("/v1/audit_events", params={"verb": "key.approved_on_server"})).json()["data"]
        assert str(machine.client_id) in {row["facts"]["client_id"] for row in rows}


class TestClients:
    async def test_two_keys_rotate_and_a_revoked_one_is_refused(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        client = (await administrator.post("/v1/clients", json={"name": "督查室前端", "role": "office"})).json()
        path = f"/v1/clients/{client['id']}/keys"
        issuer, approver = await two_for_security(callers, here)
        first, second = [await open_key(issuer, approver, path) for _ in range(2)]
        third = await issuer.post(path, json={"kind": "test"})
        assert (third.status_code, third.json()["code"]) == (409, "too_many_keys")
        headers = {"Authorization": f"Bearer {first['key']}"}
        assert (await administrator.get("/v1/me", headers=headers)).json()["role"] == "office"
        await administrator.post(f"{path}/{first['id']}/revocation")
        assert (await administrator.get("/v1/me", headers=headers)).status_code == 401
        again = await administrator.post(f"{path}/{first['id']}/revocation")
        assert again.json()["code"] == "key_already_revoked"
        assert (
            await administrator.get("/v1/me", headers={"Authorization": f"Bearer {second['key']}"})
        ).status_code == 200

    async def test_the_secret_is_shown_once_and_stored_nowhere(
        self, callers: Callers, here: Place, sessions: Sessions
    ) -> None:
        administrator = await callers(here, "administrator")
        client = (await administrator.post("/v1/clients", json={"name": "督查室前端", "role": "office"})).json()
        issuer, _ = await two_for_security(callers, here)
        issued = (await issuer.post(f"/v1/clients/{client['id']}/keys", json={"kind": "test"})).json()
        secret = issued["key"].split("_")[3]
        assert secret not in (await administrator.get(f"/v1/clients/{client['id']}/keys")).text
        async with sessions() as session:
            rows = await session.execute(
                text("SELECT k::text FROM client_key k UNION ALL SELECT e::text FROM audit_event e")
            )
            assert secret not in str(rows.all())

    async def test_scopes_narrow_a_key_and_never_widen_it(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        client = (await administrator.post("/v1/clients", json={"name": "只读前端", "role": "office"})).json()
        path = f"/v1/clients/{client['id']}/keys"
        issuer, approver = await two_for_security(callers, here)
        wide = await issuer.post(path, json={"kind": "test", "scopes": ["identity:write"]})
        assert (wide.status_code, wide.json()["code"]) == (422, "scope_beyond_role")
        narrow = await open_key(issuer, approver, path, scopes=["items:read"])
        headers = {"Authorization": f"Bearer {narrow['key']}"}
        assert (await administrator.get("/v1/units", headers=headers)).status_code == 403

    @pytest.mark.parametrize("body", [{"role": "unit"}, {"role": "office", "unit_id": "own"}])
    async def test_a_unit_role_names_its_unit_and_no_other_does(
        self, callers: Callers, here: Place, body: dict[str, str]
    ) -> None:
        administrator = await callers(here, "administrator")
        unit = (await administrator.post("/v1/units", json=UNIT)).json()["id"]
        sent = {key: unit if value == "own" else value for key, value in body.items()}
        answer = await administrator.post("/v1/clients", json={"name": "前端", **sent})
        assert (answer.status_code, answer.json()["code"]) == (422, "role_needs_unit")


class TestDisabledClients:
    async def test_every_key_is_refused_at_once_until_the_client_is_enabled(
        self, callers: Callers, here: Place
    ) -> None:
        administrator, auditor = await callers(here, "administrator"), await callers(here, "auditor")
        office = await callers(here, "office", key_kind="test")
        path = f"/v1/clients/{office.client_id}"
        second = (await open_key(*await two_for_security(callers, here), f"{path}/keys"))["key"]
        assert (await office.get("/v1/me")).status_code == 200
        tag = (await administrator.get(path)).headers["ETag"]
        reason = {"reason": "前端停用检修"}
        assert (await administrator.post(f"{path}/disabling", json=reason)).status_code == 428
        stale = await administrator.post(f"{path}/disabling", json=reason, headers={"If-Match": '"99"'})
        assert stale.status_code == 412
        disabled = await administrator.post(f"{path}/disabling", json=reason, headers={"If-Match": tag})
        assert disabled.json()["disabled_at"]
        for key in (office.key, second):
            assert (await office.get("/v1/me", headers={"Authorization": f"Bearer {key}"})).status_code == 401
        tag = disabled.headers["ETag"]
        again = await administrator.post(f"{path}/disabling", json=reason, headers={"If-Match": tag})
        assert (again.status_code, again.json()["code"]) == (409, "client_is_disabled")
        enabled = await administrator.post(f"{path}/enabling", json=reason, headers={"If-Match": tag})
        assert enabled.json()["disabled_at"] is None
        assert (await office.get("/v1/me")).status_code == 200
        tag = enabled.headers["ETag"]
        again = await administrator.post(f"{path}/enabling", json=reason, headers={"If-Match": tag})
        assert (again.status_code, again.json()["code"]) == (409, "client_is_enabled")
        rows = (await auditor.get("/v1/audit_events", params={"subject": str(office.client_id)})).json()["data"]
        told = {row["verb"]: row["facts"] for row in rows}
        assert told["client.disabled"] == told["client.enabled"] == reason

    async def test_nobody_disables_their_own_client_or_anothers_county(
        self, callers: Callers, here: Place, elsewhere: Place
    ) -> None:
        administrator, stranger = [await callers(place, "security_administrator") for place in (here, elsewhere)]
        for client_id, status in ((administrator.client_id, 409), (stranger.client_id, 404)):
            path = f"/v1/clients/{client_id}/disabling"
            answer = await administrator.post(path, json={"reason": "停用"}, headers={"If-Match": '"1"'})
            assert answer.status_code == status
        assert (await stranger.get("/v1/me")).status_code == 200


class TestClock:
    async def test_is_held_and_released(self, callers: Callers, here: Place, elsewhere: Place) -> None:
        administrator, stranger = await callers(here, "administrator"), await callers(elsewhere, "administrator")
        await administrator.post("/v1/clock/hold", json={"at": "2016-01-04T09:00:00+08:00"})
        assert (await administrator.get("/v1/clock")).json() == {"now": "2016-01-04T01:00:00Z", "is_held": True}
        assert (await stranger.get("/v1/clock")).json()["is_held"] is False
        assert (await administrator.post("/v1/clock/release")).json()["is_held"] is False

    async def test_a_live_jurisdiction_keeps_real_time(self, callers: Callers, here: Place, sessions: Sessions) -> None:
        administrator = await callers(here, "administrator", key_kind="live")
        async with sessions() as session:
            session.info["role"] = "ducha_owner"
            await session.execute(text("UPDATE jurisdiction SET kind = 'live'"))
            await session.commit()
        answer = await administrator.post("/v1/clock/hold", json={"at": "2016-01-04T09:00:00+08:00"})
        assert (answer.status_code, answer.json()["code"]) == (409, "clock_not_holdable")
