from typing import Any

import pytest

from tests.places import Callers, Place

REGISTRATION: dict[str, Any] = {
    "kind": "instruction",
    "title": "整治河道",
    "source": "县领导批示",
    "received_on": "2026-03-01",
    "deadline_on": "2026-03-31",
}


class TestItems:
    async def test_happy(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        made = await office.post("/v1/items", json=REGISTRATION)
        assert (made.status_code, made.json()["number"]) == (201, "领办2026-001")
        assert made.json()["registered_by"] == str(office.person)
        read = await office.get(made.headers["Location"])
        assert read.json() == made.json()
        found = await office.get("/v1/items", params={"q": "河道", "kind": "instruction", "sort": "-deadline_on"})
        assert found.json() == {"data": [made.json()], "next": None}

    async def test_is_amended_by_who_read_it(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        made = await office.post("/v1/items", json=REGISTRATION)
        where, change = made.headers["Location"], {"title": "整治河道二期", "reason": "更正"}
        assert (await office.patch(where, json=change)).status_code == 428
        amended = await office.patch(where, json=change, headers={"If-Match": made.headers["ETag"]})
        assert (amended.status_code, amended.json()["title"]) == (200, "整治河道二期")
        assert (await office.patch(where, json=change, headers={"If-Match": made.headers["ETag"]})).status_code == 412

    async def test_other_jurisdiction(self, callers: Callers, here: Place, elsewhere: Place) -> None:
        office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
        made = await office.post("/v1/items", json=REGISTRATION)
        where = made.headers["Location"]
        assert (await stranger.get(where)).status_code == 404
        change, tag = {"title": "x", "reason": "x"}, {"If-Match": made.headers["ETag"]}
        amended = await stranger.patch(where, json=change, headers=tag)
        assert amended.status_code == 404
        for parameters in ({}, {"q": "河道"}):
            assert (await stranger.get("/v1/items", params=parameters)).json()["data"] == []

    async def test_a_unit_that_is_no_party_sees_nothing(self, callers: Callers, here: Place) -> None:
        office, unit = await callers(here, "office"), await callers(here, "unit")
        made = await office.post("/v1/items", json=REGISTRATION)
        assert (await unit.get(made.headers["Location"])).status_code == 404
        assert (await unit.get("/v1/items", params={"q": "河道"})).json()["data"] == []

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"deadline_on": "2026-02-28"}, "deadline_before_receipt"),
            ({"kind": "rumour"}, "invalid"),
            ({"title": ""}, "invalid"),
            ({"number": "领办2026-999"}, "invalid"),
        ],
    )
    async def test_refuses(self, callers: Callers, here: Place, over: dict[str, str], code: str) -> None:
        office = await callers(here, "office")
        answer = await office.post("/v1/items", json={**REGISTRATION, **over})
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    async def test_sent_again_with_its_key_it_is_registered_once(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        answers = [
            await office.post("/v1/items", json=REGISTRATION, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert len((await office.get("/v1/items")).json()["data"]) == 1
