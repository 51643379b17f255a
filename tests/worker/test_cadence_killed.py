"""Each step of the cadence, killed in its middle or taken by several workers at once, comes out as if undisturbed."""

import asyncio
import re
import signal
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from supervision.cadence import rhythms
from supervision.cadence.models import CadenceRun
from supervision.cadence.periods import PeriodKind
from supervision.cadence.rules import StepKind
from supervision.cadence.timetable import USUAL
from tests.factories import problems, scoring
from tests.factories.county import County, open_county, told
from tests.factories.identity import make_official
from tests.factories.notices import make_leader, make_notice, make_paper
from tests.factories.problems import Concerned
from tests.factories.processes import tick_process, until_somebody_waits
from tests.factories.progress import hold, moment
from tests.places import Committed
from worker.jobs.cadence import STEPS, tick_jurisdiction

pytestmark = pytest.mark.committed

# Everything that a step may write.
TABLES = (
    *("cadence_run", "obligation", "message", "broadcast", "digest", "deduction", "quarterly_look"),
    *("inspection_plan", "inspection_scope", "urging"),
)
# Ids, and what is of the machine's own time.
OWN = {"id", "jurisdiction_id", "tx", "not_before", "leaves_at", "created_at", "recorded_at"}
# Digests are of texts that hold such ids.
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{64}")
NAME = re.compile(r"示例(?:单位|人员)?〔?\d+〕?")

# A step, and the moment at which nothing else comes before it; the day's own steps come after all others. The first
# half-month is due on 20 September, each week on the Monday after it, and the National Day week is free.
MOMENTS = [
    ("week", StepKind.OPEN, moment(9, 12, 0)),
    ("week", StepKind.REMIND, moment(9, 9, 9)),
    ("week", StepKind.DUE, moment(9, 13, 0)),
    ("week", StepKind.URGE, moment(9, 13, 9)),
    ("half_month", StepKind.OPEN, moment(9, 16, 0)),
    ("half_month", StepKind.REMIND, moment(9, 19, 9)),
    ("half_month", StepKind.DUE, moment(9, 21, 0)),
    ("half_month", StepKind.URGE, moment(9, 21, 9)),
    ("half_month", StepKind.DIGEST, moment(9, 22, 9)),
    ("month", StepKind.PLAN, moment(10, 8, 9)),
    ("month", StepKind.SUMMARISE, moment(10, 10, 9)),
    ("quarter", StepKind.LOOK, moment(10, 11, 0, 1)),
    ("day", StepKind.PROPOSE, moment(10, 1, 0, 1)),
    ("day", StepKind.REMIND_OF_LEDGERS, moment(1, 11, 9, year=2017)),
    ("day", StepKind.REMIND_OF_PROBLEMS, moment(9, 28, 9)),
    ("day", StepKind.URGE_NOTICES, moment(9, 28, 10)),
]


def test_no_kind_of_step_is_left_out() -> None:
    assert {kind for _, kind, _ in MOMENTS} == set(STEPS)
    assert {period for period, _, _ in MOMENTS} == {*USUAL, PeriodKind.DAY}


async def full_county(committed: Committed, code: str) -> County:
    """Open a county in which every step has something to do."""
    county = await open_county(committed, code)
    actor, slow = county.place.actor, county.slow
    async with county.inside() as session:
        await hold(session, actor, moment(8, 20))
        await rhythms.set_rhythm(session, actor, kind=PeriodKind.WEEK, changes={"is_running": True})
        await scoring.adopt(session, actor)
        instruction = await scoring.add_item(session, received_on=date(2016, 9, 1), deadline_on=date(2016, 9, 30))
        await scoring.add_task(session, actor, instruction, slow.unit_id, responsible_person_id=slow.handler_id)
        await make_notice(session, actor, item_id=instruction, state="issued", unit_ids=[slow.unit_id])
        leader = await make_leader(session, actor)
        await make_paper(session, actor, leader_ids=[leader], item_id=instruction)
        who = Concerned(slow.unit_id, county.quick.unit_id, leader, leader)
        problem_id = await problems.open_problem(session, actor, who)
        await problems.file_plan(session, actor, problem_id, who)
        await problems.decide(session, actor, problem_id, who, due_on=date(2016, 9, 20))
        await make_official(session, actor, slow.unit_id, position="office")
    return county


