"""Slips of the year: what is out of reach is refused before it becomes a number, a limit or a fact."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock, settings
from supervision.foundation.ids import new_id
from tests.factories.progress import hold, moment
from tests.factories.tasks import to_csv
from tests.places import Callers, Place

SOME = str(new_id())
ITEM = {"kind": "instruction", "title": "整治河道", "source": "县领导批示"}
TODAY, SOON = "2016-03-22", "2016-04-22"
ITEM_DAYS = {"received_on": TODAY, "deadline_on": SOON, "authority_on": TODAY}
PLAN = {"title": "防汛", "methods": ["on_site"], "unit_ids": [SOME], "item_ids": [], "official_ids": [SOME]}
PAPER = {"text": "请抓紧", "leader_ids": [SOME]}
# Role, method, path, body, and which days of the body, all right as they stand, are put wrong one by one.
ENTRIES: tuple[tuple[str, str, dict[str, Any], dict[str, str]], ...] = (
    ("office", "/v1/items", ITEM, ITEM_DAYS),
    ("office", "/v1/inspection_plans", PLAN, {"first_on": TODAY, "last_on": SOON}),
    (
        "office",
        "/v1/deductions",
        {"unit_id": SOME, "rule_code": "late_item", "reason": "逾期", "document": "督查通报1号"},
        {"fact_on": TODAY, "document_on": TODAY},
    ),
    ("office", "/v1/media_follow_ups", {"medium": "县电视台", "matter": "水毁道路"}, {"asked_on": TODAY}),
    ("office", "/v1/accountability_proposals", {"unit_id": SOME, "facts": "失职"}, {"fact_on": TODAY}),
    ("office", "/v1/rectification_orders", {"unit_id": SOME, "matter": "污水直排"}, {"limit_on": SOON}),
    ("office", "/v1/circulars", {"title": "三月通报"}, {"month": "2016-03-01"}),
    (
        "office",
        f"/v1/items/{SOME}/notices",
        {"kind": "notice", "unit_ids": [SOME], "text": "请办理。"},
        {"limit_on": SOON},
    ),
    ("office", f"/v1/officials/{SOME}/departure", {"reason": "调离"}, {"on": TODAY}),
    ("office", f"/v1/progress_reports/{SOME}/return", {"reason": "空"}, {"until_on": SOON}),
)
OUT_OF_REACH = {"day_in_future", "day_too_early", "day_too_late", "departure_not_yet", "fact_in_future"} | {
    "limit_in_past",
    "notice_limit_passed",
    "supplement_limit_passed",
    "cut_off_out_of_range",
}


@pytest.fixture(autouse=True)
async def on_the_22nd_of_march(session: AsyncSession, here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("entry_days_back", "entry_days_ahead"):
        monkeypatch.setattr(settings.current(), name, settings.Settings.model_fields[name].default)
    await hold(session, here.actor, moment(3, 22))
    await session.commit()


@pytest.mark.parametrize("wrong", ["2200-03-01", "1920-03-01", "2106-03-01", "1916-03-01", "1900-01-01"])
@pytest.mark.parametrize(
    ("role", "path", "body", "given", "field"),
    [(*entry, field) for entry in ENTRIES for field in entry[3]],
    ids=[f"{path.rsplit('/', 1)[1]}-{field}" for _, path, _, given in ENTRIES for field in given],
)
async def test_a_day_out_of_reach_is_named(
    callers: Callers, here: Place, role: str, path: str, body: dict[str, Any], given: dict[str, str], field: str,
    wrong: str,
) -> None:  # fmt: skip
    caller = await callers(here, role)
    right = await caller.post(path, json={**body, **given})
    assert right.json().get("code") not in OUT_OF_REACH, right.text
    assert not [each for each in right.json().get("errors", ()) if each["pointer"].startswith("/body")], right.text
    days = {**given, field: wrong}
    if field == "first_on" and wrong > given["last_on"]:
        days["last_on"] = wrong
    if field == "last_on" and wrong < given["first_on"]:
        days["first_on"] = wrong
    answer = await caller.post(path, json={**body, **days})
    assert answer.status_code == 422
    assert answer.json()["code"] in OUT_OF_REACH, answer.text
    pointers = {each["pointer"] for each in answer.json()["errors"]}
    assert pointers <= {f"/{name}" for name in days}
    assert pointers


async def test_no_number_is_burned(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    for received_on in ("2200-01-01", "1920-03-01", "2016-03-23"):
        refused = await office.post("/v1/items", json={**ITEM, **ITEM_DAYS, "received_on": received_on})
        assert refused.status_code == 422, refused.text
    made = await office.post("/v1/items", json={**ITEM, **ITEM_DAYS})
    assert made.json()["number"] == "领办2016-001"


async def test_what_is_said_is_in_the_readers_language(callers: Callers, here: Place) -> None:
    office = await callers(here, "office")
    slip = {**ITEM, **ITEM_DAYS, "received_on": "1920-03-01"}
    chinese = (await office.post("/v1/items", json=slip)).json()
    english = (await office.post("/v1/items", json=slip, headers={"Accept-Language": "en"})).json()
    assert chinese["errors"] == [
        {
            "pointer": "/received_on",
            "code": "day_too_early",
            "detail": "所填日期过早，最早可填2014-03-23，请核对年份。",
        }
    ]
    assert english["detail"] == "The day lies too far back; 2014-03-23 is the first that is taken. Check the year."


@pytest.mark.parametrize(("year", "status"), [(2016, 202), (2017, 202), (2106, 422), (1916, 422), (2200, 422)])
async def test_a_ledger_is_of_a_year_that_is_near(callers: Callers, here: Place, year: int, status: int) -> None:
    office = await callers(here, "office")
    headers = {"Content-Type": "text/csv"}
    answer = await office.post(f"/v1/ledgers/{year}/imports", content=to_csv([]), headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json().get("code") == (None if status == 202 else "ledger_year_too_far")


@pytest.mark.parametrize(("days", "status"), [(365, 201), (-1, 422), (367, 422), (4000, 422)])
async def test_a_key_ends_on_a_day_to_come(callers: Callers, here: Place, days: int, status: int) -> None:
    administrator = await callers(here, "administrator")
    client = (await administrator.post("/v1/clients", json={"name": "前台", "role": "office"})).json()["id"]
    # Keys go by the machine's clock, whatever the jurisdiction's is held at.
    body = {"kind": "test", "expires_at": (clock.real_now() + timedelta(days=days)).isoformat()}
    security = await callers(here, "security_administrator", is_person=True)
    answer = await security.post(f"/v1/clients/{client}/keys", json=body)
    assert answer.status_code == status, answer.text
