from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor
from supervision.foundation.errors import NotFound
from supervision.foundation.paging import PageRequest
from supervision.identity.errors import UnknownOfficial
from supervision.items import errors, item_changes, item_stages, queries, registration_approval, rules
from supervision.items.item_changes import mark_closed
from supervision.items.models import ItemChange, Party
from supervision.items.queries import ItemFilter
from supervision.items.registration import NewItem, register_items
from supervision.ledgers import entered_items
from supervision.ledgers.models import LedgerEntry
from supervision.reviews import suspension
from supervision.reviews.close_out import close_item
from supervision.tasks.errors import NothingLeftBySplit, SplitTasksUnknown, TargetNotDecomposed
from supervision.tasks.merge_and_split import Portion
from supervision.tasks.models import Task
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.progress import hold, moment, open_ledger
from tests.factories.reviews import person
from tests.factories.signatures import AS_READ
from tests.factories.tasks import make_task
from tests.places import Place

DAYS = st.dates(date(2016, 1, 1), date(2016, 12, 31))


async def changes(session: AsyncSession, actor: Actor, item_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    page = await queries.list_item_changes(session, actor, PageRequest(), item_id)
    return [(row["kind"], row["facts"]) for row in page.rows]


async def state_of(session: AsyncSession, item_id: UUID, actor: Actor) -> str:
    return str((await queries.get_item(session, actor, item_id))["state"])


class TestApproval:
    async def test_a_kind_that_asks_for_it_waits_for_another_person(self, session: AsyncSession, here: Place) -> None:
        registrar, other = person(here.actor), person(here.actor)
        await registration_approval.set_item_procedure(session, registrar, kind="major_problem", needs_approval=True)
        free = await make_item(session, registrar, kind="instruction")
        item_id = await make_item(session, registrar, kind="major_problem")
        assert [await state_of(session, each, registrar) for each in (free, item_id)] == ["open", "registered"]
        with pytest.raises(errors.RegistrarActsAlone):
            await registration_approval.approve_item(session, registrar, item_id, AS_READ, reason="同意")
        await registration_approval.approve_item(session, other, item_id, AS_READ, reason="同意")
        assert await changes(session, registrar, item_id) == [("approved", {"number": "难题2016-001"})]
        await registration_approval.set_item_procedure(session, registrar, kind="major_problem", needs_approval=False)
        assert await state_of(session, await make_item(session, registrar, kind="major_problem"), registrar) == "open"

    async def test_what_is_refused_keeps_its_number(self, session: AsyncSession, here: Place) -> None:
        registrar = person(here.actor)
        await registration_approval.set_item_procedure(session, registrar, kind="instruction", needs_approval=True)
        item_id = await make_item(session, registrar)
        with pytest.raises(errors.RegistrarActsAlone):
            await registration_approval.refuse_item(session, registrar, item_id, AS_READ, reason="重复")
        await registration_approval.refuse_item(session, person(here.actor), item_id, AS_READ, reason="重复")
        assert (await queries.get_item(session, registrar, item_id))["number"] == "领办2016-001"
        assert (await queries.get_item(session, registrar, await make_item(session, registrar)))["number"].endswith("2")

    async def test_a_ledgers_items_are_approved_with_it(self, session: AsyncSession, here: Place) -> None:
        await registration_approval.set_item_procedure(session, here.actor, kind="major_decision", needs_approval=True)
        new = NewItem(title="甲", source="要点", received_on=date(2016, 1, 4), deadline_on=date(2016, 12, 31))
        (item_id,) = await register_items(session, here.actor, [new], kind="major_decision", year=2016)
        row = await queries.get_item(session, here.actor, item_id)
        assert (row["state"], row["authority_kind"], row["authority_name"]) == ("open", "annual_plan", "要点")


class TestAuthority:
    async def test_it_is_kept_and_is_the_usual_one_unless_told(self, session: AsyncSession, here: Place) -> None:
        leader = await make_official(session, here.actor, await make_unit(session, here.actor))
        facts = {
            "authority_kind": "document",
            "authority_name": "重点工作要点",
            "authority_number": "示例发〔2016〕1号",
            "authority_on": date(2016, 1, 2),
            "authority_body": "示例县委",
            "authority_official_id": leader,
            "secrecy": "work_secret",
        }
        told = await queries.get_item(session, here.actor, await make_item(session, here.actor, **facts))
        assert {name: told[name] for name in facts} == facts
        usual = await queries.get_item(session, here.actor, await make_item(session, here.actor))
        assert (usual["authority_kind"], usual["authority_name"], usual["secrecy"]) == (
            "leader",
            "县领导批示",
            "internal",
        )

    @pytest.mark.parametrize("place", ["authority_name", "authority_number", "authority_body"])
    async def test_refuses_what_is_marked_as_classified(self, session: AsyncSession, here: Place, place: str) -> None:
        with pytest.raises(errors.ClassifiedMatter):
            await make_item(session, here.actor, **{place: "绝密★长期"})

    async def test_refuses_an_unknown_official(self, session: AsyncSession, here: Place) -> None:
        with pytest.raises(UnknownOfficial):
            await make_item(session, here.actor, authority_official_id=UUID(int=1))
        item_id = await make_item(session, here.actor)
        facts = {"authority_official_id": UUID(int=1)}
        with pytest.raises(UnknownOfficial):
            await item_changes.amend_item(session, here.actor, item_id, 1, changes=facts, reason="更正")


class TestStanding:
    async def test_it_ends_with_the_year_and_by_termination_only(self, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor, is_standing=True, deadline_on=None)
        row = await queries.get_item(session, here.actor, item_id)
        assert (row["deadline_on"], row["is_standing"]) == (date(2016, 12, 31), True)
        with pytest.raises(errors.StandingTakesNoDeadline):
            await make_item(session, here.actor, is_standing=True)
        with pytest.raises(errors.DeadlineNeeded):
            await make_item(session, here.actor, deadline_on=None)
        await make_task(session, here.actor, item_id=item_id)
        with pytest.raises(errors.StandingWork):
            await mark_closed(session, here.actor, await queries.get_for_update(session, here.actor, item_id))
        office = person(here.actor)
        await suspension.terminate_item(
            session, office, item_id, reason="撤销", ordered_by="会议", ordered_on=date(2016, 1, 5)
        )
        assert await state_of(session, item_id, office) == "terminated"


class TestAmendments:
    async def test_each_is_kept_with_what_was_and_what_is(self, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor, title="旧题")
        office = person(here.actor)
        facts: dict[str, Any] = {"title": "新题", "source": "县领导批示", "authority_on": date(2016, 2, 1)}
        await item_changes.amend_item(session, office, item_id, 1, changes=facts, reason="题名有误")
        assert await changes(session, office, item_id) == [
            ("amended", {"title": {"from": "旧题", "to": "新题"}, "authority_on": {"from": None, "to": "2016-02-01"}})
        ]
        (kept,) = await session.scalars(select(ItemChange))
        assert (kept.reason, kept.changed_by) == ("题名有误", office.person)
        found = await queries.list_items(session, office, PageRequest(), only=ItemFilter(q="新题"))
        assert [row["id"] for row in found.rows] == [item_id]

    async def test_what_is_the_same_leaves_no_row(self, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor, title="旧题")
        await item_changes.amend_item(session, here.actor, item_id, 1, changes={"title": "旧题"}, reason="更正")
        assert await changes(session, here.actor, item_id) == []
        assert (await queries.get_item(session, here.actor, item_id))["version"] == 1

    @pytest.mark.parametrize("statement", ["UPDATE item_change SET reason = 'x'", "DELETE FROM item_change"])
    async def test_nobody_alters_the_record(self, session: AsyncSession, here: Place, statement: str) -> None:
        item_id = await make_item(session, here.actor)
        await item_changes.amend_item(session, here.actor, item_id, 1, changes={"title": "新题"}, reason="更正")
        with pytest.raises(DBAPIError):
            await session.execute(text(statement))

    async def test_the_reason_is_not_classified(self, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor)
        with pytest.raises(errors.ClassifiedMatter):
            await suspension.suspend_item(session, here.actor, item_id, reason="见机密件")


class TestPause:
    @given(deadline_on=DAYS, suspended_on=DAYS, days=st.integers(0, 400))
    def test_the_time_that_was_left_is_left(self, deadline_on: date, suspended_on: date, days: int) -> None:
        resumed_on = suspended_on + timedelta(days)
        until_on = rules.deadline_after_pause(deadline_on, suspended_on=suspended_on, resumed_on=resumed_on)
        if deadline_on < suspended_on:
            assert until_on == deadline_on
        else:
            assert until_on - resumed_on == deadline_on - suspended_on

    async def test_the_first_deadline_is_kept(self, session: AsyncSession, here: Place) -> None:
        office = person(here.actor)
        item_id = await make_item(session, here.actor)
        await hold(session, here.actor, moment(3, 20))
        await suspension.suspend_item(session, office, item_id, reason="待批复")
        await hold(session, here.actor, moment(4, 10))
        await suspension.resume_item(session, office, item_id, reason="已批复")
        row = await queries.get_item(session, office, item_id)
        assert (row["first_deadline_on"], row["deadline_on"]) == (date(2016, 3, 31), date(2016, 4, 21))
        assert (await changes(session, office, item_id))[1] == (
            "resumed",
            {"number": row["number"], "suspended_on": "2016-03-20", "deadline_on": "2016-04-21"},
        )


class TestEnds:
    async def test_who_ordered_the_end_and_when_is_kept(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, moment(3, 20))
        item_id, office = await make_item(session, here.actor), person(here.actor)
        order: dict[str, Any] = {"reason": "撤销", "ordered_by": "县政府第3次常务会议", "ordered_on": date(2016, 3, 21)}
        with pytest.raises(errors.NotYetHappened):
            await suspension.terminate_item(session, office, item_id, **order)
        with pytest.raises(errors.ClassifiedMatter):
            await suspension.terminate_item(session, office, item_id, **{**order, "ordered_by": "机密文件"})
        await hold(session, here.actor, moment(3, 21))
        await suspension.terminate_item(session, office, item_id, **order)
        ((kind, facts),) = await changes(session, office, item_id)
        assert (kind, facts["ordered_by"], facts["ordered_on"]) == ("terminated", order["ordered_by"], "2016-03-21")

    async def test_a_mistake_is_taken_back_by_another_and_its_number_never_given_again(
        self, session: AsyncSession, here: Place
    ) -> None:
        registrar = person(here.actor)
        item_id = await make_item(session, registrar)
        with pytest.raises(errors.RegistrarActsAlone):
            await suspension.void_item(session, registrar, item_id, reason="误登")
        await suspension.void_item(session, person(here.actor), item_id, reason="误登")
        following = await queries.get_item(session, registrar, await make_item(session, registrar))
        assert following["number"] == "领办2016-002"
        assert (await queries.get_item(session, registrar, item_id))["number"] == "领办2016-001"


class TestMerge:
    async def test_the_tasks_move_and_both_tell_of_it(self, session: AsyncSession, here: Place) -> None:
        await open_ledger(session, here.actor)
        office = person(here.actor)
        item_id, into_id = [await make_item(session, here.actor, secrecy=level) for level in ("work_secret", "public")]
        moved = await make_task(session, here.actor, item_id=item_id)
        stayed = await make_task(session, here.actor, item_id=into_id)
        await entered_items.merge_item(session, office, item_id, into_id=into_id, reason="同一事项")
        tasks = await session.execute(select(Task.id, Task.item_id, Task.no).order_by(Task.no))
        assert [tuple(row) for row in tasks] == [(stayed, into_id, 1), (moved, into_id, 2)]
        merged = await queries.get_item(session, office, item_id)
        assert (merged["state"], merged["merged_into_id"]) == ("merged", into_id)
        assert (await queries.get_item(session, office, into_id))["secrecy"] == "work_secret"
        assert (await changes(session, office, item_id))[0][1]["into_id"] == str(into_id)
        ((kind, facts),) = await changes(session, office, into_id)
        assert (kind, facts["from_id"], facts["tasks"]) == ("absorbed", str(item_id), 1)
        parties = select(Party.unit_id, Party.official_id, Party.responsibility)
        of_both = [set(await session.execute(parties.where(Party.item_id == each))) for each in (item_id, into_id)]
        assert of_both[0] < of_both[1]

    async def test_refusals(self, session: AsyncSession, here: Place) -> None:
        office = person(here.actor)
        item_id, bare = await make_item(session, here.actor), await make_item(session, here.actor)
        await make_task(session, here.actor, item_id=item_id)
        for into_id, refusal in (
            (item_id, errors.MergeIntoItself),
            (UUID(int=1), errors.UnknownItem),
            (bare, TargetNotDecomposed),
        ):
            with pytest.raises(refusal):
                await entered_items.merge_item(session, office, item_id, into_id=into_id, reason="同一事项")
        with pytest.raises(NotFound):
            await entered_items.merge_item(session, office, UUID(int=1), into_id=item_id, reason="同一事项")
        await suspension.suspend_item(session, office, item_id, reason="待批复")
        with pytest.raises(errors.ItemNotOpen):
            await entered_items.merge_item(session, office, bare, into_id=item_id, reason="同一事项")


class TestSplit:
    async def test_new_items_have_their_own_numbers_and_the_old_ones_ledger(
        self, session: AsyncSession, here: Place
    ) -> None:
        ledger_id = await open_ledger(session, here.actor)
        office = person(here.actor)
        item_id = await make_item(session, here.actor, secrecy="work_secret")
        into_id = await make_item(session, here.actor)
        tasks = [await make_task(session, here.actor, item_id=item_id)]
        other = await make_task(session, here.actor, item_id=into_id)
        await entered_items.merge_item(session, office, into_id, into_id=item_id, reason="同一事项")
        session.add(LedgerEntry(ledger_id=ledger_id, item_id=item_id, no=7))
        (new_id,) = await entered_items.split_item(
            session, office, item_id, portions=[{"title": "分出事项", "task_ids": [other]}], reason="分头办理"
        )
        new = await queries.get_item(session, office, new_id)
        assert (new["number"], new["split_from_id"], new["state"]) == ("领办2016-003", item_id, "open")
        assert (new["secrecy"], new["deadline_on"]) == ("work_secret", date(2016, 3, 31))
        where = {tuple(row) for row in await session.execute(select(Task.id, Task.item_id))}
        assert where == {(tasks[0], item_id), (other, new_id)}
        entries = await session.execute(select(LedgerEntry.item_id, LedgerEntry.no).order_by(LedgerEntry.no))
        assert [tuple(row) for row in entries] == [(item_id, 7), (new_id, 8)]
        unit_id = await session.scalar(select(Task.responsible_unit_id).where(Task.id == other))
        parties = await session.scalars(
            select(Party.unit_id).where(Party.item_id == new_id, Party.unit_id.is_not(None))
        )
        assert parties.all() == [unit_id]
        assert [kind for kind, _ in await changes(session, office, new_id)] == ["split_off"]
        assert [kind for kind, _ in await changes(session, office, item_id)] == ["absorbed", "split"]

    async def test_refusals(self, session: AsyncSession, here: Place) -> None:
        office = person(here.actor)
        item_id = await make_item(session, here.actor)
        task_id = await make_task(session, here.actor, item_id=item_id)
        foreign = await make_task(session, here.actor)
        for wanted, refusal in (
            ([[task_id]], NothingLeftBySplit),
            ([[foreign]], SplitTasksUnknown),
            ([[task_id], [task_id]], SplitTasksUnknown),
        ):
            portions: list[Portion] = [{"title": "分出", "task_ids": each} for each in wanted]
            with pytest.raises(refusal):
                await entered_items.split_item(session, office, item_id, portions=portions, reason="分头办理")
        with pytest.raises(errors.ClassifiedMatter):
            await entered_items.split_item(
                session, office, item_id, portions=[{"title": "机密件", "task_ids": [task_id]}], reason="分头办理"
            )


class TestHandover:
    async def test_all_that_is_in_hand_moves_and_nothing_else(self, session: AsyncSession, here: Place) -> None:
        leaver, other = person(here.actor), person(here.actor)
        heir = await make_official(session, here.actor, await make_unit(session, here.actor))
        mine = [await make_item(session, leaver) for _ in range(3)]
        theirs = await make_item(session, other)
        await suspension.suspend_item(session, other, mine[1], reason="待批复")
        await suspension.void_item(session, other, mine[2], reason="误登")
        assert leaver.person
        handing: dict[str, Any] = {"from_clerk_id": leaver.person, "to_clerk_id": heir, "reason": "轮岗"}
        assert await item_changes.hand_over_items(session, other, **handing) == 2
        clerks = [(await queries.get_item(session, other, each))["clerk_id"] for each in (*mine, theirs)]
        assert clerks == [heir, heir, leaver.person, other.person]
        audited = await session.scalars(select(AuditEvent.subject_id).where(AuditEvent.verb == "item.handed_over"))
        assert set(audited) == {str(each) for each in mine[:2]}
        assert (await changes(session, other, mine[0]))[0][1]["to_clerk_id"] == str(heir)
        assert await item_changes.hand_over_items(session, other, **handing) == 0
        found = await queries.list_items(session, other, PageRequest(), only=ItemFilter(clerk_id=heir))
        assert {row["id"] for row in found.rows} == set(mine[:2])

    async def test_refuses_nobody_and_who_has_left(self, session: AsyncSession, here: Place) -> None:
        gone = await make_official(session, here.actor, await make_unit(session, here.actor))
        await session.execute(text("UPDATE official SET left_on = '2016-01-01'"))
        for to_clerk_id in (UUID(int=1), gone):
            with pytest.raises(errors.UnknownPerson):
                await item_changes.hand_over_items(
                    session, here.actor, from_clerk_id=UUID(int=2), to_clerk_id=to_clerk_id, reason="轮岗"
                )


class TestStages:
    async def test_they_are_finished_in_their_order(self, session: AsyncSession, here: Place) -> None:
        await hold(session, here.actor, moment(3, 20))
        office, item_id = person(here.actor), await make_item(session, here.actor)
        plan: list[item_stages.StagePlan] = [
            {"name": "设计", "limit_on": date(2016, 3, 10)},
            {"name": "施工", "limit_on": date(2016, 3, 31)},
        ]
        with pytest.raises(errors.StagesOutOfOrder):
            await item_stages.plan_stages(session, office, item_id, stages=plan[::-1])
        await item_stages.plan_stages(session, office, item_id, stages=plan)
        with pytest.raises(errors.StagesAlreadyPlanned):
            await item_stages.plan_stages(session, office, item_id, stages=plan)
        first, second = [row["id"] for row in await queries.list_item_stages(session, office, item_id)]
        done: dict[str, Any] = {"finished_on": date(2016, 3, 19), "note": "图纸已审定"}
        with pytest.raises(errors.StageNotNext):
            await item_stages.finish_stage(session, office, second, **done)
        with pytest.raises(errors.NotYetHappened):
            await item_stages.finish_stage(session, office, first, **{**done, "finished_on": date(2016, 3, 21)})
        await item_stages.finish_stage(session, office, first, **done)
        with pytest.raises(errors.StageNotNext):
            await item_stages.finish_stage(session, office, first, **done)
        await item_stages.finish_stage(session, office, second, **done)
        rows = await queries.list_item_stages(session, office, item_id)
        assert [(row["no"], row["finished_on"], row["finished_by"]) for row in rows] == [
            (1, date(2016, 3, 19), office.person),
            (2, date(2016, 3, 19), office.person),
        ]
        assert [kind for kind, _ in await changes(session, office, item_id)] == [
            "stages_planned",
            "stage_finished",
            "stage_finished",
        ]
        with pytest.raises(NotFound):
            await item_stages.finish_stage(session, office, UUID(int=1), **done)

    async def test_none_lies_beyond_the_deadline(self, session: AsyncSession, here: Place) -> None:
        item_id = await make_item(session, here.actor)
        with pytest.raises(errors.StagesOutOfOrder):
            await item_stages.plan_stages(
                session, here.actor, item_id, stages=[{"name": "施工", "limit_on": date(2016, 4, 1)}]
            )


async def test_nothing_of_a_missing_item(session: AsyncSession, here: Place) -> None:
    missing, office = UUID(int=1), person(here.actor)
    for attempt in (
        registration_approval.approve_item(session, office, missing, AS_READ, reason="同意"),
        suspension.suspend_item(session, office, missing, reason="待批复"),
        suspension.void_item(session, office, missing, reason="误登"),
        entered_items.split_item(session, office, missing, portions=[], reason="分头办理"),
        item_stages.plan_stages(session, office, missing, stages=[]),
        queries.list_item_changes(session, office, PageRequest(), missing),
        close_item(session, office, missing),
    ):
        with pytest.raises(NotFound):
            await attempt
