from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.approvals import service as approvals
from supervision.approvals.states import ProposalKind
from supervision.bulletins import rectification_orders
from supervision.desk import watches
from supervision.desk.work import lists
from supervision.desk.work.lists import WorkView
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.foundation.paging import Page, PageRequest
from supervision.identity import appointments, sign_in_links
from supervision.identity.front_ends import client_keys, named_officials
from supervision.messaging import templates
from supervision.papers import direct_transfers
from supervision.problems.models import Problem
from supervision.publication import comments as moderation
from supervision.reviews import completion_review
from supervision.reviews.rules import Review
from supervision.scoring import decisions, proposals
from supervision.scoring.models import Correction, Settlement, SettlementReopening
from supervision.tasks import extensions, milestones
from tests.factories import (
    bulletins,
    comments,
    identity,
    identity_provider,
    inspections,
    items,
    notices,
    problems,
    progress,
    publication,
    reviews,
)
from tests.factories.desk import NOON, complain, person
from tests.factories.scoring import add_item, adopt, hold
from tests.factories.signatures import AS_READ
from tests.places import Place

FAR = date(2199, 12, 31)
WAITING: Mapping[Role, list[str]] = {
    Role.OFFICE: [
        "circular",
        "comment",
        "complaint",
        "completion_report",
        "dispute",
        "extension",
        "inspection_plan",
        "item",
        "ledger",
        "ledger",
        "notice",
        "problem",
        "problem",
        "proposal",
        "rectification_order",
        "waiver",
    ],
    Role.GROUP: ["correction", "deduction", "dispute", "proposal", "reopening", "settlement"],
    Role.LEADER: ["direct_transfer", "inspection_plan", "item", "notice", "problem", "proposal", "waiver"],
    Role.UNIT: [
        "completion_report",
        "conclusion",
        "milestone",
        "notice_delivery",
        "obligation",
        "problem",
        "problem",
        "rectification_order",
        "task",
        "task",
    ],
    Role.PUBLISHER: ["comment", "publication", "publication"],
    Role.AUDITOR: [],
    Role.ADMINISTRATOR: ["proposal"],
    Role.SECURITY_ADMINISTRATOR: ["appointment", "client_key", "client_official", "sign_in_link"],
}


@dataclass(frozen=True)
class County:
    """A county in which one thing of each kind waits for somebody."""

    place: Place
    unit_id: UUID
    leader_id: UUID
    proposer: Actor

    def actor(self, role: Role) -> Actor:
        if role is Role.UNIT:
            return person(self.place.actor, role, unit_id=self.unit_id)
        return person(self.place.actor, role, **({"official_id": self.leader_id} if role is Role.LEADER else {}))


@pytest.fixture
async def county(session: AsyncSession, here: Place) -> County:
    actor = here.actor
    await hold(session, actor, NOON)
    await templates.install_defaults(session, actor)
    await adopt(session, actor)
    unit_id = await identity.make_unit(session, actor)
    leader_id = await notices.make_leader(session, actor, "principal_county_leader")
    county = County(here, unit_id, leader_id, person(actor))
    await _tasks(session, actor, county)
    await _papers(session, actor, county)
    await _inspections(session, actor, county)
    await _problems(session, actor, county)
    await _judgements(session, actor, county)
    await _approvals(session, county)
    # Of the present year there is none, and that of the year before is not closed.
    await progress.open_ledger(session, actor, date(2015, 1, 5))
    return county


async def _tasks(session: AsyncSession, actor: Actor, county: County) -> None:
    """One task is to be done, one is reported, one returned, of one a waiver is asked."""
    days: dict[str, Any] = {"received_on": date(2015, 4, 1), "deadline_on": date(2016, 12, 31)}
    duty = await reviews.make_duty(session, actor, unit_id=county.unit_id, tasks=4, **days)
    _, reported, returned, asked = duty.task_ids
    for task_id in (reported, returned):
        report_id = await reviews.report(session, actor, county.unit_id, task_id)
    node: dict[str, Any] = {"name": "基础完工", "due_on": date(2016, 5, 31), "expected": "基础出地面"}
    await milestones.set_milestone(session, person(actor), duty.task_ids[0], **node)
    back = {**reviews.RETURN, "rework_until_on": date(2016, 5, 22)}
    await completion_review.review_completion(session, person(actor), report_id, AS_READ, Review(**back))
    await reviews.ask(session, actor, asked)
    other = await reviews.make_duty(session, actor, **days)
    await reviews.settle(session, actor, other.unit_id, other.task_ids[0])


