import asyncio
from datetime import date, datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text

from supervision.cadence.models import CadenceRun
from supervision.cadence.moments import shanghai_day
from supervision.cadence.rules import StepKind
from supervision.cadence.timetable import DAILY
from supervision.messaging.models import Broadcast, Message
from supervision.progress.models import Digest, Obligation
from supervision.progress.progress_reports import report_progress
from supervision.scoring.models import Deduction
from tests.factories import scoring
from tests.factories.county import County, open_county, told
from tests.factories.processes import until_somebody_waits
from tests.factories.progress import as_unit, entry, hold, moment
from tests.places import Committed
from worker.jobs import cadence
from worker.jobs.cadence import tick, tick_jurisdiction

pytestmark = pytest.mark.committed


@pytest.fixture
async def county(committed: Committed) -> County:
    return await open_county(committed, "330326")


# The second half of September 2016: the National Day week is free, and 8 and 9 October, a weekend, are worked.
STORY: list[tuple[datetime, list[str]]] = [
    (moment(9, 15, 23, 59), []),
    (moment(9, 16, 0), ["plan 09-01", "open 09-16"]),
    (moment(9, 30, 23), []),
    (moment(10, 8, 23), ["open 10-01", "plan 10-01"]),
    (moment(10, 9, 8, 59), []),
    (moment(10, 9, 9), ["remind 09-16"]),
    (moment(10, 10, 23, 59), ["summarise 09-01"]),
    (moment(10, 11, 0), ["due 09-16"]),
    (moment(10, 11, 9), ["look 07-01", "urge 09-16"]),
    (moment(10, 12, 8), []),
    (moment(10, 12, 9), ["digest 09-16"]),
]


async def test_a_half_month_over_the_national_day(committed: Committed) -> None:
    county = await open_county(committed, "330326", date(2016, 9, 16))
    for at, expected in STORY:
        if at == moment(10, 8, 23):
            await county.report(county.quick)
        steps = await county.tick_at(at)
        assert [step for step in steps if step.split()[0] not in DAILY] == expected, at

    owed = await county.read(Obligation.unit_id, Obligation.period_first, Obligation.due_at, Obligation.marked_late_at)
    first = {unit: (due, marked) for unit, period, due, marked in owed if period == date(2016, 9, 16)}
    assert first == {
        county.quick.unit_id: (moment(10, 11, 0), None),
        county.slow.unit_id: (moment(10, 11, 0), moment(10, 11, 0)),
    }
    messages = await county.read(Message.id, Message.official_id, Message.matter)
    assert sorted((matter.split(":")[-1], official) for _, official, matter in messages if matter) == [
        ("remind", county.slow.handler_id),
        *(("urge", official) for official in sorted([county.slow.handler_id, county.slow.leader_id])),
    ]
    assert await county.read(Digest.counts) == [
        ({"units": 2, "on_time": 1, "late": 0, "missing": 1, "tasks": 1, "mean_percent": "50.0"},)
    ]
    assert await county.read(Broadcast.matter, Broadcast.recipients, Broadcast.is_test) == [
        ("digest:2016-09-16:2016-09-30", 1, True),
        ("summary:2016-09-16:2016-09-30", 3, True),
    ]


async def everything(county: County) -> dict[str, Any]:
    """Return what the cadence makes: what is unique of each row, and how many rows there are."""
    runs = await county.read(CadenceRun.id, CadenceRun.kind, CadenceRun.period_first, CadenceRun.finished_at)
    return {
        "steps": [(kind, first) for _, kind, first, _ in runs],
        "finished": all(finished for *_, finished in runs),
        **{table.__name__: await county.count(table) for table in (Obligation, Message, Broadcast, Digest)},
    }


async def test_a_tick_repeated_does_nothing(county: County) -> None:
    assert len(await county.tick_at(moment(11, 1))) > 10
    before = await everything(county)
    assert await county.tick_at(moment(11, 1)) == []
    assert await county.tick_at(moment(11, 1, 13)) == []
    assert await everything(county) == before


