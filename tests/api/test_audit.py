from tests.places import Callers, Place


async def test_every_command_leaves_its_row(callers: Callers, here: Place) -> None:
    administrator, auditor = await callers(here, "administrator"), await callers(here, "auditor", key_kind="test")
    unit = (await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})).json()
    rows = (await auditor.get("/v1/audit_events", params={"subject": unit["id"]})).json()["data"]
    assert [(row["verb"], row["client_id"], row["role"]) for row in rows] == [
        ("unit.registered", str(administrator.client_id), "administrator")
    ]
    assert rows[0]["facts"] == {"name": "教育局", "kind": "department"}


async def test_a_refused_command_leaves_none(callers: Callers, here: Place) -> None:
    administrator, auditor = await callers(here, "administrator"), await callers(here, "auditor", key_kind="test")
    for _ in range(2):
        await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})
    rows = (await auditor.get("/v1/audit_events", params={"verb": "unit.registered"})).json()["data"]
    assert len(rows) == 1


async def test_another_jurisdiction_sees_nothing(callers: Callers, here: Place, elsewhere: Place) -> None:
    administrator, stranger = await callers(here, "administrator"), await callers(elsewhere, "auditor", key_kind="test")
    unit = (await administrator.post("/v1/units", json={"name": "教育局", "kind": "department"})).json()
    assert (await stranger.get("/v1/audit_events", params={"subject": unit["id"]})).json()["data"] == []


async def test_pages_follow_each_other_without_gap_or_double(callers: Callers, here: Place) -> None:
    administrator, auditor = await callers(here, "administrator"), await callers(here, "auditor", key_kind="test")
    for number in range(7):
        await administrator.post("/v1/units", json={"name": f"{number}局", "kind": "department"})
    seen: list[str] = []
    path = "/v1/audit_events?limit=3&verb=unit.registered"
    while path:
        answer = await auditor.get(path)
        seen += [row["facts"]["name"] for row in answer.json()["data"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert seen == [f"{number}局" for number in reversed(range(7))]
