from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts, circular_sign_off, errors, queries
from supervision.bulletins.models import Circular, Commendation
from supervision.foundation.actors import Role
from supervision.foundation.errors import Refusal
from supervision.foundation.ids import new_id
from supervision.messaging import templates
from supervision.messaging.models import Message
from supervision.reviews.models import CompletionReport, Waiver
from supervision.scoring import automatic_proposals
from supervision.scoring.models import Deduction
from supervision.tasks.models import Task
from tests.factories import bulletins, progress, scoring
from tests.factories.identity import make_official, make_unit
from tests.factories.signatures import AS_READ
from tests.places import Place


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await templates.install_defaults(session, here.actor)
    await scoring.adopt(session, here.actor)
    await scoring.hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    return await make_unit(session, here.actor, name="水利局")


async def late_item(session: AsyncSession, here: Place, unit_id: UUID, **over: Any) -> UUID:
    """Add an item of March with one task that stands at 50 percent, or at what is given."""
    percent, day, returned_at = over.pop("percent", 50), over.pop("day", 20), over.pop("returned_at", None)
    facts = {"received_on": date(2016, 3, 1), "deadline_on": date(2016, 3, 15), **over}
    item_id = await scoring.add_item(session, **facts)
    task_id = await scoring.add_task(session, here.actor, item_id, unit_id)
    at = datetime(2016, 3, day, tzinfo=UTC)
    await scoring.add_entry(session, unit_id, task_id, percent=percent, received_at=at, returned_at=returned_at)
    return item_id


async def test_the_record_is_counted_as_it_stood_at_the_cut_off(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    laggard = await late_item(session, here, unit_id, number="领办2016-007", title="修复水毁道路")
    await late_item(session, here, unit_id, percent=100, day=14)
    # It is done by now, and was not at the cut-off.
    since = await late_item(session, here, unit_id, number="领办2016-008", deadline_on=date(2016, 3, 16), day=28)
    await late_item(session, here, unit_id, number="领办2016-009", deadline_on=date(2016, 3, 25))
    await late_item(session, here, unit_id, received_on=date(2016, 4, 1), deadline_on=date(2016, 4, 2))
    undecomposed = await scoring.add_item(
        session, number="领办2016-010", received_on=date(2016, 3, 1), deadline_on=date(2016, 3, 24)
    )
    indicated = await scoring.add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 3, 2))
    task_id = await scoring.add_task(session, here.actor, indicated, unit_id)
    await scoring.add_indicator(session, task_id)
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    row = await queries.get_circular(session, here.actor, circular_id)
    assert [each["item_id"] for each in row["laggards"]] == [str(laggard), str(since), str(undecomposed)]
    assert row["laggards"][0] == {
        "item_id": str(laggard),
        "number": "领办2016-007",
        "title": "修复水毁道路",
        "deadline_on": "2016-03-15",
        "units": ["水利局"],
    }
    assert (row["counts"]["items_open"], row["counts"]["items_overdue"]) == (5, 3)
    assert (row["counts"]["overdue_percent"], row["counts"]["tasks"]) == ("60.0", 4)
    assert "领办2016-007　修复水毁道路（时限2016年3月15日，责任单位：水利局）" in row["text"]


@pytest.mark.parametrize(("returned", "laggards"), [(None, 0), (24, 1), (26, 0)])
async def test_a_returned_report_keeps_nobody_from_the_laggards(
    session: AsyncSession, here: Place, unit_id: UUID, returned: int | None, laggards: int
) -> None:
    returned_at = datetime(2016, 3, returned, tzinfo=UTC) if returned else None
    await late_item(session, here, unit_id, percent=100, day=14, returned_at=returned_at)
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    assert len((await queries.get_circular(session, here.actor, circular_id))["laggards"]) == laggards