async def contents(county: County) -> Mapping[str, list[str]]:
    """Read what every table holds of a county, with ids and names replaced by what two counties share."""
    async with county.inside() as session:

        async def read(statement: str) -> list[Any]:
            return [tuple(row) for row in await session.execute(text(statement))]

        known: dict[str, str] = {}
        for table in ("unit", "official", "item", "task", "problem"):
            rows = await read(f"SELECT id FROM {table} ORDER BY id")  # noqa: S608 - ours
            known |= {str(id_): f"{table}-{place}" for place, (id_,) in enumerate(rows)}
        for table, column in (("unit", "name"), ("official", "name"), ("item", "number")):
            rows = await read(f"SELECT {column} FROM {table} ORDER BY id")  # noqa: S608 - ours
            known |= {name: f"{table}-{place}" for place, (name,) in enumerate(rows)}
        owed = await read("SELECT id, unit_id, period_first, period_last FROM obligation")
        known |= {str(id_): f"{known[str(unit_id)]} {first} {last}" for id_, unit_id, first, last in owed}
        held = {table: await read(f"SELECT to_jsonb({table}) FROM {table}") for table in TABLES}  # noqa: S608 - ours

        # Of the audit what the worker did: the counties were founded, and their clocks held, each for itself.
        done = "at BETWEEN '2016-08-21' AND '2017-02-01' AND verb <> 'clock.held'"
        held["audit_event"] = await read(f"SELECT to_jsonb(audit_event) FROM audit_event WHERE {done}")  # noqa: S608 - ours

    def plain(row: dict[str, Any]) -> str:
        kept = str(sorted((name, str(value)) for name, value in row.items() if name not in OWN))
        return NAME.sub(lambda found: known[found[0]], UUID.sub(lambda found: known.get(found[0], "·"), kept))

    return {table: sorted(plain(row) for (row,) in rows) for table, rows in held.items()}


async def go_to(county: County, at: datetime) -> None:
    async with county.inside() as session:
        await hold(session, county.place.actor, at)


@pytest.mark.parametrize(("kind", "at"), [(kind, at) for _, kind, at in MOMENTS], ids=str)
async def test_a_worker_killed_within_a_step_is_resumed_by_the_next(
    committed: Committed, kind: StepKind, at: datetime
) -> None:
    undisturbed, county = await full_county(committed, "330326"), await full_county(committed, "330327")
    before = at - timedelta(seconds=1)
    for each in (undisturbed, county):
        await each.tick_at(before)
    await undisturbed.tick_at(at)
    await go_to(county, at)
    stood = await contents(county)
    async with committed.owner() as held:
        # What a step has done is written down in the audit: there, with its work done, the worker waits for us.
        await held.execute(text("LOCK TABLE audit_event IN SHARE MODE"))
        with tick_process(committed) as worker:
            try:
                await until_somebody_waits(held)
            finally:
                worker.send_signal(signal.SIGKILL)
    resumed = await county.tick_at(at)
    assert resumed[0].split()[0] == kind
    assert await contents(county) == await contents(undisturbed) != stood


async def test_several_workers_together_do_what_one_does(committed: Committed) -> None:
    undisturbed, county = await full_county(committed, "330326"), await full_county(committed, "330327")
    await undisturbed.tick_at(moment(11, 1))
    await go_to(county, moment(11, 1))
    taken = await asyncio.gather(
        *(tick_jurisdiction(county.runner, county.place.actor.jurisdiction_id) for _ in range(4))
    )
    assert await contents(county) == await contents(undisturbed)
    together = [step for done in taken for step in told(done)]
    assert len(together) == await county.count(CadenceRun) == await undisturbed.count(CadenceRun)
