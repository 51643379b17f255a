from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.bulletins import circular_drafts, media_follow_up, rectification_orders
from supervision.bulletins.states import RectificationVerdict
from supervision.desk import complaints
from supervision.desk.complaints import NewComplaint
from supervision.desk.models import RequestKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.inspections import conclusions
from supervision.inspections.plans import PlanScope
from supervision.items import item_changes
from supervision.notices import acknowledgement, sign_off, urging
from supervision.notices.models import NoticeDelivery
from supervision.papers import direct_transfers
from supervision.progress import supplements
from supervision.progress.models import ProgressEntry, ProgressEvidence, QuarterlyLook
from supervision.publication.drafts import draft_publication
from supervision.publication.release import publish
from supervision.publication.sources import Source
from supervision.reviews import close_out, completion_reports, completion_review, waivers
from supervision.reviews.rules import Review
from supervision.scoring import decisions, proposals
from supervision.scoring.models import Correction, Deduction
from supervision.scoring.states import CorrectionState, DeductionState
from supervision.tasks import extensions, milestones, reassignment
from tests.factories import (
    bulletins,
    identity,
    inspections,
    items,
    notices,
    official_documents,
    problems,
    publication,
    reviews,
)
from tests.factories.scoring import add_entry, add_task, hold
from tests.factories.signatures import AS_READ
from tests.factories.tasks import Cast, make_cast, make_task

NOON = datetime(2016, 5, 20, 4, tzinfo=UTC)


def person(actor: Actor, role: Role = Role.OFFICE, **over: Any) -> Actor:
    """Return somebody of a role, with all its scopes, who has done nothing yet."""
    facts = {"client_id": new_id(), "is_test": True, "scopes": scopes_of(role), **over}
    return Actor(actor.jurisdiction_id, role, **facts)


async def complain(session: AsyncSession, actor: Actor, unit_id: UUID, obligation_id: UUID) -> UUID:
    """Complain of a report that is asked for again."""
    new = NewComplaint(about_kind=RequestKind.OBLIGATION, about_id=obligation_id, text="上月已报送同样的材料")
    return await complaints.file_complaint(session, person(actor, Role.UNIT, unit_id=unit_id), new)


@dataclass(frozen=True)
class Life:
    """An item to which everything happened that can, and the unit that answers for it."""

    item_id: UUID
    cast: Cast

    @property
    def unit_id(self) -> UUID:
        return self.cast.unit_id


async def live(session: AsyncSession, actor: Actor, *, month: int) -> Life:
    """Let everything happen to an item that can; the circular that speaks of it is that of the month."""
    await hold(session, actor, datetime(2016, 3, 20, 4, tzinfo=UTC))
    life = Life(await items.make_item(session, actor, deadline_on=date(2016, 3, 25)), await make_cast(session, actor))
    task_id = await make_task(session, actor, life.cast, item_id=life.item_id, indicators=[])
    changes, reason = {"title": "修复水毁道路"}, "名称有误"
    await item_changes.amend_item(session, person(actor), life.item_id, 1, changes=changes, reason=reason)
    await _notify(session, actor, life)
    await _extend(session, actor, life)
    await hold(session, actor, NOON)
    await _inspect(session, actor, life)
    await _report(session, actor, life, task_id)
    await _criticise(session, actor, life, task_id, month=month)
    await _score(session, actor, life)
    await _end(session, actor, life, task_id)
    await official_documents.copy_as_pdf(session)
    return life


async def _notify(session: AsyncSession, actor: Actor, life: Life) -> None:
    scan = await inspections.upload(session, actor, inspections.PDF + life.item_id.bytes)
    paper_id = await notices.make_paper(session, actor, item_id=life.item_id, attachment_id=scan)
    leader_id, office = await notices.make_leader(session, actor), person(actor)
    handed_on = date(2016, 3, 2)
    transfer_id = await direct_transfers.hand_over(
        session, office, paper_id, official_id=leader_id, handed_on=handed_on
    )
    await direct_transfers.log_liaison(session, office, transfer_id, text="已向领导汇报")
    await direct_transfers.conclude_transfer(session, office, transfer_id, outcome="已办")
    unit_ids = [life.unit_id]
    drafted = await notices.make_notice(session, actor, item_id=life.item_id, unit_ids=unit_ids)
    await sign_off.return_notice(session, person(actor), drafted, AS_READ, reason="依据有误")
    notice_id = await notices.make_notice(session, actor, item_id=life.item_id, state="issued", unit_ids=unit_ids)
    delivered = select(NoticeDelivery.id).where(NoticeDelivery.notice_id == notice_id)
    delivery_id = (await session.scalars(delivered)).one()
    await urging.urge_delivery(session, office, delivery_id, channel="telephone", note="请签收")
    await acknowledgement.acknowledge_delivery(session, unit_of(actor, life), delivery_id)


