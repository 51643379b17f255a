import asyncio
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.foundation.actors import Actor, Role
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.scoring import automatic_proposals, decisions, proposals
from supervision.scoring.models import Deduction, ScoringRule
from supervision.tasks.models import Sharer, Task
from tests.factories.identity import make_unit
from tests.factories.reviews import add_completion, add_waiver
from tests.factories.scoring import add_entry, add_indicator, add_item, add_task, adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place
from tests.supervision.scoring.golden_deductions import noon
from tests.supervision.scoring.golden_tables import NONE, read_tables
from tests.supervision.scoring.test_scores import in_a_database, story

(CASES,) = read_tables("lateness.txt")
TODAY = datetime(2017, 3, 1, 4, tzinfo=UTC)
FIRST_OF_MARCH = date(2016, 3, 1)
_ENTRY = re.compile(r"(\S+) (次日零时 )?(\d+)%(?: 退回([\d-]+))?")
_END = re.compile(r"(\d{4}-\d\d-\d\d) ([a-z]+)(?: 回头看([\d-]+))?")
_INDICATOR = re.compile(r"(\w+) ([\d.]+)(?:~([\d.]+))? = ([\d.]+|无)")


async def test_lateness_is_proposed_as_the_golden_table_says(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor, effective_on=date(2016, 1, 1))
    await hold(session, here.actor, TODAY)
    items = [await _tell(session, here, row) for row in CASES]
    await automatic_proposals.propose_late(session, here.actor)
    statement = select(Deduction, ScoringRule.code).join(ScoringRule, ScoringRule.id == Deduction.rule_id)
    proposed = {row.item_id: (row, code) for row, code in await session.execute(statement)}
    found = [{**row, **_told(*proposed.get(item, (None, "")))} for row, item in zip(CASES, items, strict=True)]
    assert found == CASES


async def _tell(session: AsyncSession, here: Place, row: dict[str, str]) -> UUID:
    unit_id = await make_unit(session, here.actor, kind=row["单位"])
    item_id = await add_item(session, kind=row["种类"], deadline_on=date.fromisoformat(row["时限"]))
    task_id = await add_task(session, here.actor, item_id, unit_id)
    for day, is_midnight, percent, back in _ENTRY.findall(row["进度"]):
        at = datetime.combine(date.fromisoformat(day), time(0 if is_midnight else 12), SHANGHAI)
        returned_at = noon(back) if back else None
        await add_entry(session, unit_id, task_id, percent=int(percent), received_at=at, returned_at=returned_at)
    for comparator, target, high, value in _INDICATOR.findall(row["指标"]):
        indicator_id = await add_indicator(
            session,
            task_id,
            comparator=comparator,
            target=Decimal(target),
            target_high=Decimal(high) if high else None,
        )
        if value != "无":
            # Figures correct each other; the latest counts, though it comes after the year.
            for at, figure in ((datetime(2016, 5, 1, tzinfo=UTC), Decimal(-1)), (TODAY, Decimal(value))):
                await add_entry(session, unit_id, task_id, percent=50, received_at=at, figures=[(indicator_id, figure)])
    for day, verdict, looked_back_on in _END.findall(row["办结"]):
        at = datetime.combine(date.fromisoformat(day), time(12), SHANGHAI)
        back = datetime.combine(date.fromisoformat(looked_back_on), time(12), SHANGHAI) if looked_back_on else None
        match verdict:
            case "closed":
                closed = {"state": "closed", "closed_on": at.date()}
                await session.execute(update(Item).where(Item.id == item_id).values(closed))
            case "asked" | "waived":
                await add_waiver(session, unit_id, task_id, at, is_granted=verdict == "waived", reopened_at=back)
            case _:
                await add_completion(session, unit_id, task_id, at, verdict, reopened_at=back)
    return item_id


def _told(deduction: Deduction | None, code: str) -> dict[str, str]:
    if deduction is None:
        return {"提出": NONE, "分值": NONE, "事实发生日": NONE}
    return {"提出": code, "分值": plain_decimal(deduction.points), "事实发生日": str(deduction.fact_on)}


async def _late_item(session: AsyncSession, here: Place, **over: object) -> tuple[UUID, UUID]:
    unit_id = await make_unit(session, here.actor)
    item_id = await add_item(session, **over)
    await add_task(session, here.actor, item_id, unit_id)
    return item_id, unit_id


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Deduction)) or 0


