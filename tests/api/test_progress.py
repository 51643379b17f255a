from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.messaging.models import Broadcast, Template
from supervision.progress.models import Digest
from supervision.progress.progress_reports import report_progress
from tests.factories.identity import Caller
from tests.factories.progress import (
    Duty,
    as_json,
    as_unit,
    entry,
    hold,
    make_duty,
    make_obligation,
    moment,
    open_ledger,
)
from tests.places import Callers, Place


@dataclass
class Scene:
    """A unit that owes a report on two tasks, another unit beside it, and who asks."""

    duty: Duty
    obligation_id: UUID
    unit: Caller
    other: Caller
    office: Caller
    stranger: Caller


@pytest.fixture
async def scene(session: AsyncSession, callers: Callers, here: Place, elsewhere: Place) -> Scene:
    await hold(session, here.actor, moment(3, 18))
    ledger_id = await open_ledger(session, here.actor)
    duty = await make_duty(session, here.actor, tasks=2, ledger_id=ledger_id, goal="新增就业")
    other = await make_duty(session, here.actor, ledger_id=ledger_id, comparator="at_most", target=Decimal(3))
    scene = Scene(
        duty=duty,
        obligation_id=await make_obligation(session, duty.unit_id),
        unit=await callers(here, "unit", unit_id=duty.unit_id),
        other=await callers(here, "unit", unit_id=other.unit_id),
        office=await callers(here, "office"),
        stranger=await callers(elsewhere, "unit"),
    )
    await session.commit()
    return scene


def body(scene: Scene, value: str = "131.4") -> dict[str, object]:
    first, second = scene.duty.task_ids
    return as_json([entry(first, 40, of={scene.duty.indicator_ids[0]: Decimal(value)}), entry(second, 0)])


def place(scene: Scene) -> str:
    return f"/v1/obligations/{scene.obligation_id}/progress_reports"


async def test_a_unit_reports_and_reads_its_report(scene: Scene) -> None:
    answer = await scene.unit.post(place(scene), json=body(scene))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["received_at"], made["is_late"]) == ("2016-03-18T04:00:00Z", False)
    assert made["entries"][0]["figures"] == [
        {"indicator_id": str(scene.duty.indicator_ids[0]), "value": "131.4"},
    ]
    assert [each["percent"] for each in made["entries"]] == [40, 0]
    assert (await scene.unit.get(answer.headers["Location"])).json() == made
    assert (await scene.office.get(answer.headers["Location"])).json() == made
    obligation = (await scene.unit.get(f"/v1/obligations/{scene.obligation_id}")).json()
    assert (obligation["state"], obligation["fulfilled_at"]) == ("fulfilled", "2016-03-18T04:00:00Z")