async def _extend(session: AsyncSession, actor: Actor, life: Life) -> None:
    unit, until_on = unit_of(actor, life), date(2016, 3, 28)
    asked = await extensions.ask_extension(session, unit, life.item_id, until_on=until_on, reason="连续降雨")
    await extensions.decide_extension(
        session, person(actor), asked, AS_READ, verdict="granted", until_on=None, decision="情况属实"
    )


async def _inspect(session: AsyncSession, actor: Actor, life: Life) -> None:
    team_id = await identity.make_official(session, actor, life.unit_id)
    scope = PlanScope(unit_ids=[life.unit_id], item_ids=[life.item_id], official_ids=[team_id])
    made = inspections.Inspected(life.unit_id, life.unit_id, team_id)
    plan_id = await inspections.draft_plan(session, actor, made, scope=scope)
    await inspections.carry_out_plan(session, actor, plan_id)
    photo = await inspections.upload(session, actor, inspections.PDF + plan_id.bytes)
    about = {"item_id": life.item_id, "attachment_ids": [photo]}
    finding_id = await inspections.record_finding(session, actor, plan_id, life.unit_id, **about)
    conclusion_id = await inspections.send_conclusion(session, actor, plan_id, life.unit_id)
    await conclusions.acknowledge_conclusion(session, unit_of(actor, life), conclusion_id)
    who = await problems.make_concerned(session, actor)
    units = {"unit_ids": [life.unit_id], "responsible_unit_id": life.unit_id}
    problem_id = await problems.open_problem(session, actor, who, finding_id=finding_id, **units)
    await problems.file_plan(session, actor, problem_id, replace(who, unit_id=life.unit_id))


async def _report(session: AsyncSession, actor: Actor, life: Life, task_id: UUID) -> None:
    at = datetime(2016, 4, 2, 4, tzinfo=UTC)
    entry_id = await add_entry(session, life.unit_id, task_id, percent=50, received_at=at)
    photo = await inspections.upload(session, unit_of(actor, life), inspections.PDF + entry_id.bytes)
    session.add(ProgressEvidence(entry_id=entry_id, attachment_id=photo))
    await session.flush()
    drafted = await draft_publication(session, publication.person(actor), Source(progress_entry_id=entry_id))
    await publication.approve(session, actor, drafted)
    await publish(session, publication.person(actor), drafted, AS_READ)
    report_id = await session.scalar(select(ProgressEntry.report_id).where(ProgressEntry.id == entry_id))
    assert report_id
    seen = {"item_id": life.item_id, "task_id": task_id, "unit_id": life.unit_id, "item_number": "示例", "goal": "示例"}
    stand = {"percent": 50, "deadline_on": NOON.date(), "light": "behind", "looked_on": date(2016, 4, 1)}
    session.add(QuarterlyLook(year=2016, quarter=1, **seen, **stand))
    until_on = date(2199, 12, 31)
    await supplements.return_report(session, person(actor), report_id, AS_READ, reason="内容空泛", until_on=until_on)
    node: dict[str, Any] = {"name": "基础完工", "due_on": NOON.date(), "expected": "基础出地面"}
    milestone_id = await milestones.set_milestone(session, person(actor), task_id, **node)
    reached: dict[str, Any] = {"reached_on": NOON.date(), "progress": "已出地面"}
    await milestones.reach_milestone(session, unit_of(actor, life), milestone_id, **reached)
    successor_id = await identity.make_official(session, actor, life.unit_id)
    change: dict[str, Any] = {"responsibility": "responsible_person", "official_id": successor_id, "reason": "工作调动"}
    await reassignment.reassign_task(session, person(actor), task_id, **change)