async def test_a_clock_that_jumps_forward_catches_up_in_order(county: County) -> None:
    assert await county.tick_at(moment(9, 1, 0)) == ["open 09-01"]
    await county.report(county.quick)
    steps = await county.tick_at(moment(10, 12, 9))
    assert steps == [
        "plan 09-01",
        "open 09-16",
        "remind 09-01",
        "due 09-01",
        "urge 09-01",
        "digest 09-01",
        "open 10-01",
        "plan 10-01",
        "remind 09-16",
        "summarise 09-01",
        "due 09-16",
        "look 07-01",
        "urge 09-16",
        "digest 09-16",
        "propose 10-12",
        "remind_of_ledgers 10-12",
        "remind_of_problems 10-12",
    ]
    messages = [matter.split(":")[-1] for _, matter in await county.read(Message.id, Message.matter) if matter]
    # No reminder, for every deadline had passed; of four duties one was fulfilled, and two people answer for each.
    assert messages == ["urge"] * 6


async def test_a_clock_that_jumps_back_runs_nothing_again(county: County) -> None:
    await county.tick_at(moment(11, 1))
    before = await everything(county)
    for at in (moment(9, 1), moment(10, 5), moment(8, 1), moment(3, 1, year=2015), moment(11, 1)):
        assert await county.tick_at(at) == []
    assert await everything(county) == before


async def test_two_workers_take_every_step_once(county: County) -> None:
    async with county.inside() as session:
        await hold(session, county.place.actor, moment(11, 1))
    taken = await asyncio.gather(
        *(tick_jurisdiction(county.runner, county.place.actor.jurisdiction_id) for _ in range(4))
    )
    together = sorted(step for done in taken for step in told(done))
    runs = await everything(county)
    assert together == sorted(f"{kind} {first:%m-%d}" for kind, first in runs["steps"])
    assert len(together) == len(set(together)) > 10
    assert (runs["finished"], runs["Digest"], runs["Obligation"]) == (True, 3, 10)
    moments = await county.read(CadenceRun.id, CadenceRun.due_at, CadenceRun.kind)
    in_order = [due for _, due, kind in moments if kind not in DAILY]
    assert in_order == sorted(in_order)


async def test_a_step_that_another_worker_holds_is_waited_for_and_resumed(county: County) -> None:
    unfinished = CadenceRun(
        kind=StepKind.OPEN,
        period_first=date(2016, 9, 1),
        period_last=date(2016, 9, 15),
        due_at=moment(9, 1, 0),
        started_at=moment(9, 1, 0),
        finished_at=None,
        outcome=None,
    )
    async with county.inside() as session:
        session.add(unfinished)
    async with county.inside() as session:
        await session.execute(select(CadenceRun).with_for_update())
        assert await county.tick_at(moment(9, 23)) == []
    assert len(await county.tick_at(moment(9, 23))) == 11


async def test_a_report_on_its_way_is_never_reminded_of(county: County) -> None:
    await county.tick_at(moment(9, 1))
    async with county.inside() as session:
        owed = select(Obligation.id).where(Obligation.unit_id == county.quick.unit_id)
        obligation_id = (await session.scalars(owed)).one()
        unit = as_unit(county.place.actor, county.quick.unit_id)
        await report_progress(session, unit, obligation_id, entries=[entry(county.quick.task_ids[0])])
        reminding = asyncio.create_task(county.tick_at(moment(9, 19, 9)))
        await until_somebody_waits(session)
    assert "remind 09-01" in await reminding
    messages = await county.read(Message.official_id)
    assert messages == [(county.slow.handler_id,)]


async def test_a_tick_here_touches_no_other_county(county: County) -> None:
    neighbour = await open_county(county.committed, "330327")
    async with neighbour.inside() as session:
        await hold(session, neighbour.place.actor, moment(11, 1))
    assert await county.tick_at(moment(11, 1))
    assert await everything(neighbour) == {
        "steps": [],
        "finished": True,
        "Obligation": 0,
        "Message": 0,
        "Broadcast": 0,
        "Digest": 0,
    }