_SEEN = datetime(2016, 3, 22, tzinfo=UTC)
_FEEDBACK = {"feedback_opinion": "已办结", "feedback_to": "县长"}
_REOPENED = {**_FEEDBACK, "reviewed_at": _SEEN, "reopening_reason": "回头看发现反弹"}
# What a review said of a task's end, and whether its item was open and a laggard at the cut-off of 25 March.
REVIEWS: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "waits for its review": ({"state": "reported"}, True, False),
    "passed": ({"state": "passed", "reviewed_at": _SEEN, **_FEEDBACK}, False, False),
    "passed later": ({"state": "passed", "reviewed_at": datetime(2016, 3, 28, tzinfo=UTC), **_FEEDBACK}, True, False),
    "returned": ({"state": "returned", "reviewed_at": _SEEN, "rework_until_on": date(2016, 4, 1)}, True, True),
    "reopened": ({"state": "reopened", "reopened_at": datetime(2016, 3, 24, tzinfo=UTC), **_REOPENED}, True, True),
    "reopened later": (
        {"state": "reopened", "reopened_at": datetime(2016, 4, 1, tzinfo=UTC), **_REOPENED},
        False,
        False,
    ),
}


@pytest.mark.parametrize("case", REVIEWS)
async def test_the_review_of_the_last_round_decides(
    session: AsyncSession, here: Place, unit_id: UUID, case: str
) -> None:
    facts, is_open, is_laggard = REVIEWS[case]
    await late_item(session, here, unit_id)
    (task_id,) = await session.scalars(select(Task.id))
    reported_at = datetime(2016, 3, 21, tzinfo=UTC)
    session.add(
        CompletionReport(task_id=task_id, unit_id=unit_id, round=1, text="已办结", received_at=reported_at, **facts)
    )
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    counts = (await queries.get_circular(session, here.actor, circular_id))["counts"]
    assert (counts["items_open"], counts["items_overdue"]) == (is_open, is_laggard)


@pytest.mark.parametrize(("state", "count"), [("granted", 0), ("refused", 1)])
async def test_what_is_waived_is_finished(
    session: AsyncSession, here: Place, unit_id: UUID, state: str, count: int
) -> None:
    await late_item(session, here, unit_id)
    (task_id,) = await session.scalars(select(Task.id))
    opinion = {"opinion": "同意不再办理", "opinion_reference": "示例函〔2016〕1号"}
    asked = {"grounds": "政策调整", "asked_at": _SEEN, "decided_at": _SEEN}
    session.add(Waiver(task_id=task_id, unit_id=unit_id, state=state, **asked, **opinion))
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    assert (await queries.get_circular(session, here.actor, circular_id))["counts"]["items_open"] == count


