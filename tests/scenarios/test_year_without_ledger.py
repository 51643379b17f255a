"""From December into March without a new ledger: what is open goes on being reported on (§2(1), §4(1))."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from supervision.cadence.models import CadenceRun
from supervision.cadence.periods import half_month_of
from supervision.messaging.models import Message
from tests.factories.county import County, open_county
from tests.factories.identity import Caller, make_official
from tests.factories.progress import as_json, entry, moment
from tests.factories.tasks import make_cast
from tests.places import Committed

pytestmark = pytest.mark.committed

# The half-months, and the last day on which each is reported in time: 27 January to 2 February 2017 were free, the
# Sunday before and the Saturday after were worked.
DUE = {
    date(2016, 12, 1): date(2016, 12, 20),
    date(2016, 12, 16): date(2017, 1, 5),
    date(2017, 1, 1): date(2017, 1, 18),
    date(2017, 1, 16): date(2017, 2, 6),
    date(2017, 2, 1): date(2017, 2, 20),
    date(2017, 2, 16): date(2017, 3, 3),
    date(2017, 3, 1): date(2017, 3, 20),
    date(2017, 3, 16): date(2017, 4, 6),
}
OPENED_ON, CLOSED_ON = date(2017, 2, 8), date(2017, 3, 1)


@dataclass
class Story:
    """A county whose ledger of 2016 was opened on 1 December, and who lives there at their programs."""

    county: County
    administrator: Caller
    office: Caller
    unit: Caller

    async def go_to(self, day: date, *, hour: int = 12) -> list[str]:
        """Hold the clock on a day and let the worker take what is due; the quick unit reports what it owes by then."""
        at = moment(day.month, day.day, hour, year=day.year)
        held = await self.administrator.post("/v1/clock/hold", json={"at": at.isoformat()})
        assert held.status_code == 200, held.text
        done = await self.county.tick_at(at)
        (task_id,) = self.county.quick.task_ids
        for owed in await self.read(self.unit, "obligations?state=open"):
            if date.fromisoformat(owed["period_last"]) < day:
                body = as_json([entry(task_id)])
                reported = await self.unit.post(f"/v1/obligations/{owed['id']}/progress_reports", json=body)
                assert reported.status_code == 201, reported.text
        return done

    async def live_until(self, last: date, *, after: date) -> None:
        """Live through the days that follow another, every third of them."""
        for number in range(3, (last - after).days, 3):
            await self.go_to(after + timedelta(days=number))
        await self.go_to(last)

    async def read(self, who: Caller, path: str) -> list[dict[str, Any]]:
        answer = await who.get(f"/v1/{path}{'&' if '?' in path else '?'}limit=100")
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    async def ledger_work(self) -> list[tuple[str, str, bool]]:
        rows = [row for row in await self.read(self.office, "work_list") if row["kind"] == "ledger"]
        return [(row["title"], row["path"], row["is_late"]) for row in rows]

    async def reminders(self) -> list[tuple[str, str]]:
        rows = await self.county.read(Message.id, Message.matter, Message.state)
        return [(matter, state) for _, matter, state in rows if matter and matter.startswith("ledger_")]

    async def everything(self) -> dict[str, Any]:
        """Return all that may not come twice."""
        runs = await self.county.read(CadenceRun.id, CadenceRun.kind, CadenceRun.period_first, CadenceRun.finished_at)
        lists = ("obligations", "digests", "messages", "quarterly_looks?year=2016&quarter=4", "ledgers/2017/entries")
        return {"runs": runs, **{path: await self.read(self.office, path) for path in lists}}


@pytest.fixture
async def story(committed: Committed) -> Story:
    county = await open_county(committed, "330326", date(2016, 12, 1))
    async with county.inside() as session:
        await make_official(session, county.place.actor, county.quick.unit_id, position="office")
    return Story(
        county,
        await committed.callers(county.place, "administrator"),
        await committed.callers(county.place, "office"),
        await committed.callers(county.place, "unit", unit_id=county.quick.unit_id),
    )


async def register(story: Story, received_on: date) -> dict[str, Any]:
    """Register an instruction for a unit that had nothing to do before."""
    async with story.county.inside() as session:
        cast = await make_cast(session, story.county.place.actor)
    facts = {"kind": "instruction", "title": "示例事项", "source": "县长批示", "deadline_on": "2017-12-31"}
    item = await story.office.post("/v1/items", json={**facts, "received_on": received_on.isoformat()})
    assert item.status_code == 201, item.text
    people = {"lead_leader_id": cast.leader_id, "responsible_unit_id": cast.unit_id}
    task = {name: str(value) for name, value in (people | {"responsible_person_id": cast.person_id}).items()}
    body = {"tasks": [{"goal": "示例目标", "indicators": [], **task}]}
    decomposed = await story.office.post(f"{item.headers['Location']}/tasks", json=body)
    assert decomposed.status_code == 201, decomposed.text
    return {**item.json(), "unit_id": str(cast.unit_id)}


async def test_a_year_begins_without_a_ledger(story: Story) -> None:
    """§2(1) 建账、结账 come late; §4(1) 半月一上报 goes on meanwhile, and nothing is asked twice or left out."""
    county = story.county
    await story.go_to(date(2016, 12, 1))
    await story.live_until(date(2016, 12, 30), after=date(2016, 12, 1))
    assert (await story.ledger_work(), await story.reminders()) == ([], [])

    # From the new year on the office finds what it has to do, and is reminded once a week, first on a working day.
    assert "open 01-01" in await story.go_to(date(2017, 1, 1))
    todo = [("建账：2017年度台账", "/v1/ledgers/2017"), ("结账：2016年度台账", "/v1/ledgers/2016")]
    assert sorted(await story.ledger_work()) == sorted((*each, False) for each in todo)
    assert await story.reminders() == []
    for day in (date(2017, 1, 3), date(2017, 1, 4), date(2017, 1, 9)):
        await story.go_to(day)
    waiting = [(f"ledger_unopened:2017:{week}", "queued") for week in ("2017-01-02", "2017-01-09")]
    assert await story.reminders() == waiting
    item = await register(story, date(2017, 1, 9))
    assert item["number"] == "领办2017-001"
    await story.live_until(date(2017, 1, 16), after=date(2017, 1, 9))
    assert sorted(await story.ledger_work()) == sorted((*each, True) for each in todo)
    assert [matter for matter, _ in await story.reminders()][2:] == [
        "ledger_unclosed:2016:2017-01-16",
        "ledger_unopened:2017:2017-01-16",
    ]
    texts = {text for _, text in await county.read(Message.id, Message.text) if text and "台账" in text}
    assert texts == {
        "【督查室】2017年度台账尚未建立，未办结事项仍按期报送。请尽快登录督查系统建账。",
        "【督查室】2016年度台账尚未结账。请尽快登录督查系统核对并结账，未办结事项将转入下一年度台账。",
    }

    # The ledger is opened without a spreadsheet: what reminds of it, and has not left yet, is withdrawn.
    await story.live_until(OPENED_ON, after=date(2017, 1, 16))
    opened = await story.office.post("/v1/ledgers/2017/opening")
    assert (opened.status_code, opened.json()["opened_on"]) == (201, "2017-02-08")
    assert {state for matter, state in await story.reminders() if "unopened" in matter} == {"cancelled"}
    assert await story.ledger_work() == [(*todo[1], True)]
    assert await story.read(story.office, "ledgers/2017/entries") == []
    counted = (await story.office.post("/v1/ledgers/2017/check")).json()
    assert (counted["items"], counted["unfinished"]) == (1, 1)

    # That of the year before is closed late: what is unfinished is carried over once.
    await story.live_until(CLOSED_ON, after=OPENED_ON)
    closed = await story.office.post("/v1/ledgers/2016/closing", json={})
    assert (closed.status_code, closed.json()["closed_on"]) == (200, "2017-03-01")
    assert await story.ledger_work() == []
    assert len(await story.read(story.office, "ledgers/2017/entries")) == 2
    reminded = await story.reminders()
    assert {state for _, state in reminded} == {"cancelled"}
    assert len(set(reminded)) == len(reminded) == 6 + 7

    await story.live_until(date(2017, 3, 31), after=CLOSED_ON)
    assert await story.reminders() == reminded
    await every_half_month_was_asked_for(story, item["unit_id"])
    assert len(await story.read(story.office, "quarterly_looks?year=2016&quarter=4")) == 2

    # Again, and with the clock turned back: nothing is added.
    before = await story.everything()
    for day in (date(2017, 3, 31), date(2017, 1, 5), date(2016, 12, 20), date(2017, 2, 20), date(2017, 3, 31)):
        assert await story.go_to(day) == []
    assert await story.everything() == before


async def every_half_month_was_asked_for(story: Story, later_unit: str) -> None:
    quick, slow = str(story.county.quick.unit_id), str(story.county.slow.unit_id)
    owed = await story.read(story.office, "obligations")
    asked = {(row["unit_id"], row["period_first"]): row for row in owed}
    since = {quick: date(2016, 12, 1), slow: date(2016, 12, 1), later_unit: date(2017, 1, 16)}
    assert sorted(asked) == sorted(
        (unit, period.isoformat()) for unit in since for period in DUE if period >= since[unit]
    )
    assert len(owed) == len(asked)
    for (unit, first), row in asked.items():
        period = half_month_of(date.fromisoformat(first))
        due = datetime.fromisoformat(row["due_at"])
        assert due == moment(1, 1, 0, year=2017) + (DUE[period.first] + timedelta(days=1) - date(2017, 1, 1))
        is_over = period.first < date(2017, 3, 16)
        assert row["state"] == ("fulfilled" if unit == quick and is_over else "open")
        assert (row["marked_late_at"] is not None) == (unit != quick and is_over)
    digests = [row for row in await story.read(story.office, "digests") if row["kind"] == "half_month"]
    assert sorted(row["period_first"] for row in digests) == [day.isoformat() for day in DUE][:-1]
    assert all(row["counts"]["late"] == 0 for row in digests)
