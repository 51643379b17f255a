import asyncio
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound, Stale
from supervision.foundation.paging import PageRequest
from supervision.items import queries
from supervision.items.errors import ClassifiedMatter, DeadlineBeforeReceipt
from supervision.items.item_changes import amend_item
from supervision.items.queries import ItemFilter, ItemSort
from supervision.items.registration import NewParty, add_parties, move_deadline
from tests.factories.identity import make_unit
from tests.factories.items import make_item
from tests.places import Committed, Place

REGISTRATION = {
    "kind": "instruction",
    "title": "示例事项",
    "source": "县领导批示",
    "received_on": "2026-03-01",
    "deadline_on": "2026-03-31",
}


class TestNumbers:
    @pytest.mark.parametrize(
        ("kind", "number"),
        [
            ("major_decision", "重决2016-001"),
            ("special_work", "专项2016-001"),
            ("instruction", "领办2016-001"),
            ("superior_assignment", "上办2016-001"),
            ("major_problem", "难题2016-001"),
            ("office_notice", "两办2016-001"),
        ],
    )
    async def test_each_kind_counts_for_itself(
        self, session: AsyncSession, here: Place, kind: str, number: str
    ) -> None:
        await make_item(session, here.actor, kind="instruction" if kind != "instruction" else "special_work")
        item_id = await make_item(session, here.actor, kind=kind)
        assert (await queries.get_item(session, here.actor, item_id))["number"] == number

    async def test_each_year_and_each_jurisdiction_counts_for_itself(
        self, session: AsyncSession, here: Place, elsewhere: Place
    ) -> None:
        await make_item(session, here.actor)
        later = await make_item(session, here.actor, received_on=date(2017, 1, 1), deadline_on=date(2017, 1, 2))
        assert (await queries.get_item(session, here.actor, later))["number"] == "领办2017-001"
        await enter(session, elsewhere.actor.jurisdiction_id)
        first = await make_item(session, elsewhere.actor)
        assert (await queries.get_item(session, elsewhere.actor, first))["number"] == "领办2016-001"

    async def test_fifty_at_once_get_fifty_consecutive_numbers(self, committed: Committed) -> None:
        place = await committed.found("330326")
        office = await committed.callers(place, "office")
        answers = await asyncio.gather(*(office.post("/v1/items", json=REGISTRATION) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {201}
        assert sorted(answer.json()["number"] for answer in answers) == [f"领办2026-{n:03d}" for n in range(1, 51)]

    async def test_a_registration_that_is_rolled_back_leaves_no_gap(self, committed: Committed) -> None:
        place = await committed.found("330326")
        numbers = []
        for is_kept in (True, False, True):
            async with committed.api() as opened:
                await enter(opened, place.actor.jurisdiction_id)
                item_id = await make_item(opened, place.actor)
                numbers.append((await queries.get_item(opened, place.actor, item_id))["number"])
                await (opened.commit() if is_kept else opened.rollback())
        assert numbers == ["领办2016-001", "领办2016-002", "领办2016-002"]


async def test_refuses_a_deadline_before_the_receipt(session: AsyncSession, here: Place) -> None:
    with pytest.raises(DeadlineBeforeReceipt):
        await make_item(session, here.actor, deadline_on=date(2016, 2, 29))


@pytest.mark.parametrize("place", ["title", "source"])
async def test_refuses_what_is_marked_as_classified(session: AsyncSession, here: Place, place: str) -> None:
    with pytest.raises(ClassifiedMatter):
        await make_item(session, here.actor, **{place: "机密★1年"})
    item_id = await make_item(session, here.actor)
    with pytest.raises(ClassifiedMatter):
        await amend_item(session, here.actor, item_id, 1, changes={place: "秘密文件"}, reason="更正")


async def test_the_first_deadline_is_kept_when_it_moves(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor)
    item = await queries.get_for_update(session, here.actor, item_id)
    await move_deadline(session, here.actor, item, date(2016, 4, 30))
    row = await queries.get_item(session, here.actor, item_id)
    assert (row["first_deadline_on"], row["deadline_on"]) == (date(2016, 3, 31), date(2016, 4, 30))


async def test_every_command_leaves_its_audit_row(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor)
    await amend_item(session, here.actor, item_id, 1, changes={"title": "新题"}, reason="更正")
    verbs = await session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_id == str(item_id)))
    assert list(verbs) == ["item.registered", "item.amended"]


async def test_refuses_a_stale_version(session: AsyncSession, here: Place) -> None:
    item_id = await make_item(session, here.actor)
    with pytest.raises(Stale):
        await amend_item(session, here.actor, item_id, 2, changes={"title": "新题"}, reason="更正")


class TestVisibility:
    async def test_a_unit_sees_the_items_of_which_it_is_a_party(self, session: AsyncSession, here: Place) -> None:
        unit_id = await make_unit(session, here.actor)
        seen, unseen = await make_item(session, here.actor), await make_item(session, here.actor)
        await add_parties(session, [NewParty(item_id=seen, responsibility="responsible_unit", unit_id=unit_id)] * 2)
        unit = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=unit_id)
        page = await queries.list_items(session, unit, PageRequest())
        assert [row["id"] for row in page.rows] == [seen]
        with pytest.raises(NotFound):
            await queries.get_item(session, unit, unseen)
        with pytest.raises(NotFound):
            await queries.get_for_update(session, unit, unseen)

    @pytest.mark.parametrize(
        ("role", "count"),
        [("office", 1), ("group", 1), ("leader", 1), ("publisher", 1), ("auditor", 1), ("administrator", 0)],
    )
    async def test_of_the_other_roles(self, session: AsyncSession, here: Place, role: str, count: int) -> None:
        await make_item(session, here.actor)
        page = await queries.list_items(session, Actor(here.actor.jurisdiction_id, Role(role)), PageRequest())
        assert len(page.rows) == count


class TestLists:
    @pytest.mark.parametrize("sort", list(ItemSort))
    async def test_pages_join_without_gap_or_repetition(
        self, session: AsyncSession, here: Place, sort: ItemSort
    ) -> None:
        days = [date(2016, 3, 1 + n % 3) for n in range(7)]
        made = [await make_item(session, here.actor, deadline_on=day) for day in days]
        seen, after = [], None
        while True:
            page = await queries.list_items(session, here.actor, PageRequest(2, after), sort=sort)
            seen += page.rows
            after = page.next
            if after is None:
                break
        assert {row["id"] for row in seen} == set(made)
        assert len(seen) == len(made)
        keys = [(row[sort.removeprefix("-")], row["id"]) for row in seen]
        assert keys == sorted(keys, reverse=sort.startswith("-"))

    async def test_filters(self, session: AsyncSession, here: Place) -> None:
        unit_id = await make_unit(session, here.actor)
        plain = await make_item(session, here.actor)
        special = await make_item(session, here.actor, kind="special_work", deadline_on=date(2016, 5, 1))
        await add_parties(session, [NewParty(item_id=special, responsibility="responsible_unit", unit_id=unit_id)])
        for only, expected in (
            (ItemFilter(kind="special_work"), [special]),
            (ItemFilter(unit_id=unit_id), [special]),
            (ItemFilter(due_before=date(2016, 5, 1)), [plain]),
            (ItemFilter(kind="special_work", due_before=date(2016, 5, 1)), []),
        ):
            page = await queries.list_items(session, here.actor, PageRequest(), only=only)
            assert [row["id"] for row in page.rows] == expected, only