async def _criticise(session: AsyncSession, actor: Actor, life: Life, task_id: UUID, *, month: int) -> None:
    office, today = person(actor), NOON.date()
    circular_id = await bulletins.draft(session, office, month=date(2016, month, 1))
    about = {"unit_id": life.unit_id, "item_id": life.item_id}
    await circular_drafts.criticise(session, office, circular_id, reason="久拖不决", **about)
    await bulletins.put_out(session, actor, circular_id)
    order_id = await bulletins.order(session, office, life.unit_id, item_id=life.item_id, limit_on=today)
    await rectification_orders.report_rectification(session, unit_of(actor, life), order_id, text="已整改")
    verdict = RectificationVerdict.CLOSED
    await rectification_orders.verify_rectification(
        session, person(actor), order_id, AS_READ, verdict=verdict, finding="属实"
    )
    follow_up_id = await bulletins.follow(session, office, item_id=life.item_id)
    await media_follow_up.conclude_follow_up(session, office, follow_up_id, outcome="已报道", concluded_on=today)
    await bulletins.propose(session, office, life.unit_id, task_id=task_id)


async def _score(session: AsyncSession, actor: Actor, life: Life) -> None:
    fact: dict[str, Any] = {"rule_code": "meeting_criticism", "fact_on": date(2016, 5, 3), "reason": "点名批评"}
    about: dict[str, Any] = {"unit_id": life.unit_id, "item_id": life.item_id, "event": f"县委全会{life.item_id}"}
    paper = await inspections.upload(session, actor, inspections.PDF + b"score" + life.item_id.bytes)
    evidence: dict[str, Any] = {"attachment_ids": [paper]}
    deduction_id = await proposals.propose_deduction(session, person(actor), **fact, **about, **evidence)
    await decisions.confirm_deduction(session, person(actor, Role.GROUP), deduction_id, AS_READ)
    await decisions.dispute_deduction(session, unit_of(actor, life), deduction_id, grounds="事实不符")
    group, verdict = person(actor, Role.GROUP), DeductionState.UPHELD
    await decisions.rule_on_dispute(session, group, deduction_id, AS_READ, verdict=verdict, reason="事实清楚")
    await _correct(session, life, deduction_id)


async def _correct(session: AsyncSession, life: Life, deduction_id: UUID) -> None:
    """Add rows as they are: a correction needs a settled year, which a life of three months has not."""
    verified = {"verified_by": life.cast.person_id, "verified_at": NOON, "verification": "报道属实"}
    await session.execute(update(Deduction).where(Deduction.id == deduction_id).values(**verified))
    decided = {"decided_by": life.cast.person_id, "decided_at": NOON, "decision": "同意"}
    years = {"corrects_year": 2016, "year": 2017, "state": CorrectionState.CONFIRMED}
    proposed = {"reason": "认定有误", "proposed_by": life.cast.person_id, "proposed_at": NOON}
    row = {"deduction_id": deduction_id, "unit_id": life.unit_id, "points": Decimal(3)}
    session.add(Correction(**row, **years, **proposed, **decided))
    await session.flush()


async def _end(session: AsyncSession, actor: Actor, life: Life, task_id: UUID) -> None:
    unit = unit_of(actor, life)
    asked = await waivers.ask_waiver(session, unit, task_id, grounds="政策调整")
    refused: dict[str, Any] = {"verdict": "refused", "decision": "应当办理"}
    await waivers.decide_waiver(session, person(actor), asked, AS_READ, **refused)
    other_id = await add_task(session, actor, life.item_id, life.unit_id)
    granted = await waivers.ask_waiver(session, unit, other_id, grounds="规划取消")
    await waivers.decide_waiver(session, person(actor), granted, AS_READ, **reviews.OPINION)
    photo = await inspections.upload(session, unit, inspections.PDF + task_id.bytes)
    reported = await completion_reports.report_completion(session, unit, task_id, text="已办结", evidence_ids=[photo])
    await completion_review.review_completion(session, person(actor), reported, AS_READ, Review(**reviews.PASS))
    await close_out.close_item(session, person(actor), life.item_id)
    await close_out.reopen_item(session, person(actor), life.item_id, reason="回头看发现反弹")


def unit_of(actor: Actor, life: Life) -> Actor:
    return person(actor, Role.UNIT, unit_id=life.unit_id)
