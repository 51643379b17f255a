"""A dispute won after the quarter's warning, and the settlement of the small year in which it happened (art. 13)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.messaging import templates
from tests.factories.identity import Caller, make_official, make_unit
from tests.factories.scoring import add_item, add_party, adopt, hold
from tests.places import Callers, Place
from tests.supervision.scoring.golden_tables import read_table_lines

KINDS = {"甲镇": "township", "乙镇": "township", "丙镇": "township", "丁局": "department", "戊局": "department"}
# By hand. 甲镇 lost 3 for the meeting and 5 for the newspaper, and won the 3 back: 100 - 5 = 95, of which 2 percent
# are 1.9. 乙镇 had a matter to see to, and saw to it. 丙镇 was never inspected: (95 + 100) / 2 = 97.5. 丁局 lost 3 for
# one event under two articles, which counts once. 戊局 was never inspected either and takes 丁局's 97: 4 percent of it.
SETTLED = read_table_lines("""
    # 单位 | 督查 | 扣分 | 得分 | 同类平均 | 折算
    丁局 | True  | 3 | 97   | 97   | 3.88
    戊局 | False | 0 | 97   | 97   | 3.88
    丙镇 | False | 0 | 97.5 | 97.5 | 1.95
    乙镇 | True  | 0 | 100  | 97.5 | 2
    甲镇 | True  | 5 | 95   | 97.5 | 1.9
""")
QUARTER = {"year": "2016", "quarter": "2"}


class County:
    """A county's people at their programs, on the day that its clock is held at."""

    def __init__(self, session: AsyncSession, here: Place, units: dict[str, UUID], people: dict[str, Caller]) -> None:
        self.session, self.here, self.units, self.people = session, here, units, people

    async def on(self, month: int, day: int, year: int = 2016) -> None:
        await hold(self.session, self.here.actor, datetime(year, month, day, 4, tzinfo=UTC))
        await self.session.commit()

    async def post(self, person: str, path: str, status: int = 200, **body: object) -> Any:
        answer = await self.people[person].post(f"/v1/{path}", json=body or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, person: str, path: str, **params: str) -> Any:
        answer = await self.people[person].get(f"/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def deduct(self, unit: str, rule: str, fact_on: str, event: str) -> str:
        facts = {"unit_id": str(self.units[unit]), "rule_code": rule, "fact_on": fact_on, "reason": event}
        proposed = await self.post("office", "deductions", 201, **facts, event=event)
        if rule == "media_criticism":
            await self.post("office", f"deductions/{proposed['id']}/verification", verification="经查属实")
        confirmed = await self.post("group", f"deductions/{proposed['id']}/confirmation")
        return str(confirmed["id"])

    async def warned(self, person: str, unit: str) -> tuple[Any, ...]:
        rows = (await self.get(person, "quarterly_warnings", **QUARTER))["data"]
        (row,) = [row for row in rows if row["unit"] == unit]
        return row["points"], row["level"], row["issued_points"], row["issued_level"]


@pytest.fixture
async def county(session: AsyncSession, here: Place, callers: Callers) -> County:
    await adopt(session, here.actor)
    await templates.install_defaults(session, here.actor)
    units = {name: await make_unit(session, here.actor, name=name, kind=kind) for name, kind in KINDS.items()}
    await make_official(session, here.actor, units["甲镇"], position="principal_leader")
    item_id = await add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 6, 30))
    for name in ("甲镇", "乙镇"):
        await add_party(session, item_id, units[name])
    await session.commit()
    people = {name: await callers(here, role) for name, role in (("office", "office"), ("auditor", "auditor"))}
    people |= {name: await callers(here, "group") for name in ("group", "third")}
    people["甲镇"] = await callers(here, "unit", unit_id=units["甲镇"])
    return County(session, here, units, people)


async def test_a_dispute_is_won_after_the_warning_and_the_year_is_settled(county: County) -> None:
    await county.on(6, 20)
    meeting = await county.deduct("甲镇", "meeting_criticism", "2016-06-10", "六月大会")
    await county.deduct("甲镇", "media_criticism", "2016-06-15", "晚报")
    for rule in ("meeting_criticism", "circular_criticism"):
        await county.deduct("丁局", rule, "2016-06-10", "六月大会")
    await county.on(7, 4)
    await county.post("group", "quarterly_warnings", 201, year=2016, quarter=2)
    assert await county.warned("甲镇", "甲镇") == ("8", "warning", "8", "warning")
    assert await county.warned("office", "丁局") == ("3", "attention", "3", "attention")

    await county.on(7, 10)
    disputed = await county.post("甲镇", f"deductions/{meeting}/dispute", grounds="当日由邻镇发言")
    assert (disputed["state"], disputed["ruling_due_on"]) == ("disputed", "2016-08-09")
    assert await county.warned("甲镇", "甲镇") == ("8", "warning", "8", "warning")
    verdict: dict[str, Any] = {"verdict": "reversed", "reason": "会议记录证实"}
    await county.post("group", f"deductions/{meeting}/ruling", 403, **verdict)
    await county.on(8, 10)
    overdue = (await county.get("office", "deductions", is_overdue="true"))["data"]
    assert [row["id"] for row in overdue] == [meeting]
    ruled = await county.post("third", f"deductions/{meeting}/ruling", **verdict)
    assert (ruled["state"], ruled["decision"]) == ("reversed", "会议记录证实")
    # What is known now has changed; what the unit was told in July stays as it was told.
    assert await county.warned("office", "甲镇") == ("5", "attention", "8", "warning")

    await county.on(1, 9, 2017)
    await county.post("office", "settlements/2016", 201)
    await county.post("group", "settlements/2016/confirmation")
    settled = await county.get("auditor", "settlements/2016")
    names = ("unit", "is_inspected", "deducted", "score", "mean_of_kind", "converted")
    assert [[str(row[name]) for name in names] for row in settled["data"]] == [list(row.values()) for row in SETTLED]
    (own,) = (await county.get("甲镇", "settlements/2016"))["data"]
    assert own["unit"] == "甲镇"
    refused: dict[str, Any] = {"rule_code": "media_criticism", "fact_on": "2016-12-30", "reason": "日报"}
    late = await county.post("office", "deductions", 409, unit_id=str(county.units["乙镇"]), **refused)
    assert late["code"] == "year_settled"
