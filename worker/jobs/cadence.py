import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence import runs
from supervision.cadence.moments import shanghai_day
from supervision.cadence.periods import PeriodKind
from supervision.cadence.rhythms import find_rhythm
from supervision.cadence.rules import Step, StepKind
from supervision.foundation import clock, metrics
from supervision.foundation.actors import Actor, system
from supervision.identity.models import JurisdictionKind
from supervision.identity.queries import get_own_jurisdiction
from supervision.inspections import monthly
from supervision.ledgers import ledger_reminders
from supervision.notices import urging
from supervision.problems import queries as problems
from supervision.problems import reminders
from supervision.progress import (
    digests,
    instruction_summary,
    obligation_waivers,
    obligations,
    quarterly_look,
    queries,
    rhythm,
)
from supervision.scoring import automatic_proposals
from worker.runner import Runner

log = structlog.get_logger()

OBLIGATIONS = Gauge("ducha_obligations", "Open reporting duties", ["state"])
TICKED_AT = Gauge(
    "ducha_ticked_at_seconds", "When a county's cadence was last looked after, Unix time", ["jurisdiction"]
)
TICK_FAILURES = Counter(
    "ducha_tick_failures_total", "Times that a county's cadence could not be looked after", ["jurisdiction"]
)
StepOutcome = Mapping[str, int]


async def _open(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    deadline = await rhythm.find_deadline(session, step.period)
    covers = await rhythm.find_covered(session, step.period)
    return {
        "obligations": await obligations.open_obligations(session, actor, step.period, deadline.late_at, covers=covers)
    }


async def _remind(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    return {"messages": await obligations.remind(session, actor, step.period)}


async def _mark(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    # An item may have closed while the period was being opened.
    await obligation_waivers.waive_idle(session, actor)
    return {"marked": await obligations.mark_late(session, actor, step.period)}


async def _urge(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    return {"messages": await obligations.urge(session, actor, step.period)}


async def _digest(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    return {"digests": int(await digests.make_digest(session, actor, step.period) is not None)}


async def _plan(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    troubled = await problems.find_troubled_items(session)
    first_on = shanghai_day(step.at)
    return {"plans": await monthly.plan_month(session, actor, step.period, first_on=first_on, troubled=troubled)}


async def _summarise(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    return {"digests": int(await instruction_summary.summarise_instructions(session, actor, step.period) is not None)}


async def _look(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome:
    deadline = await rhythm.find_deadline(session, step.period)
    cadence = await find_rhythm(session, PeriodKind.QUARTER, step.period.first)
    looked = await quarterly_look.take_look(
        session, actor, step.period, on=deadline.due_on, behind_percent=cadence.behind_percent
    )
    return {"tasks": looked}


async def _remind_of_ledgers(session: AsyncSession, actor: Actor, _step: Step) -> StepOutcome:
    return {"messages": await ledger_reminders.remind_of_ledgers(session, actor)}


async def _remind_of_problems(session: AsyncSession, actor: Actor, _step: Step) -> StepOutcome:
    return {"messages": await reminders.remind_of_overdue(session, actor)}


async def _urge_notices(session: AsyncSession, actor: Actor, _step: Step) -> StepOutcome:
    return {"messages": await urging.urge_overdue(session, actor)}


async def _propose(session: AsyncSession, actor: Actor, _step: Step) -> StepOutcome:
    late = await automatic_proposals.propose_late(session, actor)
    return {"deductions": late + await automatic_proposals.propose_criticised(session, actor)}


STEPS: dict[StepKind, Callable[[AsyncSession, Actor, Step], Awaitable[StepOutcome]]] = {
    StepKind.OPEN: _open,
    StepKind.REMIND: _remind,
    StepKind.DUE: _mark,
    StepKind.URGE: _urge,
    StepKind.DIGEST: _digest,
    StepKind.PLAN: _plan,
    StepKind.SUMMARISE: _summarise,
    StepKind.LOOK: _look,
    StepKind.PROPOSE: _propose,
    StepKind.REMIND_OF_LEDGERS: _remind_of_ledgers,
    StepKind.REMIND_OF_PROBLEMS: _remind_of_problems,
    StepKind.URGE_NOTICES: _urge_notices,
}


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step that was taken, and what it did."""

    step: Step
    outcome: StepOutcome


async def tick(runner: Runner) -> None:
    """Take every step of every county's cadence that is due at the county's own clock."""
    async with runner.everywhere() as session:
        counties = await rhythm.find_counties(session)
    for jurisdiction_id in counties:
        try:
            await tick_jurisdiction(runner, jurisdiction_id)
            TICKED_AT.labels(str(jurisdiction_id)).set_to_current_time()
        except Exception:
            TICK_FAILURES.labels(str(jurisdiction_id)).inc()
            # Whatever is wrong in one county, the others' deadlines do not wait.
            log.exception("tick_failed", jurisdiction=str(jurisdiction_id))
    async with runner.everywhere() as session:
        due, late = await queries.count_open(session)
    OBLIGATIONS.labels("due").set(due)
    OBLIGATIONS.labels("late").set(late)


async def tick_jurisdiction(runner: Runner, jurisdiction_id: UUID) -> list[StepDone]:
    """Take what is due in one county, in the order of the moments, and return it; raises CalendarUnknown.

    Each step is one transaction, so that a worker that dies leaves it wholly done or wholly undone.
    """
    async with runner.within(jurisdiction_id) as session:
        jurisdiction = await get_own_jurisdiction(session, system(jurisdiction_id))
    actor = system(jurisdiction_id, is_test=jurisdiction["kind"] != JurisdictionKind.LIVE)
    done: list[StepDone] = []
    tried: Step | None = None
    while True:
        async with runner.within(jurisdiction_id) as session:
            step = await rhythm.next_step(session, actor, await clock.now(session))
            # Tried and still not finished: another worker is at it, and what follows must wait for it.
            if step is None or step == tried:
                return done
            tried = step
            outcome = await _take(session, actor, step)
        if outcome is not None:
            done.append(StepDone(step, outcome))


async def _take(session: AsyncSession, actor: Actor, step: Step) -> StepOutcome | None:
    began = time.perf_counter()
    run = await runs.take(session, step)
    if run is None:
        return None
    outcome = await STEPS[step.kind](session, actor, step)
    await runs.finish(session, run, outcome)
    metrics.RUNS.labels(step.kind).observe(time.perf_counter() - began)
    return outcome