async def test_the_same_request_is_done_once(scene: Scene) -> None:
    headers = {"Idempotency-Key": "2016-03a"}
    first = await scene.unit.post(place(scene), json=body(scene), headers=headers)
    again = await scene.unit.post(place(scene), json=body(scene), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await scene.unit.post(place(scene), json=body(scene))
    assert (other.status_code, other.json()["code"]) == (409, "obligation_already_fulfilled")


async def test_nobody_else_may_report_for_a_unit(scene: Scene) -> None:
    assert (await scene.other.post(place(scene), json=body(scene))).status_code == 404
    assert (await scene.stranger.post(place(scene), json=body(scene))).status_code == 404
    assert (await scene.office.post(place(scene), json=body(scene))).status_code == 403


async def test_problems_say_where_and_what(scene: Scene) -> None:
    wrong = as_json([entry(new_id())])
    answer = await scene.unit.post(place(scene), json=wrong, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "report_not_complete")
    problems = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
    assert problems == [
        ("/entries/0/task_id", "not_your_task"),
        ("/entries", "task_missing"),
        ("/entries", "task_missing"),
    ]
    assert "新增就业" in answer.json()["errors"][1]["detail"]


async def test_the_office_enters_what_came_on_paper_and_returns_it(scene: Scene) -> None:
    entered_reports = f"/v1/obligations/{scene.obligation_id}/entered_reports"
    paper = {**body(scene), "received_at": "2016-03-17T09:00:00+08:00", "channel": "paper"}
    for stranger, status in ((scene.unit, 403), (scene.stranger, 403)):
        assert (await stranger.post(entered_reports, json=paper)).status_code == status
    tomorrow = await scene.office.post(entered_reports, json={**paper, "received_at": "2016-03-19T09:00:00+08:00"})
    assert (tomorrow.status_code, tomorrow.json()["code"]) == (422, "receipt_not_yet")
    assert (await scene.office.post(entered_reports, json={**paper, "channel": "system"})).status_code == 422
    entered = await scene.office.post(entered_reports, json=paper)
    assert entered.status_code == 201
    made = entered.json()
    assert (made["received_at"], made["channel"], made["is_late"]) == ("2016-03-17T01:00:00Z", "paper", False)
    assert (made["entered_by"], made["reported_by"]) == (str(scene.office.person), None)
    assert (await scene.unit.get(entered.headers["Location"])).json() == made

    back = {"reason": "没有实质内容", "until_on": "2016-03-22"}
    place_of_return = f"{entered.headers['Location']}/return"
    assert (await scene.unit.post(place_of_return, json=back)).status_code == 403
    past = await scene.office.post(place_of_return, json={**back, "until_on": "2016-03-17"})
    assert (past.status_code, past.json()["code"]) == (422, "supplement_limit_passed")
    returned = await scene.office.post(place_of_return, json=back)
    assert (returned.status_code, returned.json()["state"]) == (200, "returned")
    again = await scene.office.post(place_of_return, json=back)
    assert (again.status_code, again.json()["code"]) == (409, "report_already_returned")
    owed = (await scene.unit.get(f"/v1/obligations/{scene.obligation_id}")).json()
    assert (owed["state"], owed["due_at"], owed["times_returned"]) == ("open", "2016-03-22T16:00:00Z", 1)
    mended = await scene.unit.post(place(scene), json=body(scene))
    assert (mended.status_code, mended.json()["state"]) == (201, "received")
    for state, wanted in (("returned", made["id"]), ("received", mended.json()["id"])):
        listed = (await scene.unit.get("/v1/progress_reports", params={"state": state})).json()["data"]
        assert [each["id"] for each in listed] == [wanted]


async def test_another_countys_office_neither_enters_nor_returns(
    scene: Scene, callers: Callers, elsewhere: Place
) -> None:
    theirs = await callers(elsewhere, "office")
    paper = {**body(scene), "received_at": "2016-03-17T09:00:00+08:00", "channel": "fax"}
    entered = await theirs.post(f"/v1/obligations/{scene.obligation_id}/entered_reports", json=paper)
    assert entered.status_code == 404
    made = await scene.unit.post(place(scene), json=body(scene))
    back = {"reason": "空", "until_on": "2199-03-22"}
    assert (await theirs.post(f"{made.headers['Location']}/return", json=back)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"entries": []},
        {"entries": [{"task_id": "1", "percent": 1, "text": "x"}]},
        {"entries": [{"task_id": str(new_id()), "percent": 101, "text": "x"}]},
        {"entries": [{"task_id": str(new_id()), "percent": True, "text": "x"}]},
        {"entries": [{"task_id": str(new_id()), "percent": 1, "text": ""}]},
        {
            "entries": [
                {
                    "task_id": str(new_id()),
                    "percent": 1,
                    "text": "x",
                    "figures": [{"indicator_id": str(new_id()), "value": 6.5}],
                }
            ]
        },
    ],
)
async def test_what_is_no_report_is_refused(scene: Scene, wrong: dict[str, object]) -> None:
    assert (await scene.unit.post(place(scene), json=wrong)).status_code == 422


async def test_each_sees_its_own(scene: Scene) -> None:
    made = (await scene.unit.post(place(scene), json=body(scene))).json()
    for path in (f"/v1/obligations/{scene.obligation_id}", f"/v1/progress_reports/{made['id']}"):
        assert [(await caller.get(path)).status_code for caller in (scene.unit, scene.office)] == [200, 200]
        assert [(await caller.get(path)).status_code for caller in (scene.other, scene.stranger)] == [404, 404]
    for path in ("/v1/obligations", "/v1/progress_reports"):
        found = [
            len((await caller.get(path)).json()["data"])
            for caller in (scene.unit, scene.office, scene.other, scene.stranger)
        ]
        assert found == [1, 1, 0, 0]


async def test_obligations_are_filtered_and_come_by_their_deadline(scene: Scene, session: AsyncSession) -> None:
    late = await make_obligation(
        session,
        scene.duty.unit_id,
        period_first=date(2016, 2, 16),
        period_last=date(2016, 2, 29),
        due_at=moment(3, 4, 0),
    )
    done_late = await make_obligation(
        session,
        scene.duty.unit_id,
        period_first=date(2016, 2, 1),
        period_last=date(2016, 2, 15),
        due_at=moment(2, 19, 0),
        state="fulfilled",
        fulfilled_at=moment(2, 19, 0),
    )
    await session.commit()
    expected = {
        "": [done_late, late, scene.obligation_id],
        "state=open": [late, scene.obligation_id],
        "state=fulfilled": [done_late],
        "is_late=true": [done_late, late],
        "is_late=false": [scene.obligation_id],
        "due_before=2016-03-01T00:00:00%2B08:00": [done_late],
        f"unit={scene.duty.unit_id}&state=open&is_late=true": [late],
        f"unit={scene.other.unit_id}": [],
    }
    for query, wanted in expected.items():
        listed = (await scene.office.get(f"/v1/obligations?{query}")).json()["data"]
        assert [each["id"] for each in listed] == list(map(str, wanted)), query
    assert (await scene.office.get("/v1/obligations?is_late=1")).status_code == 422
    first = await scene.office.get("/v1/obligations?limit=2")
    rest = await scene.office.get(f"/v1/obligations?limit=2&after={first.json()['next']}")
    assert [each["id"] for each in rest.json()["data"]] == [str(scene.obligation_id)]