async def test_each_county_goes_by_its_own_clock_and_none_waits_for_another(county: County) -> None:
    neighbour = await open_county(county.committed, "330327")
    for each, at in ((county, moment(9, 20)), (neighbour, moment(9, 1))):
        async with each.inside() as session:
            await hold(session, each.place.actor, at)
    stuck = await open_county(county.committed, "330328", date(1999, 1, 4))
    async with stuck.inside() as session:
        await hold(session, stuck.place.actor, moment(3, 1, year=1999))
    await tick(county.runner)
    assert await neighbour.count(Obligation) == 2
    assert await county.count(Obligation) == 4
    assert await stuck.count(CadenceRun) == 0
    gauges = [REGISTRY.get_sample_value("ducha_obligations", {"state": state}) for state in ("due", "late")]
    assert gauges == [6.0, 0.0]
    ids = [str(each.place.actor.jurisdiction_id) for each in (county, neighbour, stuck)]
    ticked = [REGISTRY.get_sample_value("ducha_ticked_at_seconds", {"jurisdiction": each}) for each in ids]
    failures = [REGISTRY.get_sample_value("ducha_tick_failures_total", {"jurisdiction": each}) for each in ids]
    assert [bool(at) for at in ticked] == [True, True, False]
    assert failures == [None, None, 1]


async def test_a_refused_step_leaves_nothing_and_is_tried_again(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fall(*_: object) -> dict[str, int]:
        await urge(*_)  # type: ignore[arg-type]  # passed on as it came
        raise RuntimeError("fallen after the work, before the end")

    urge = cadence.STEPS[StepKind.URGE]
    with monkeypatch.context() as patched:
        patched.setitem(cadence.STEPS, StepKind.URGE, fall)
        with pytest.raises(RuntimeError, match="fallen"):
            await county.tick_at(moment(9, 23))
    assert await county.count(Message) == 0
    assert await county.tick_at(moment(9, 23)) == [
        "urge 09-01",
        "digest 09-01",
        "propose 09-23",
        "remind_of_ledgers 09-23",
        "remind_of_problems 09-23",
        "urge_notices 09-23",
    ]
    assert await county.count(Message) == 4 + 1 + 3


async def test_late_items_are_proposed_once_a_day_after_the_deadline(county: County) -> None:
    async with county.inside() as session:
        await scoring.adopt(session, county.place.actor)
        item_id = await scoring.add_item(session, deadline_on=date(2016, 9, 9))
        await scoring.add_task(session, county.place.actor, item_id, county.slow.unit_id)
    assert "propose 09-09" in await county.tick_at(moment(9, 9, 23))
    assert await county.count(Deduction) == 0
    assert "propose 09-10" not in await county.tick_at(moment(9, 10, 0, 0))
    assert await county.tick_at(moment(9, 10, 0, 1)) == ["propose 09-10"]
    assert await county.read(Deduction.item_id, Deduction.state) == [(item_id, "proposed")]
    assert await county.tick_at(moment(9, 10, 18)) == []
    assert await county.tick_at(moment(9, 11)) == ["propose 09-11"]
    assert await county.count(Deduction) == 1


async def test_only_the_half_month_that_reaches_into_an_unknown_year_waits(committed: Committed) -> None:
    async with committed.owner() as session:
        last: date | None = await session.scalar(text("SELECT max(day) FROM working_day"))
    assert last
    county = await open_county(committed, "330326", date(last.year, 12, 1))
    steps = await county.tick_at(moment(12, 30, 8, year=last.year))
    assert steps == ["open 12-01", "remind 12-01", "due 12-01", "urge 12-01", "digest 12-01", "propose 12-30"]
    assert {shanghai_day(due).month for _, due in await county.read(CadenceRun.id, CadenceRun.due_at)} == {12}
