import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.clock import SHANGHAI
from supervision.progress.last_reported import ALL_KNOWN
from supervision.reviews.task_standing import is_finished, item_standing
from tests.factories.identity import make_unit
from tests.factories.reviews import add_completion, add_waiver
from tests.factories.scoring import add_entry, add_indicator, add_item, add_task
from tests.places import Place
from tests.supervision.scoring.golden_tables import read_tables

(CASES,) = read_tables(Path(__file__).parent / "golden" / "task_standing.txt")
TOLD = {True: "是", False: "否", None: "未知"}
_DAY = r"(\d\d-\d\d)"
_ENTRY = re.compile(rf"{_DAY} (\d+)%(?: 退回{_DAY})?")
_FIGURE = re.compile(rf"(至少|至多)([\d.]+)=(?:无|([\d.]+)于{_DAY}(?:退回{_DAY})?)")
_ROUND = re.compile(rf"{_DAY}报(?:{_DAY}(通过|退回))?(?:{_DAY}回头看)?")
_WAIVER = re.compile(rf"{_DAY}(免办|申请免办)(?:{_DAY}回头看)?")


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(f"2016-{day}"), time(12), SHANGHAI)


def noon_or_none(day: str) -> datetime | None:
    return noon(day) if day else None


def end_of(day: str) -> str:
    return f"'{noon(day).date() + timedelta(days=1)} 00:00+08'"


async def make_case(session: AsyncSession, here: Place, row: dict[str, str]) -> UUID:
    unit_id = await make_unit(session, here.actor)
    task_id = await add_task(session, here.actor, await add_item(session), unit_id)
    for day, percent, back in _ENTRY.findall(row["进度"]):
        at, returned_at = noon(day), noon_or_none(back)
        await add_entry(session, unit_id, task_id, percent=int(percent), received_at=at, returned_at=returned_at)
    known: dict[tuple[str, str], UUID] = {}
    for word, target, value, day, back in _FIGURE.findall(row["指标"]):
        facts: dict[str, Any] = {"comparator": "at_least" if word == "至少" else "at_most", "target": Decimal(target)}
        if (word, target) not in known:
            known[word, target] = await add_indicator(session, task_id, **facts)
        if value:
            figures = [(known[word, target], Decimal(value))]
            at, returned_at = noon(day), noon_or_none(back)
            await add_entry(
                session, unit_id, task_id, percent=50, received_at=at, figures=figures, returned_at=returned_at
            )
    for day, reviewed, verdict, back in _ROUND.findall(row["办结报告、免办"]):
        state = {"": "reported", "通过": "passed", "退回": "returned"}[verdict]
        moments = {"reviewed_at": noon_or_none(reviewed), "reopened_at": noon_or_none(back)}
        await add_completion(session, unit_id, task_id, noon(day), state, **moments)
    for day, word, back in _WAIVER.findall(row["办结报告、免办"]):
        is_granted = word == "免办"
        await add_waiver(session, unit_id, task_id, noon(day), is_granted=is_granted, reopened_at=noon_or_none(back))
    return task_id


@pytest.mark.parametrize("row", CASES, ids=lambda row: " ".join(row.values()))
async def test_a_task_stands_as_the_golden_table_says(session: AsyncSession, here: Place, row: dict[str, str]) -> None:
    task_id = await make_case(session, here, row)
    known = ALL_KNOWN if row["所知"] == "全部" else end_of(row["所知"])
    condition = is_finished(due=end_of(row["限"]), known=known)
    statement = text(f"SELECT {condition} FROM task t WHERE t.id = :task_id")  # noqa: S608 - our own words
    found = await session.scalar(statement, {"task_id": task_id})
    assert TOLD[found] == row["办结"]


def test_the_table_has_every_answer_and_every_kind_of_return() -> None:
    assert {row["办结"] for row in CASES} == set(TOLD.values())
    assert sum("退回" in row["进度"] for row in CASES) >= 5
    assert sum("退回" in row["指标"] for row in CASES) >= 3


DONE, OPEN, UNKNOWN = "06-20报06-25通过", "–", "06-20报"


@pytest.mark.parametrize(
    ("tasks", "is_finished", "is_unfinished", "units"),
    [
        ([], False, True, []),
        ([DONE, DONE], True, False, []),
        ([DONE, OPEN], False, True, ["乙"]),
        ([DONE, UNKNOWN], False, False, []),
        ([OPEN, UNKNOWN, OPEN], False, True, ["甲", "丙"]),
    ],
)
async def test_an_item_stands_as_its_tasks_do(
    session: AsyncSession,
    here: Place,
    tasks: list[str],
    is_finished: bool,  # noqa: FBT001 - likewise
    is_unfinished: bool,  # noqa: FBT001 - likewise
    units: list[str],
) -> None:
    item_id = await add_item(session)
    for name, told in zip("甲乙丙", tasks, strict=False):
        unit_id = await make_unit(session, here.actor, name=name)
        task_id = await add_task(session, here.actor, item_id, unit_id)
        for day, _, verdict, _ in _ROUND.findall(told):
            state = "passed" if verdict else "reported"
            await add_completion(session, unit_id, task_id, noon(day), state, reopened_at=None)
    standing = item_standing(due=end_of("06-30"), known=end_of("06-30"))
    statement = text(f"SELECT s.* FROM item i CROSS JOIN LATERAL ({standing}) s WHERE i.id = :item_id")  # noqa: S608 - our own words
    found = (await session.execute(statement, {"item_id": item_id})).one()
    stands = (found.tasks, found.is_finished, found.is_unfinished, sorted(found.units))
    assert stands == (len(tasks), is_finished, is_unfinished, sorted(units))
