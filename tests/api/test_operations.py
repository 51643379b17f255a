from supervision.foundation.database import enter
from tests.factories.tasks import make_cast, many_rows, to_csv
from tests.places import Committed
from worker.jobs.operations import operate
from worker.runner import Runner

NAMES = {"unit": "人力资源社会保障局", "leader": "示例县领导甲", "person": "示例经办甲"}
CSV = {"Content-Type": "text/csv"}


async def test_an_import_from_the_request_to_the_ledger(committed: Committed) -> None:
    place, other = await committed.found("330326"), await committed.found("330327")
    async with committed.api() as opened:
        await enter(opened, place.actor.jurisdiction_id)
        cast = await make_cast(opened, place.actor, **NAMES)
        await opened.commit()
    office, stranger = await committed.callers(place, "office"), await committed.callers(other, "office")
    unit, bystander = (
        await committed.callers(place, "unit", unit_id=cast.unit_id),
        await committed.callers(place, "unit"),
    )
    asked = await office.post("/v1/ledgers/2016/imports", content=to_csv(many_rows(3)), headers=CSV)
    await operate(Runner(committed.worker, {}))
    ended = await office.get(asked.headers["Location"])
    assert (ended.json()["state"], ended.json()["done"], ended.json()["total"]) == ("succeeded", 3, 3)
    assert ended.json()["result"]["items"] == 3
    assert "Retry-After" not in ended.headers
    assert ended.headers["ETag"] != asked.headers["ETag"]
    assert (await stranger.get(asked.headers["Location"])).status_code == 404
    ledger = (await office.get("/v1/ledgers/2016")).json()
    assert (ledger["year"], ledger["opened_by"]) == (2016, str(office.person))
    pages = await office.get("/v1/ledgers/2016/entries", params={"limit": 2})
    rest = await office.get("/v1/ledgers/2016/entries", params={"limit": 2, "after": pages.json()["next"]})
    entries = pages.json()["data"] + rest.json()["data"]
    assert [(entry["no"], entry["number"]) for entry in entries] == [(n, f"重决2016-00{n}") for n in (1, 2, 3)]
    assert (await unit.get("/v1/ledgers/2016/entries")).json()["data"] == entries
    assert (await bystander.get("/v1/ledgers/2016/entries")).json()["data"] == []
    assert (await stranger.get("/v1/ledgers/2016/entries")).status_code == 404


async def test_what_is_wrong_is_told_in_both_languages(committed: Committed) -> None:
    place = await committed.found("330326")
    office = await committed.callers(place, "office")
    asked = await office.post("/v1/ledgers/2016/imports", content="目标\n一\n".encode(), headers=CSV)
    await operate(Runner(committed.worker, {}))
    ended = (await office.get(asked.headers["Location"])).json()
    assert (ended["state"], ended["result"]) == ("refused", None)
    assert ended["problems"][0] == {
        "sheet": None,
        "row": 1,
        "column": "序号",
        "code": "missing_column",
        "detail_zh": "缺少“序号”列（或写作 no），请在表头补上此列。",
        "detail_en": "The column 序号 (or no) is missing; add it to the header.",
    }