async def test_reports_are_filtered(scene: Scene) -> None:
    made = (await scene.unit.post(place(scene), json=body(scene))).json()
    task, unit = scene.duty.task_ids[1], scene.duty.unit_id
    for query, wanted in {
        f"task={task}": [made["id"]],
        f"task={new_id()}": [],
        f"unit={unit}": [made["id"]],
        f"unit={scene.other.unit_id}": [],
    }.items():
        listed = (await scene.office.get(f"/v1/progress_reports?{query}")).json()["data"]
        assert [each["id"] for each in listed] == wanted


async def test_completion_takes_the_latest_figure(scene: Scene, session: AsyncSession, here: Place) -> None:
    await scene.unit.post(place(scene), json=body(scene, "90"))
    later = await make_obligation(
        session, scene.duty.unit_id, period_first=date(2016, 3, 16), period_last=date(2016, 3, 31)
    )
    first, second = scene.duty.task_ids
    await hold(session, here.actor, moment(4, 1))
    unit = as_unit(here.actor, scene.duty.unit_id)
    entries = [entry(first, of={scene.duty.indicator_ids[0]: Decimal("131.4")}), entry(second)]
    await report_progress(session, unit, later, entries=entries)
    await session.commit()

    whole = (await scene.office.get("/v1/ledgers/2016/completion")).json()
    assert {name: whole[name] for name in ("year", "met", "not_met", "no_figure")} == {
        "year": 2016,
        "met": 1,
        "not_met": 0,
        "no_figure": 2,
    }
    row = next(row for row in whole["data"] if row["task_id"] == str(first))
    assert (row["figure"], row["target"], row["verdict"], row["percent"]) == ("131.4", "100", "met", "131.4")
    assert (row["goal"], row["unit_id"]) == ("新增就业", str(scene.duty.unit_id))
    assert [row["no"] for row in whole["data"]] == sorted(row["no"] for row in whole["data"])
    own = (await scene.other.get("/v1/ledgers/2016/completion")).json()
    assert [(row["unit_id"], row["comparator"]) for row in own["data"]] == [(str(scene.other.unit_id), "at_most")]
    assert (await scene.office.get("/v1/ledgers/2015/completion")).status_code == 404
    assert (await scene.stranger.get("/v1/ledgers/2016/completion")).status_code == 404


async def test_digests_are_listed_newest_first(
    scene: Scene, session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    made = []
    for month in (3, 4):
        broadcast_id = await add_broadcast(session, f"示例{month}")
        digest = Digest(
            period_first=date(2016, month, 1),
            period_last=date(2016, month, 15),
            made_at=moment(month, 22, 9),
            counts={"units": 2, "on_time": 1, "late": 1, "missing": 0, "tasks": 3, "mean_percent": None},
            text="示例汇总",
            leaders_broadcast_id=broadcast_id,
            officials_broadcast_id=broadcast_id,
        )
        session.add(digest)
        await session.flush()
        made.append(str(digest.id))
    await session.commit()
    leader, stranger = await callers(here, "leader"), await callers(elsewhere, "leader")
    listed = (await leader.get("/v1/digests")).json()["data"]
    assert [each["id"] for each in listed] == made[::-1]
    assert (await leader.get(f"/v1/digests/{made[0]}")).json() == listed[1]
    assert listed[1]["counts"]["on_time"] == 1
    assert (await stranger.get("/v1/digests")).json()["data"] == []
    assert (await stranger.get(f"/v1/digests/{made[0]}")).status_code == 404
    assert (await scene.unit.get("/v1/digests")).status_code == 403


async def add_broadcast(session: AsyncSession, matter: str) -> UUID:
    template = (await session.scalars(select(Template).where(Template.name == "digest"))).one()
    broadcast = Broadcast(
        template_id=template.id,
        matter=matter,
        text="示例",
        audience={},
        parts=1,
        recipients=0,
        left_out={},
        is_test=True,
        critical_reason=None,
        confirmed_by=None,
        confirmed_at=moment(3, 22, 9),
    )
    session.add(broadcast)
    await session.flush()
    return broadcast.id
