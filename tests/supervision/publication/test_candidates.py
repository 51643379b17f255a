"""What the record offers for publication, with why, and the clock of 20 working days."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents.models import Secrecy
from supervision.foundation.database import enter
from supervision.foundation.driver import Row
from supervision.foundation.paging import PageRequest
from supervision.items.models import Item
from supervision.messaging import templates
from supervision.progress.models import ProgressEntry, ProgressReport
from supervision.publication import candidates, drafts, errors, queries
from supervision.publication.sources import Source
from supervision.tasks.models import Milestone, Task
from tests.factories import bulletins
from tests.factories.identity import make_unit
from tests.factories.publication import add_progress, approve, draft, issue_circular, person, put_out
from tests.factories.scoring import add_entry, hold
from tests.places import Place

RECEIVED = datetime(2016, 4, 18, 2, tzinfo=UTC)
# Working days of 2016 after 18 April: May Day's holiday is moved about.
TWENTIETH = date(2016, 5, 17)


async def offered(session: AsyncSession, here: Place, **over: Any) -> list[Row]:
    return (await candidates.list_candidates(session, here.actor, PageRequest(), **over)).rows


async def task_of(session: AsyncSession, entry_id: UUID) -> Task:
    statement = select(Task).join(ProgressEntry, ProgressEntry.task_id == Task.id).where(ProgressEntry.id == entry_id)
    return (await session.scalars(statement)).one()


async def add_milestone(session: AsyncSession, task: Task, reached_on: date | None = None) -> None:
    facts: dict[str, Any] = {"name": "基础完工", "due_on": date(2016, 6, 1), "expected": "基础出地面", "set_by": None}
    state = "reached" if reached_on else "planned"
    session.add(Milestone(task_id=task.id, state=state, reached_on=reached_on, set_at=RECEIVED, **facts))
    await session.flush()


class TestProgress:
    async def test_tells_why_in_both_languages(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, RECEIVED)
        entry_id = await add_progress(session, here.actor)
        (row,) = await offered(session, here)
        assert row == {
            "id": entry_id,
            "channel": "progress",
            "title": "国内生产总值增长6.5%—7%",
            "fact_on": date(2016, 4, 18),
            "publish_by_on": TWENTIETH,
            "is_late": False,
            "reasons": [
                {
                    "test": "fit",
                    "zh": "不属于工作秘密，报告未退回",
                    "en": "no work secret, and the report was not returned",
                },
                {
                    "test": "measurable",
                    "zh": "本期指标数值1项，时间节点0个",
                    "en": "figures of indicators: 1; time nodes: 0",
                },
                {"test": "progressing", "zh": "进度由0%到60%", "en": "from 0 to 60 percent"},
            ],
        }

    async def test_what_is_no_further_than_before_is_not_offered(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor, value=None)
        task = await task_of(session, entry_id)
        await add_milestone(session, task)
        assert len(await offered(session, here)) == 1
        later = datetime(2016, 5, 3, 2, tzinfo=UTC)
        again = await add_entry(session, task.responsible_unit_id, task.id, percent=60, received_at=later)
        assert await offered(session, here) == []
        report_id = select(ProgressEntry.report_id).where(ProgressEntry.id == again).scalar_subquery()
        returned = {"state": "returned", "returned_at": later}
        await session.execute(update(ProgressReport).where(ProgressReport.id == report_id).values(returned))
        assert [row["id"] for row in await offered(session, here)] == [entry_id]

    async def test_a_time_node_reached_in_the_period_is_progress(self, session: AsyncSession, here: Place) -> None:
        entry_id = await add_progress(session, here.actor, value=None, percent=0)
        assert await offered(session, here) == []
        await add_milestone(session, await task_of(session, entry_id), reached_on=date(2016, 4, 10))
        (row,) = await offered(session, here)
        assert row["reasons"][2] == {
            "test": "progressing",
            "zh": "报告期内达到时间节点1个",
            "en": "time nodes reached in the period: 1",
        }

    async def test_what_cannot_be_measured_is_not_offered(self, session: AsyncSession, here: Place) -> None:
        await add_progress(session, here.actor, value=None)
        assert await offered(session, here) == []

    @pytest.mark.parametrize(
        "change",
        [{"secrecy": Secrecy.WORK_SECRET}, {"state": "suspended", "suspended_on": date(2016, 4, 20)}],
    )
    async def test_what_is_not_fit_is_not_offered(
        self, session: AsyncSession, here: Place, change: dict[str, Any]
    ) -> None:
        await add_progress(session, here.actor)
        await session.execute(update(Item).values(change))
        assert await offered(session, here) == []

    async def test_what_was_drafted_is_offered_no_more(self, session: AsyncSession, here: Place) -> None:
        await draft(session, here.actor)
        assert await offered(session, here) == []

    async def test_another_county_is_offered_nothing(
        self, session: AsyncSession, here: Place, elsewhere: Place
    ) -> None:
        await add_progress(session, here.actor)
        await enter(session, elsewhere.actor.jurisdiction_id)
        assert await offered(session, elsewhere) == []


class TestJudgements:
    async def test_circulars_and_orders_are_offered(self, session: AsyncSession, here: Place) -> None:
        await templates.install_defaults(session, here.actor)
        await hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
        circular_id = await issue_circular(session, here.actor)
        order_id = await bulletins.order(session, bulletins.person(here.actor), await make_unit(session, here.actor))
        for channel, source_id, reasons in (
            ("circulars", circular_id, ["已印发，工作秘密事项不列入", "通报表扬0项，通报批评1项"]),
            ("exposure", order_id, ["不属于工作秘密", "整改时限14天", "已责令整改"]),
        ):
            (row,) = await offered(session, here, channel=channel)
            assert (row["id"], row["channel"], row["fact_on"]) == (source_id, channel, date(2016, 4, 6))
            assert [each["zh"] for each in row["reasons"]][: len(reasons)] == reasons
            name = "circular_id" if channel == "circulars" else "rectification_order_id"
            await drafts.draft_publication(session, person(here.actor), Source(**{name: source_id}))
        assert await offered(session, here) == []

    async def test_what_they_say_is_drafted(self, session: AsyncSession, here: Place) -> None:
        await templates.install_defaults(session, here.actor)
        await hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
        unit_id = await make_unit(session, here.actor, name="水利局")
        circular_id = await issue_circular(session, here.actor, unit_id=unit_id)
        order_id = await bulletins.order(session, bulletins.person(here.actor), unit_id)
        told = {
            "circular_id": ("2016年3月督查通报", "印发日期：2016年4月6日\n通报批评：\n水利局：未按时限办结"),
            "rectification_order_id": (
                "限时整改：水利局——污水直排",
                "责任单位：水利局\n问题：污水直排\n整改时限：2016年4月20日\n整改情况：已责令整改",
            ),
        }
        for (name, (title, body)), source_id in zip(told.items(), (circular_id, order_id), strict=True):
            made = await drafts.draft_publication(session, person(here.actor), Source(**{name: source_id}))
            row = await queries.get_publication(session, here.actor, made)
            assert row["title"] == title
            assert row["body"].endswith(body)

    async def test_a_circular_that_is_not_issued_is_refused(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
        circular_id = await bulletins.draft(session, bulletins.person(here.actor))
        with pytest.raises(errors.CircularNotIssued):
            await drafts.draft_publication(session, person(here.actor), Source(circular_id=circular_id))


class TestClock:
    @pytest.mark.parametrize("day", [TWENTIETH, date(2016, 5, 18)])
    async def test_runs_out_after_twenty_working_days(self, session: AsyncSession, here: Place, day: date) -> None:
        is_late = day > TWENTIETH
        await add_progress(session, here.actor)
        drafted = await draft(session, here.actor)
        await hold(session, here.actor, datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        assert [row["is_late"] for row in await offered(session, here)] == [is_late]
        row = await queries.get_publication(session, here.actor, drafted)
        assert (row["publish_by_on"], row["is_late"]) == (TWENTIETH, is_late)
        late = await queries.list_publications(session, here.actor, PageRequest(), is_late=True)
        assert [each["id"] for each in late.rows] == ([drafted] if is_late else [])
        counted = {
            **await queries.count_publications(session, here.actor),
            **await candidates.count_candidates(session, here.actor),
        }
        assert counted == {
            "drafted": 1,
            "approved": 0,
            "refused": 0,
            "published": 0,
            "replaced": 0,
            "withdrawn": 0,
            "late": int(is_late),
            "published_late": 0,
            "candidates": 1,
            "late_candidates": int(is_late),
        }

    async def test_what_came_out_late_stays_late(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, datetime(2016, 5, 17, 4, tzinfo=UTC))
        await put_out(session, here.actor)
        await hold(session, here.actor, datetime(2016, 5, 18, 4, tzinfo=UTC))
        await put_out(session, here.actor)
        waiting = await draft(session, here.actor)
        await approve(session, here.actor, waiting)
        counted = await queries.count_publications(session, here.actor)
        assert (counted["late"], counted["published_late"], counted["published"]) == (1, 1, 2)