async def _papers(session: AsyncSession, actor: Actor, county: County) -> None:
    """A notice is drafted, another one delivered; a paper is handed to the leader, and one to another."""
    await notices.make_notice(session, actor, state="checked")
    await notices.make_notice(session, actor, state="issued", unit_ids=[county.unit_id])
    paper_id = await notices.make_paper(session, actor)
    for leader_id in (county.leader_id, await notices.make_leader(session, actor)):
        handed: dict[str, Any] = {"official_id": leader_id, "handed_on": date(2016, 3, 2)}
        await direct_transfers.hand_over(session, person(actor), paper_id, **handed)
    item_id = await items.make_item(session, actor, deadline_on=date(2016, 6, 30))
    await add_item(session, kind="major_problem", state="registered")
    asked: dict[str, Any] = {"until_on": date(2016, 7, 31), "reason": "连续降雨"}
    await extensions.ask_extension(session, person(actor), item_id, **asked)
    due_at = datetime(2016, 5, 19, 16, tzinfo=UTC)
    obligation_id = await progress.make_obligation(session, county.unit_id, due_at=due_at)
    other_id = await identity.make_unit(session, actor)
    await progress.make_obligation(session, other_id)
    await complain(session, actor, county.unit_id, obligation_id)


async def _inspections(session: AsyncSession, actor: Actor, county: County) -> None:
    """One plan waits for its approval; from another one a conclusion was sent."""
    made = await inspections.make_inspected(session, actor)
    inspected = inspections.Inspected(county.unit_id, made.other_id, made.official_id)
    await inspections.draft_plan(session, actor, inspected)
    plan_id = await inspections.draft_plan(session, actor, inspected)
    await inspections.carry_out_plan(session, actor, plan_id)
    for unit_id in (inspected.unit_id, inspected.other_id):
        await inspections.send_conclusion(session, actor, plan_id, unit_id)


async def _problems(session: AsyncSession, actor: Actor, county: County) -> None:
    """At each level one problem waits; of one the decision's date has passed, of one it has not."""
    who = replace(await problems.make_concerned(session, actor), unit_id=county.unit_id, lead_id=county.leader_id)
    await problems.open_problem(session, actor, who)
    steps = (problems.file_plan, problems.escalate)
    for number in range(2):
        problem_id = await problems.open_problem(session, actor, who)
        for step in steps[: number + 1]:
            await step(session, actor, problem_id, who)
    await problems.open_problem(session, actor, who, is_major=True, is_for_conference=True)
    for due_on in (date(2016, 5, 20), FAR):
        problem_id = await problems.open_problem(session, actor, who)
        await problems.file_plan(session, actor, problem_id, who)
        await problems.decide(session, actor, problem_id, who, due_on=due_on)
    await session.execute(update(Problem).where(Problem.due_on == date(2016, 5, 20)).values(due_on=date(2016, 5, 19)))


async def _judgements(session: AsyncSession, actor: Actor, county: County) -> None:
    await bulletins.draft(session, person(actor))
    limit = {"limit_on": date(2016, 5, 25)}
    orders = [await bulletins.order(session, person(actor), county.unit_id, **limit) for _ in range(2)]
    unit = county.actor(Role.UNIT)
    await rectification_orders.report_rectification(session, unit, orders[0], text="已整改")
    fact: dict[str, Any] = {
        "unit_id": county.unit_id,
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 5, 3),
        "reason": "点名",
    }
    for number in range(3):
        deduction_id = await proposals.propose_deduction(session, county.proposer, **fact, event=f"大会{number}")
        if number:
            await decisions.confirm_deduction(session, person(actor, Role.GROUP), deduction_id, AS_READ)
    await decisions.dispute_deduction(session, unit, deduction_id, grounds="事实不符")
    session.add(Settlement(year=2015, state="prepared", prepared_by=county.proposer.person, prepared_at=NOON))
    settled = Settlement(year=2014, state="confirmed", prepared_at=NOON, confirmed_at=NOON)
    session.add(settled)
    await session.flush()
    proposed = {"state": "proposed", "reason": "有误", "proposed_by": county.proposer.person, "proposed_at": NOON}
    session.add(SettlementReopening(settlement_id=settled.id, year=2014, **proposed))
    wrong = {"deduction_id": deduction_id, "unit_id": county.unit_id, "corrects_year": 2016, "year": 2017}
    session.add(Correction(**wrong, points=Decimal(3), **proposed))
    await session.flush()
    await publication.draft(session, actor)
    await publication.approve(session, actor, await publication.draft(session, actor))
    entry_id = await publication.put_out(session, actor)
    waiting, refused = [await comments.put_comment(session, actor, entry_id) for _ in range(2)]
    assert waiting != refused
    await moderation.refuse_comment(session, person(actor), refused, AS_READ, reason="与事项无关")