class TestProposeLate:
    async def test_running_again_adds_nothing_not_even_after_a_refusal(
        self, session: AsyncSession, here: Place
    ) -> None:
        await adopt(session, here.actor)
        item_id, unit_id = await _late_item(session, here)
        assert await automatic_proposals.propose_late(session, here.actor) == 1
        assert await automatic_proposals.propose_late(session, here.actor) == 0
        deduction = (await session.scalars(select(Deduction))).one()
        assert (deduction.item_id, deduction.unit_id, deduction.event) == (item_id, unit_id, f"item:{item_id}:late")
        assert (deduction.proposed_by, deduction.year, deduction.state) == (None, 2016, "proposed")
        group = Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=new_id())
        await decisions.refuse_deduction(session, group, deduction.id, AS_READ, reason="有正当理由")
        assert await automatic_proposals.propose_late(session, here.actor) == 0

    async def test_another_version_of_the_policy_does_not_bring_it_again(
        self, session: AsyncSession, here: Place
    ) -> None:
        await adopt(session, here.actor)
        await _late_item(session, here, deadline_on=date(2016, 6, 30))
        assert await automatic_proposals.propose_late(session, here.actor) == 1
        await adopt(session, here.actor, effective_on=date(2016, 7, 1))
        assert await automatic_proposals.propose_late(session, here.actor) == 0

    async def test_what_a_person_saw_first_is_not_proposed_again(self, session: AsyncSession, here: Place) -> None:
        await adopt(session, here.actor)
        item_id, unit_id = await _late_item(session, here)
        office = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id())
        await proposals.propose_deduction(
            session,
            office,
            unit_id=unit_id,
            rule_code="instruction_late",
            fact_on=date(2016, 7, 1),
            reason="逾期",
            item_id=item_id,
        )
        assert await automatic_proposals.propose_late(session, here.actor) == 0

    async def test_each_late_unit_of_an_item_is_proposed_once(self, session: AsyncSession, here: Place) -> None:
        await adopt(session, here.actor)
        item_id, first = await _late_item(session, here)
        await add_task(session, here.actor, item_id, first)
        second, in_time = [await make_unit(session, here.actor) for _ in range(2)]
        await add_task(session, here.actor, item_id, second)
        done = await add_task(session, here.actor, item_id, in_time)
        await add_entry(session, in_time, done, percent=100, received_at=datetime(2016, 6, 1, tzinfo=UTC))
        assert await automatic_proposals.propose_late(session, here.actor) == 2
        assert set(await session.scalars(select(Deduction.unit_id))) == {first, second}

    async def test_a_supporting_unit_pays_when_it_is_named_and_only_then(
        self, session: AsyncSession, here: Place
    ) -> None:
        await adopt(session, here.actor)
        item_id, responsible = await _late_item(session, here)
        (task_id,) = await session.scalars(select(Task.id).where(Task.item_id == item_id))
        supporting = await make_unit(session, here.actor)
        session.add(Sharer(task_id=task_id, responsibility="supporting_unit", unit_id=supporting, since_at=TODAY))
        await session.flush()
        assert await automatic_proposals.propose_late(session, here.actor) == 1
        assert await session.scalar(select(Deduction.unit_id)) == responsible
        office = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id())
        facts: dict[str, Any] = {"rule_code": "instruction_late", "fact_on": date(2016, 7, 1), "reason": "配合不力"}
        await proposals.propose_deduction(session, office, unit_id=supporting, item_id=item_id, **facts)
        assert set(await session.scalars(select(Deduction.unit_id))) == {responsible, supporting}

    async def test_an_extension_moves_the_fact(self, session: AsyncSession, here: Place) -> None:
        await adopt(session, here.actor)
        await _late_item(session, here, first_deadline_on=date(2016, 6, 30), deadline_on=date(2016, 9, 30))
        await hold(session, here.actor, datetime(2016, 9, 30, 15, tzinfo=UTC))
        assert await automatic_proposals.propose_late(session, here.actor) == 0
        await hold(session, here.actor, datetime(2016, 9, 30, 16, tzinfo=UTC))
        assert await automatic_proposals.propose_late(session, here.actor) == 1

    async def test_another_county_is_never_touched(self, session: AsyncSession, here: Place, elsewhere: Place) -> None:
        await enter(session, elsewhere.actor.jurisdiction_id)
        await adopt(session, elsewhere.actor)
        await _late_item(session, elsewhere)
        await enter(session, here.actor.jurisdiction_id)
        await adopt(session, here.actor)
        assert await automatic_proposals.propose_late(session, here.actor) == 0
        await enter(session, elsewhere.actor.jurisdiction_id)
        assert await _count(session) == 0

    async def test_proposals_of_one_run_have_ids_in_the_order_of_time(self, session: AsyncSession, here: Place) -> None:
        before = new_id()
        await adopt(session, here.actor)
        await _late_item(session, here)
        await automatic_proposals.propose_late(session, here.actor)
        made = (await session.scalars(select(Deduction.id))).one()
        assert (made.version, made.variant) == (7, before.variant)
        assert before < made < UUID(int=new_id().int + (1 << 80))


# Deadlines, and days on which lateness was looked for before the last look at the end, in days from 1 March.
@in_a_database
@given(deadlines=st.lists(st.integers(0, 60), min_size=1, max_size=6), looks=st.lists(st.integers(0, 70), max_size=4))
async def test_looking_more_often_proposes_the_same(
    session: AsyncSession, here: Place, deadlines: list[int], looks: list[int]
) -> None:
    found = []
    for days in (looks, []):
        async with story(session):
            await adopt(session, here.actor)
            names = {}
            for place, deadline in enumerate(deadlines):
                item_id, _ = await _late_item(session, here, deadline_on=FIRST_OF_MARCH + timedelta(days=deadline))
                names[item_id] = place
            for day in (*sorted(days), 90):
                await hold(session, here.actor, noon(str(FIRST_OF_MARCH + timedelta(days=day))))
                await automatic_proposals.propose_late(session, here.actor)
            rows = await session.execute(select(Deduction.item_id, Deduction.fact_on, Deduction.points))
            found.append(sorted((names[item_id], fact_on, points) for item_id, fact_on, points in rows if item_id))
    assert found[0] == found[1]
    assert [place for place, *_ in found[0]] == list(range(len(deadlines)))


async def test_two_runs_at_once_propose_once(committed: Committed) -> None:
    here = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, here.actor.jurisdiction_id)
        await adopt(session, here.actor)
        await _late_item(session, here)
        await session.commit()
    async with committed.api() as one, committed.api() as other:
        for session in (one, other):
            await enter(session, here.actor.jurisdiction_id)
        assert await automatic_proposals.propose_late(one, here.actor) == 1
        waiting = asyncio.create_task(automatic_proposals.propose_late(other, here.actor))
        await asyncio.sleep(0.05)
        await one.commit()
        assert await waiting == 0
