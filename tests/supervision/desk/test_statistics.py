from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.desk import statistics
from supervision.desk.statistics import Grouping
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.items.models import Party
from supervision.items.registration import NewParty, add_parties
from supervision.items.states import Responsibility
from supervision.scoring import automatic_proposals
from tests.factories.desk import NOON, person
from tests.factories.identity import make_official, make_unit
from tests.factories.reviews import add_completion
from tests.factories.scoring import add_entry, add_item, add_task, adopt, hold
from tests.places import Place

AT = datetime(2016, 4, 1, tzinfo=UTC)
# kind, received, deadline, closed, verdicts on the completion reports. Today is the 20th of May.
ITEMS: dict[str, list[tuple[str, str, str, str | None, str]]] = {
    "甲局": [
        ("instruction", "2016-01-10", "2016-01-31", "2016-01-31", "passed"),
        ("instruction", "2016-01-20", "2016-02-10", "2016-02-11", "returned returned passed"),
        ("major_decision", "2016-03-01", "2016-05-19", None, "returned"),
        ("major_decision", "2016-03-01", "2016-05-20", None, ""),
    ],
    "乙镇": [
        ("instruction", "2016-01-05", "2016-12-31", None, ""),
        ("instruction", "2016-03-05", "2016-03-10", "2016-03-05", "passed"),
    ],
}
# items, closed, closed %, on time %, days, returned %. 甲局: 1 of 3 ended in time, (21 + 22) / 2 days, 3 of 5 returned.
BY_UNIT = {"乙镇": (2, 1, "50", "100", "0", "0"), "甲局": (4, 2, "50", "33.3", "21.5", "60")}
BY_KIND = {"instruction": (4, 3, "75", "66.7", "14.3", "40"), "major_decision": (2, 0, "0", "0", None, "100")}
BY_MONTH = {"2016-01": (3, 2, "66.7", "50", "21.5", "50"), "2016-03": (3, 1, "33.3", "50", "0", "50")}


async def add(session: AsyncSession, actor: Actor, unit: str, kind: str = "department") -> UUID:
    """Add a unit with its items, each with one task that a leader of the unit's own leads."""
    unit_id = await make_unit(session, actor, name=unit, kind=kind)
    leader_id = await make_official(session, actor, unit_id, name=f"{unit}领导")
    for item_kind, received, deadline, closed, verdicts in ITEMS[unit]:
        facts: dict[str, Any] = {"received_on": date.fromisoformat(received), "closed_on": None}
        if closed:
            facts |= {"closed_on": date.fromisoformat(closed), "state": "closed"}
        item_id = await add_item(session, kind=item_kind, deadline_on=date.fromisoformat(deadline), **facts)
        of_unit = NewParty(item_id=item_id, unit_id=unit_id, responsibility=Responsibility.RESPONSIBLE_UNIT)
        of_leader = NewParty(item_id=item_id, official_id=leader_id, responsibility=Responsibility.LEAD_LEADER)
        await add_parties(session, [of_unit])
        await add_parties(session, [of_leader])
        task_id = await add_task(session, actor, item_id, unit_id, responsible_person_id=leader_id)
        for verdict in verdicts.split():
            await add_completion(session, unit_id, task_id, AT, verdict, reopened_at=None)
    return unit_id


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> dict[str, UUID]:
    await hold(session, here.actor, NOON)
    made = {unit: await add(session, here.actor, unit) for unit in ITEMS}
    # Noise: another year's item, and what does not count.
    other = await add_item(session, deadline_on=date(2015, 6, 30))
    ended = {"closed_on": date(2016, 5, 1)}
    await add_item(session, state="merged", merged_into_id=other, **ended)
    for state in ("void", "refused"):
        await add_item(session, state=state, **ended)
    await add_item(session, state="registered")
    return made


async def read(session: AsyncSession, actor: Actor, by: Grouping) -> dict[str, tuple[Any, ...]]:
    rows = await statistics.get_statistics(session, actor, year=2016, by=by)
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)
    names = ("items", "closed", "closed_share", "on_time_share", "average_days", "returned_share")
    return {row["name"]: tuple(_plain(row[name]) for name in names) for row in rows}


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


@pytest.mark.usefixtures("units")
async def test_shares_and_days_are_those_worked_out_by_hand(session: AsyncSession, here: Place) -> None:
    office = person(here.actor)
    assert await read(session, office, Grouping.UNIT) == BY_UNIT
    assert await read(session, office, Grouping.KIND) == BY_KIND
    assert await read(session, office, Grouping.MONTH) == BY_MONTH
    assert await read(session, office, Grouping.LEADER) == {f"{unit}领导": row for unit, row in BY_UNIT.items()}


async def test_a_unit_sees_its_own_figures_only(session: AsyncSession, here: Place, units: dict[str, UUID]) -> None:
    unit = person(here.actor, Role.UNIT, unit_id=units["乙镇"])
    only = BY_UNIT["乙镇"]
    assert await read(session, unit, Grouping.UNIT) == {"乙镇": only}
    assert await read(session, unit, Grouping.KIND) == {"instruction": only}
    assert await read(session, unit, Grouping.LEADER) == {"乙镇领导": only}
    assert set(await read(session, unit, Grouping.MONTH)) == {"2016-01", "2016-03"}
    # A county leader whom it may not know by name leads one of its items, too.
    county = await make_unit(session, here.actor, kind="other")
    leader_id = await make_official(session, here.actor, county, position="county_leader")
    item_id = await session.scalar(select(Party.item_id).where(Party.unit_id == units["乙镇"]).limit(1))
    assert item_id
    await add_parties(
        session, [NewParty(item_id=item_id, official_id=leader_id, responsibility=Responsibility.LEAD_LEADER)]
    )
    assert set(await read(session, unit, Grouping.LEADER)) == {"乙镇领导", str(leader_id)}


# The deadline is the 30th of April: when 100 percent was reported, when that was returned, whether it is late.
RETURNED: dict[str, tuple[int, int | None, bool]] = {
    "在期内": (20, None, False),
    "已退回": (20, 25, True),
    "期后退回": (20, 32, True),
    "过期": (31, None, True),
}


@pytest.mark.parametrize("case", RETURNED)
@pytest.mark.parametrize("closed_on", [None, date(2016, 5, 10)])
async def test_on_time_is_what_scores_call_so(
    session: AsyncSession, here: Place, case: str, closed_on: date | None
) -> None:
    await hold(session, here.actor, NOON)
    unit_id = await make_unit(session, here.actor)
    ended = {"state": "closed", "closed_on": closed_on} if closed_on else {}
    item_id = await add_item(session, received_on=date(2016, 4, 1), deadline_on=date(2016, 4, 30), **ended)
    task_id = await add_task(session, here.actor, item_id, unit_id)
    reported, returned, is_late = RETURNED[case]
    at, returned_at = [each and AT + timedelta(days=each - 1) for each in (reported, returned)]
    assert at
    await add_entry(session, unit_id, task_id, percent=100, received_at=at, returned_at=returned_at or None)
    (row,) = await statistics.get_statistics(session, person(here.actor), year=2016, by=Grouping.KIND)
    assert row["on_time_share"] == (0 if is_late else 100 if closed_on else None)
    await adopt(session, here.actor)
    assert await automatic_proposals.propose_late(session, here.actor) == is_late


@pytest.mark.usefixtures("units")
async def test_another_county_counts_for_itself(session: AsyncSession, elsewhere: Place) -> None:
    await enter(session, elsewhere.actor.jurisdiction_id)
    for by in Grouping:
        assert await read(session, person(elsewhere.actor), by) == {}
