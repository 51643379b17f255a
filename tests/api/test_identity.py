from tests.house import Callers, Place


class TestRegisterUnit:
    async def test_anonymous(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        answer = await administrator.post(
            "/v1/units", json={"name": "教育局", "kind": "department"}, headers={"Authorization": ""}
        )
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"

    async def test_wrong_role(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        answer = await office.post("/v1/units", json={"name": "教育局", "kind": "department"})
        assert answer.status_code == 403

    async def test_other_jurisdiction(self, callers: Callers, here: Place, elsewhere: Place) -> None:
        administrator, stranger = await callers(here, "administrator"), await callers(elsewhere, "administrator")
        made = (await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})).json()
        assert (await stranger.get(f"/v1/units/{made['id']}")).status_code == 404
        assert (await stranger.get("/v1/units")).json()["data"] == []

    async def test_happy(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        answer = await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})
        assert answer.status_code == 201
        assert (await administrator.get(answer.headers["Location"])).json() == answer.json()

    async def test_refuses_a_name_that_is_taken(self, callers: Callers, here: Place) -> None:
        administrator = await callers(here, "administrator")
        await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})
        answer = await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})
        assert (answer.status_code, answer.json()["code"]) == (409, "unit_name_taken")