async def _approvals(session: AsyncSession, county: County) -> None:
    """One of each waits for another person, and an invitation and a revoked key for nobody."""
    proposer = county.proposer
    procedure = {"kind": "slip", "chain": ["issued"], "acknowledge_working_days": 2}
    await approvals.propose(session, proposer, ProposalKind.SET_NOTICE_PROCEDURE, procedure)
    officials = [await identity.make_official(session, proposer, county.unit_id) for _ in range(2)]
    facts: dict[str, Any] = {"unit_id": None, "since_on": None, "until_on": None}
    await appointments.grant_role(session, proposer, official_id=officials[0], role=Role.LEADER, **facts)
    provider = identity_provider.of_this_process()
    provider_id = await identity_provider.trust(session, proposer, provider, issuer="https://issuer.test")
    for official_id, subject in zip(officials, ("示例账号", None), strict=True):
        await sign_in_links.link_official(session, proposer, official_id, provider_id=provider_id, subject=subject)
    client_id = await identity.make_client(session, proposer, may_act_for_officials=True)
    await named_officials.name_official(session, proposer, client_id, official_id=officials[0], role=Role.LEADER)
    scopes = frozenset({"items:read"})
    keys = [
        await client_keys.issue_key(session, proposer, client_id, kind="test", scopes=sorted(scopes), allowed=scopes)
        for _ in range(2)
    ]
    await client_keys.revoke_key(session, proposer, client_id, keys[1][0])
    await session.flush()


async def read(session: AsyncSession, actor: Actor, view: WorkView = WorkView.WAITING, **asked: Any) -> Page:
    return await lists.list_work(session, actor, PageRequest(**{"limit": 100, **asked}), view=view)


def kinds(page: Page) -> list[str]:
    return sorted(row["kind"] for row in page.rows)


async def test_each_role_finds_what_waits_for_it(session: AsyncSession, county: County) -> None:
    found = {role: kinds(await read(session, county.actor(role))) for role in WAITING}
    assert found == WAITING
    rows = (await read(session, county.actor(Role.UNIT))).rows
    for row in rows:
        assert row["path"].startswith("/v1/")
        assert row["path"].endswith(str(row["id"]))
    assert [row["kind"] for row in rows if row["is_late"]] == ["obligation"]
    due = [row["due_at"] for row in rows]
    assert due == sorted((at for at in due if at), key=lambda at: at) + [at for at in due if at is None]


async def test_nobody_finds_what_is_their_own_to_leave_alone(session: AsyncSession, county: County) -> None:
    proposer = replace(county.actor(Role.GROUP), client_id=county.proposer.client_id)
    assert kinds(await read(session, proposer)) == []
    security = replace(county.actor(Role.SECURITY_ADMINISTRATOR), client_id=county.proposer.client_id)
    assert kinds(await read(session, security)) == []


async def test_a_leader_of_another_matter_finds_what_any_leader_may_sign(session: AsyncSession, county: County) -> None:
    other = replace(county.actor(Role.LEADER), official_id=new_id())
    assert kinds(await read(session, other)) == ["inspection_plan", "item", "notice", "proposal"]


async def test_weeks_and_lateness_go_by_the_days_of_shanghai(session: AsyncSession, county: County) -> None:
    unit = county.actor(Role.UNIT)
    assert kinds(await read(session, unit, WorkView.LATE)) == ["obligation"]
    # Returned until Sunday the 22nd; what is due on Wednesday is next week's.
    assert kinds(await read(session, unit, WorkView.THIS_WEEK)) == ["completion_report"]
    office = await read(session, county.actor(Role.OFFICE), WorkView.LATE)
    assert set(kinds(office)) == {"inspection_plan", "item", "ledger", "problem"}
    await hold(session, county.place.actor, datetime(2016, 5, 22, 16, tzinfo=UTC))
    assert "completion_report" in kinds(await read(session, unit, WorkView.LATE))
    assert "rectification_order" in kinds(await read(session, unit, WorkView.THIS_WEEK))


async def test_pages_hold_each_thing_once(session: AsyncSession, county: County) -> None:
    unit = county.actor(Role.UNIT)
    whole = [row["id"] for row in (await read(session, unit)).rows]
    read_so_far: list[UUID] = []
    after: UUID | None = None
    for _ in range(20):
        page = await read(session, unit, limit=2, after=after)
        read_so_far += [row["id"] for row in page.rows]
        after = page.next
        if after is None:
            break
    assert read_so_far == whole


async def test_another_county_finds_nothing(session: AsyncSession, county: County, elsewhere: Place) -> None:
    await enter(session, elsewhere.actor.jurisdiction_id)
    for view in WorkView:
        for role in WAITING:
            assert kinds(await read(session, county.actor(role), view)) == []


async def test_what_is_watched_is_listed_until_it_is_not(session: AsyncSession, county: County) -> None:
    watcher, other = county.actor(Role.OFFICE), county.actor(Role.OFFICE)
    item_id = await items.make_item(session, county.place.actor)
    for _ in range(2):
        await watches.watch_item(session, watcher, item_id)
    (row,) = (await read(session, watcher, WorkView.WATCHED)).rows
    assert (row["id"], row["since"], row["is_late"]) == (item_id, NOON, True)
    assert kinds(await read(session, other, WorkView.WATCHED)) == []
    for _ in range(2):
        await watches.end_watch(session, watcher, item_id)
    assert kinds(await read(session, watcher, WorkView.WATCHED)) == []
    await watches.watch_item(session, watcher, item_id)
    assert kinds(await read(session, watcher, WorkView.WATCHED)) == ["item"]
    with pytest.raises(NotFound):
        await watches.watch_item(session, county.actor(Role.UNIT), item_id)