async def test_what_is_closed_is_no_longer_open(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    await late_item(session, here, unit_id, state="closed", closed_on=date(2016, 3, 25))
    await late_item(session, here, unit_id, state="closed", closed_on=date(2016, 3, 26))
    circular_id = await bulletins.draft(session, bulletins.person(here.actor), cut_off_on=date(2016, 3, 25))
    assert (await queries.get_circular(session, here.actor, circular_id))["counts"]["items_open"] == 1


async def test_the_months_reports_are_counted(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    due = progress.moment(3, 19, 0)
    for over in (
        {"fulfilled_at": progress.moment(3, 18), "state": "fulfilled"},
        {"fulfilled_at": progress.moment(3, 19, 0), "state": "fulfilled"},
        {"fulfilled_at": progress.moment(4, 2), "state": "fulfilled"},
        {},
        {"due_at": progress.moment(4, 6, 0)},
    ):
        await progress.make_obligation(session, await make_unit(session, here.actor), **{"due_at": due, **over})
    february = {"period_first": date(2016, 2, 16), "period_last": date(2016, 2, 29)}
    await progress.make_obligation(session, unit_id, **february)
    circular_id = await bulletins.draft(session, bulletins.person(here.actor))
    row = await queries.get_circular(session, here.actor, circular_id)
    assert row["cut_off_on"] == date(2016, 3, 31)
    reports = {name: row["counts"][f"reports_{name}"] for name in ("due", "on_time", "late", "missing")}
    assert reports == {"due": 4, "on_time": 1, "late": 1, "missing": 2}
    assert row["counts"]["on_time_percent"] == "25.0"
    assert "应报进展4份，按时1份，逾期1份，未报2份，按时率25.0%。" in row["text"]


async def test_a_circular_names_tells_and_is_numbered(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    drafter = bulletins.person(here.actor)
    good = await make_unit(session, here.actor, name="林业局")
    leaders = [
        await make_official(session, here.actor, unit, position=position)
        for unit in (good, unit_id)
        for position in ("principal_leader", "leader_in_charge")
    ]
    culprit = await make_official(session, here.actor, unit_id, name="李某", post="科长")
    await make_official(session, here.actor, await make_unit(session, here.actor), position="principal_leader")
    item_id = await scoring.add_item(session, number="领办2016-011")
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.commend(session, drafter, circular_id, unit_id=good, reason="推进有力")
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, item_id=item_id, reason="久拖不决")
    await circular_drafts.criticise(session, drafter, circular_id, official_id=culprit, reason="虚报进展")
    await bulletins.put_out(session, here.actor, circular_id)
    row = await queries.get_circular(session, here.actor, circular_id)
    assert (row["state"], row["number"], row["issued_on"]) == ("issued", "督查通报〔2016〕1号", date(2016, 4, 6))
    assert row["text"].endswith(
        "\n通报表扬：\n林业局：推进有力\n通报批评：\n水利局（领办2016-011）：久拖不决\n水利局科长李某：虚报进展"
    )
    messages = (await session.execute(select(Message.official_id, Message.text))).all()
    assert {message.official_id for message in messages} == set(leaders)
    assert {message.text for message in messages} == {
        "【督查室】督查通报〔2016〕1号已印发，其中涉及贵单位，请登录督查系统查看。"
    }


async def test_numbers_have_no_gap(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    assert unit_id
    numbers = []
    for month in (1, 2, 3):
        circular_id = await bulletins.draft(session, bulletins.person(here.actor), month=date(2016, month, 1))
        if month == 2:
            await circular_sign_off.discard_circular(session, here.actor, circular_id, AS_READ, reason="重新起草")
            circular_id = await bulletins.draft(session, bulletins.person(here.actor), month=date(2016, month, 1))
        await bulletins.put_out(session, here.actor, circular_id)
        numbers.append((await queries.get_circular(session, here.actor, circular_id))["number"])
    assert numbers == [f"督查通报〔2016〕{no}号" for no in (1, 2, 3)]


LATE_REMARK = """
    INSERT INTO {table} (id, circular_id, unit_id, reason)
    SELECT gen_random_uuid(), c.id, u.id, '补' FROM circular c, unit u LIMIT 1
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE circular SET title = '改'",
        "UPDATE circular SET state = 'drafted', number = NULL",
        *(LATE_REMARK.format(table=table) for table in ("commendation", "criticism")),
    ],
)
async def test_the_database_freezes_what_is_issued(
    session: AsyncSession, here: Place, unit_id: UUID, statement: str
) -> None:
    assert unit_id
    await bulletins.put_out(session, here.actor, await bulletins.draft(session, bulletins.person(here.actor)))
    with pytest.raises(DBAPIError, match=r"never changed|no draft"):
        await session.execute(text(statement))


async def test_what_a_circular_says_of_somebody_is_never_changed(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.commend(session, drafter, circular_id, unit_id=unit_id, reason="推进有力")
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(update(Commendation).values(reason="改"))


@pytest.mark.parametrize("act", [circular_sign_off.check_circular, circular_sign_off.issue_circular])
async def test_the_drafter_neither_checks_nor_issues(
    session: AsyncSession, here: Place, unit_id: UUID, act: Any
) -> None:
    assert unit_id
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    if act is circular_sign_off.issue_circular:
        await circular_sign_off.check_circular(session, bulletins.person(here.actor), circular_id, AS_READ)
    with pytest.raises(errors.DrafterSignsOff):
        await act(session, drafter, circular_id, AS_READ)


async def test_the_drafter_alone_writes(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    circular_id = await bulletins.draft(session, bulletins.person(here.actor))
    other = bulletins.person(here.actor)
    with pytest.raises(errors.OnlyDrafterAmends):
        await circular_drafts.amend_circular(session, other, circular_id, 1, changes={"title": "改"})
    with pytest.raises(errors.OnlyDrafterAmends):
        await circular_drafts.criticise(session, other, circular_id, unit_id=unit_id, reason="补")


REFUSED: dict[str, tuple[dict[str, Any], type[Refusal]]] = {
    "the second of a month": ({"month": date(2016, 3, 2)}, errors.NotFirstOfMonth),
    "a month to come": ({"month": date(2016, 5, 1)}, errors.CutOffOutOfRange),
    "cut off before the month": ({"cut_off_on": date(2016, 2, 29)}, errors.CutOffOutOfRange),
    "cut off tomorrow": ({"cut_off_on": date(2016, 4, 7)}, errors.CutOffOutOfRange),
    "a month that has one": ({}, errors.MonthAlreadyDrafted),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_draft_is_refused(session: AsyncSession, here: Place, unit_id: UUID, case: str) -> None:
    over, refusal = REFUSED[case]
    assert unit_id
    await bulletins.draft(session, bulletins.person(here.actor))
    with pytest.raises(refusal):
        await bulletins.draft(session, bulletins.person(here.actor), **over)


async def test_a_criticism_is_said_once_of_a_unit_or_an_official(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    official_id = await make_official(session, here.actor, unit_id)
    for whom in ({}, {"unit_id": unit_id, "official_id": official_id}):
        with pytest.raises(errors.UnitOrOfficial):
            await circular_drafts.criticise(session, drafter, circular_id, reason="推进不力", **whom)
    with pytest.raises(errors.MatterItemUnknown):
        await circular_drafts.criticise(
            session, drafter, circular_id, unit_id=unit_id, item_id=new_id(), reason="推进不力"
        )
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, reason="推进不力")
    with pytest.raises(errors.AlreadyNamed):
        await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, reason="又一次")


async def test_a_criticism_is_proposed_once_as_a_deduction(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    drafter = bulletins.person(here.actor)
    other = await make_unit(session, here.actor, kind="other")
    official_id = await make_official(session, here.actor, unit_id)
    item_id = await scoring.add_item(session)
    circular_id = await bulletins.draft(session, drafter)
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=unit_id, item_id=item_id, reason="久拖不决")
    await circular_drafts.criticise(session, drafter, circular_id, unit_id=other, reason="久拖不决")
    await circular_drafts.criticise(session, drafter, circular_id, official_id=official_id, reason="虚报进展")
    await session.flush()
    system = here.actor
    assert await automatic_proposals.propose_criticised(session, system) == 0
    await bulletins.put_out(session, here.actor, circular_id)
    await session.flush()
    assert [await automatic_proposals.propose_criticised(session, system) for _ in range(2)] == [1, 0]
    (deduction,) = (await session.scalars(select(Deduction))).all()
    criticism = (await queries.get_circular(session, here.actor, circular_id))["criticisms"][0]
    assert (deduction.unit_id, deduction.item_id, deduction.points) == (unit_id, item_id, Decimal(3))
    assert (deduction.event, deduction.fact_on) == (f"circular:{criticism['id']}", date(2016, 4, 6))
    assert deduction.reason == "督查通报〔2016〕1号通报批评：久拖不决"


async def test_a_unit_sees_what_is_issued(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    circular_id = await bulletins.draft(session, bulletins.person(here.actor))
    unit = progress.as_unit(here.actor, unit_id)
    assert unit.role is Role.UNIT
    with pytest.raises(Refusal):
        await queries.get_circular(session, unit, circular_id)
    await bulletins.put_out(session, here.actor, circular_id)
    assert (await queries.get_circular(session, unit, circular_id))["id"] == circular_id
    assert await session.scalar(select(Circular.state)) == "issued"
