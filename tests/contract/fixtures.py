"""What a county needs so that each of its operations can succeed."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_sign_off, rectification_orders
from supervision.cadence.rules import Period, PeriodKind
from supervision.cadence.timetable import USUAL
from supervision.documents import attachments
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.identity import service as clients
from supervision.identity.models import ClientKey
from supervision.items.models import Item
from supervision.messaging import broadcasts, templates
from supervision.messaging.audience import Audience
from supervision.notices.models import NoticeDelivery
from supervision.operations import service as operations
from supervision.papers import direct_transfers
from supervision.progress import digests, progress_reports
from supervision.progress.models import ProgressEntry
from supervision.reviews import close_out, ledger_standing
from supervision.scoring import corrections, decisions, reopenings, settlement
from supervision.scoring import proposals as proposing
from supervision.scoring.models import Deduction
from supervision.tasks import extensions, milestones
from supervision.tasks.models import Task
from tests.contract import inspection_fixtures, item_fixtures
from tests.contract.fixture_values import Furniture
from tests.factories import (
    bulletins,
    desk,
    identity,
    items,
    messaging,
    notices,
    progress,
    publication,
    reviews,
    scoring,
    tasks,
)
from tests.places import Committed, Place

FAR = date(2199, 12, 31)
HALF_MONTHS = [(date(2017, month, day), date(2017, month, day + 12)) for day in (1, 16) for month in range(1, 13)]
# Years that are over for whoever runs this: one is settled and corrected in the year after, one waits to be confirmed.
SETTLED, WAITING, REOPENABLE = 2017, 2019, range(2020, 2026)
# Rows that the factories made without a number of their own must not be in the way of the next numbers.
COUNT_ON = text(
    "INSERT INTO item_counter (kind, year, last) SELECT kind, year, max(sequence) FROM item GROUP BY 1, 2 "
    "ON CONFLICT (jurisdiction_id, kind, year) DO UPDATE SET last = greatest(item_counter.last, excluded.last)"
)
# Who stands for each role: nobody may decide on what is their own.
Standing = Mapping[Role, identity.Caller]


async def furnish(house: Committed, place: Place, standing: Standing) -> Furniture:
    """Put into a county what its operations need, and tell what was put there."""
    made = Furniture()
    made.put("year", values=[2016, 2016, SETTLED, WAITING])
    made.put("jurisdiction", values=[place.code])
    made.put("revision", values=[1])
    made.put("channel", values=["progress"])
    made.put("name", values=["notice", "http"])
    async with house.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await progress.open_ledger(session, place.actor)
        made.put("check_id", values=[await ledger_standing.check_ledger(session, place.actor, year=2016)])
        made.bodies["close_ledger"] = [{"deadlines": []}]
        year = (await clock.today(session)).year
        made.place("open_ledger", year=[year - 1, year, year + 1])
        made.bodies["set_rhythm"] = [{"kind": kind, "due_after": 2} for kind in USUAL]
        await _work(session, place.actor, made)
        await _reporting(session, place.actor, standing, made)
        await _reviews(session, place.actor, standing, made)
        await _messages(session, place.actor, standing, made)
        await _notices(session, place.actor, standing, made)
        await _publications(session, place.actor, made)
        await _deductions(session, place.actor, standing, made)
        await _settlements(session, place.actor, standing, made)
        await _bulletins(session, place.actor, standing, made)
        await inspection_fixtures.furnish(session, place.actor, standing, made)
        await item_fixtures.furnish(session, place.actor, standing, made)
        await session.execute(COUNT_ON)
        office = standing[Role.OFFICE]
        asking = Actor(place.actor.jurisdiction_id, Role.OFFICE, client_id=office.client_id, is_test=True)
        watched = await operations.start(session, asking, kind="ledger_import", arguments={"year": 2016})
        made.put("operation_id", values=[watched])
        await session.commit()
    spare = await house.callers(place, "leader", scopes=frozenset({"items:read"}))
    async with house.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        keys = await session.scalars(select(ClientKey.id).where(ClientKey.client_id == spare.client_id))
        made.put("client_id", values=[spare.client_id])
        made.put("key_id", values=list(keys))
        doors = [await identity.make_client(session, place.actor) for _ in range(8)]
        for client_id in doors[4:]:
            await clients.disable_client(session, place.actor, client_id, 1, reason="示例停用")
        made.place("disable_client", client_id=doors[:4])
        made.place("enable_client", client_id=doors[4:])
        await session.commit()
    return made


async def _work(session: AsyncSession, actor: Actor, made: Furniture) -> None:
    cast = await tasks.make_cast(session, actor)
    made.put("lead_leader_id", values=[cast.leader_id])
    made.put("responsible_person_id", values=[cast.person_id])
    made.put("responsible_unit_id", "unit_id", "unit", values=[cast.unit_id])
    whole = [await items.make_item(session, actor, deadline_on=FAR) for _ in range(20)]
    made.put("item_id", "item", values=whole)
    made.bodies["import_ledger"] = [tasks.to_csv(tasks.many_rows(3)).decode()]
    asking = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), is_test=True)
    asked = [
        await extensions.ask_extension(session, asking, item_id, until_on=date(2200, 1, 31), reason="示例理由")
        for item_id in whole[10:]
    ]
    made.put("extension_id", values=asked)
    made.place("ask_extension", item_id=whole[:10])
    made.bodies["ask_extension"] = [{"until_on": "2200-01-31", "reason": "示例理由"}]
    made.put("task_id", "task", values=await _movable_tasks(session, actor, cast))
    facts: dict[str, Any] = {"due_on": FAR, "expected": "示例形象"}
    planned = [
        await milestones.set_milestone(session, actor, UUID(made.ids["task_id"][0]), name=f"示例节点{no}", **facts)
        for no in range(12)
    ]
    made.put("milestone_id", values=planned)
    made.bodies["reach_milestone"] = [{"reached_on": "2016-03-01", "progress": "示例进度"}]
    task = {"lead_leader_id": str(cast.leader_id), "responsible_unit_id": str(cast.unit_id), "indicators": []}
    task |= {"goal": "示例目标", "responsible_person_id": str(cast.person_id)}
    made.bodies["decompose_item"] = [{"tasks": [task, {**task, "parent_no": 1}]}]
    leaders = [cast.leader_id, (await tasks.make_cast(session, actor)).leader_id]
    made.bodies["reassign_task"] = [
        {"part": "lead_leader", "official_id": str(leader_id), "reason": "示例理由"} for leader_id in leaders
    ]
    made.bodies["amend_task"] = [{"liaison_leader_ids": [str(each)], "reason": "示例理由"} for each in leaders]


async def _movable_tasks(session: AsyncSession, actor: Actor, cast: tasks.Cast) -> list[UUID]:
    # Later than the periods of the unit's obligations: given to it, they need no word in its reports on these.
    item_ids = [await items.make_item(session, actor, deadline_on=FAR) for _ in range(8)]
    await session.execute(update(Item).where(Item.id.in_(item_ids)).values(received_on=date(2198, 1, 4)))
    return [await tasks.make_task(session, actor, cast, item_id=item_id) for item_id in item_ids]


async def _reporting(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    duty = await progress.make_duty(session, actor, unit_id=unit_id, received_on=date(2017, 1, 4))
    facts = {"unit_id": str(unit_id), "responsible_person_id": str(duty.handler_id), "reason": "示例理由"}
    made.bodies["reassign_unit"] = [facts]
    owed = [
        await progress.make_obligation(session, unit_id, period_first=first, period_last=last)
        for first, last in HALF_MONTHS
    ]
    made.put("obligation_id", values=owed)
    made.place("report_progress", obligation_id=owed[:6])
    made.place("enter_report", obligation_id=owed[6:])
    complained = [await desk.complain(session, actor, unit_id, each) for each in owed[6:]]
    made.put("complaint_id", values=complained)
    made.bodies["file_complaint"] = [
        {"about_kind": "obligation", "about_id": str(each), "text": "示例理由"} for each in owed[:6]
    ]
    made.bodies["answer_complaint"] = [{"verdict": "upheld", "text": "示例答复"}]
    made.bodies["report_progress"] = [progress.as_json([progress.entry(duty.task_ids[0])])]
    paper = {"channel": "paper", "received_at": "2018-01-04T09:00:00+08:00"}
    made.bodies["enter_report"] = [{**made.bodies["report_progress"][0], **paper}]
    entries = [progress.entry(duty.task_ids[0])]
    hollow = [
        await progress_reports.report_progress(
            session,
            progress.as_unit(actor, unit_id),
            await progress.make_obligation(session, unit_id, period_first=first, period_last=last),
            entries=entries,
        )
        for first, last in ((date(2018, month, 1), date(2018, month, 15)) for month in range(1, 9))
    ]
    made.put("report_id", values=hollow)
    made.bodies["return_report"] = [{"reason": "示例理由", "until_on": str(FAR)}]
    period = Period(*HALF_MONTHS[0], PeriodKind.HALF_MONTH)
    await identity.make_official(
        session, actor, unit_id, position="principal_county_leader", leadership_level="division"
    )
    made.put("digest_id", values=[await digests.make_digest(session, actor, period)])


async def _reviews(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    # After the periods of the unit's obligations, so that the reports on these need not speak of them.
    duty = await reviews.make_duty(session, actor, unit_id=unit_id, tasks=28, received_on=date(2198, 1, 4))
    free, reported, asked = duty.task_ids[:8], duty.task_ids[8:14], duty.task_ids[14:20]
    ended = duty.task_ids[20:]
    made.ids["task_id"] += [str(task_id) for task_id in free]
    made.put("evidence_ids", values=[await attachments.keep(session, f"示例材料{no}".encode()) for no in range(3)])
    made.put(
        "completion_report_id", values=[await reviews.report(session, actor, unit_id, task_id) for task_id in reported]
    )
    made.put("waiver_id", values=[await reviews.ask(session, actor, task_id) for task_id in asked])
    for task_id in ended:
        await reviews.settle(session, actor, unit_id, task_id)
    closable = list(await session.scalars(select(Task.item_id).where(Task.id.in_(ended)).order_by(Task.id)))
    for item_id in closable[4:]:
        await close_out.close_item(session, actor, item_id)
    made.place("close_item", item_id=closable[:4])
    made.place("reopen_item", item_id=closable[4:])
    made.bodies["review_completion"] = [reviews.PASS, reviews.RETURN]
    made.bodies["decide_waiver"] = [reviews.OPINION, reviews.REFUSAL]


async def _messages(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    told = await messaging.make_officials(session, actor, 3, first=9000)
    made.put("official", "official_ids", values=told)
    # Those who are written to stay in post; others leave.
    unit_id = await identity.make_unit(session, actor)
    leaving = [await identity.make_official(session, actor, unit_id) for _ in range(24)]
    made.put("official_id", values=leaving)
    made.bodies["amend_official"] = [{"post": f"示例职务{number}"} for number in range(20)]
    made.bodies["record_departure"] = [{"on": "2016-03-01", "reason": "示例理由"}]
    await messaging.make_broadcast(session, messaging.as_test(actor), told)
    await templates.write_template(session, actor, name="contract", body="请{text}")
    wanted: dict[str, Any] = {"template": "contract", "variables": {"text": "按时报送。"}}
    client = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=standing[Role.OFFICE].client_id, is_test=True)
    seen = await broadcasts.preview(session, client, **wanted, audience=Audience(official_ids=told[:1]))
    body = {**wanted, "audience": {"official_ids": [str(told[0])]}}
    made.bodies["preview_broadcast"] = [body]
    made.bodies["confirm_broadcast"] = [{**body, "shown": seen.shown, "matter": f"事由{no}"} for no in range(20)]
    made.bodies["receive_receipts"] = [{"receipts": []}]


async def _notices(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    unit_id = standing[Role.UNIT].unit_id
    item_id = await items.make_item(session, actor, deadline_on=FAR)
    drafted = [
        await notices.make_notice(session, actor, item_id=item_id, state=state)
        for state in ("drafted", "checked", "countersigned")
        for _ in range(8)
    ]
    office = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=standing[Role.OFFICE].client_id, is_test=True)
    own = await notices.make_notice(session, actor, item_id=item_id, drafter=office)
    made.put("notice_id", "notice", values=[*drafted, own])
    made.place("amend_notice", notice_id=[own])
    for place, verb in enumerate(("check_notice", "countersign_notice", "issue_notice")):
        made.place(verb, notice_id=drafted[8 * place : 8 * place + 8])
    made.bodies["amend_notice"] = [{"text": "请按新的要求办理。"}]
    for _ in range(12):
        await notices.make_notice(session, actor, item_id=item_id, state="issued", unit_ids=[unit_id])
    waiting = await session.scalars(select(NoticeDelivery.id).where(NoticeDelivery.unit_id == unit_id))
    made.put("delivery_id", values=list(waiting))
    draft = {"kind": "notice", "unit_ids": [str(unit_id)], "text": "请办理。", "limit_on": str(FAR)}
    made.bodies["draft_notice"] = [draft, {**draft, "kind": "slip"}]
    made.bodies["set_notice_procedure"] = [
        {"kind": "slip", "chain": ["checked", "countersigned", "issued"], "acknowledge_working_days": 1}
    ]
    await _papers(session, actor, made)


async def _papers(session: AsyncSession, actor: Actor, made: Furniture) -> None:
    leaders = [await notices.make_leader(session, actor) for _ in range(6)]
    principal = await notices.make_leader(session, actor, "principal_county_leader")
    papers_of_principal = [await notices.make_paper(session, actor, leader_ids=[principal]) for _ in range(12)]
    made.put("paper_id", "paper", "follows", values=papers_of_principal)
    office = notices.somebody(actor)
    transfers = [
        await direct_transfers.hand_over(session, office, paper_id, official_id=leaders[0], handed_on=date(2016, 3, 2))
        for paper_id in papers_of_principal
    ]
    made.put("transfer_id", values=transfers)
    made.put("leader", values=[principal])
    made.bodies["hand_over_paper"] = [{"official_id": str(each), "handed_on": "2016-03-02"} for each in leaders[1:]]
    facts = {"sender": "示例乡党委", "title": "示例报告", "words": "请抓紧办理。", "instructed_on": "2016-03-01"}
    made.bodies["register_instruction_paper"] = [{**facts, "leader_ids": [str(principal)], "secrecy": "internal"}]


async def _publications(session: AsyncSession, actor: Actor, made: Furniture) -> None:
    waiting = [await publication.draft(session, actor) for _ in range(8)]
    for publication_id in waiting[:4]:
        await publication.approve(session, actor, publication_id)
    made.put("publication_id", values=[*waiting, await publication.put_out(session, actor)])
    for _ in range(5):
        await publication.add_progress(session, actor)
    entries = await session.scalars(select(ProgressEntry.id).order_by(ProgressEntry.id.desc()).limit(5))
    made.put("progress_entry_id", values=list(entries))
    made.bodies["review_publication"] = [{"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}]


async def _bulletins(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    caller = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=standing[Role.OFFICE].client_id, is_test=True)
    other = bulletins.person(actor)
    months = [date(year, month, 1) for year in range(2008, 2015) for month in range(1, 13)]
    # Drafts of the caller are written by it; drafts of another are checked by it, and checked ones issued.
    drafted = [
        await bulletins.draft(session, caller if number < len(months) - 24 else other, month=month)
        for number, month in enumerate(months)
    ]
    for circular_id in drafted[-12:]:
        await circular_sign_off.check_circular(session, caller, circular_id)
    made.put("circular_id", values=drafted)
    for verb in ("amend_circular", "add_commendation", "add_criticism"):
        made.place(verb, circular_id=drafted[:40])
    made.place("check_circular", circular_id=drafted[-24:-12])
    for verb in ("issue_circular", "return_circular"):
        made.place(verb, circular_id=drafted[-12:])
    made.bodies["draft_circular"] = [
        {"month": f"{year}-{month:02d}-01", "title": "示例通报"} for year in (2000, 2001) for month in range(1, 13)
    ]
    made.bodies["amend_circular"] = [{"title": f"示例通报{number}"} for number in range(3)]
    remarked = [await identity.make_unit(session, actor) for _ in range(12)]
    made.bodies["add_commendation"] = [{"unit_id": str(each), "reason": "示例理由"} for each in remarked]
    made.bodies["add_criticism"] = made.bodies["add_commendation"]
    orders = [await bulletins.order(session, other, unit_id, limit_on=FAR) for _ in range(20)]
    for order_id in orders[10:]:
        await rectification_orders.report_rectification(
            session, progress.as_unit(actor, unit_id), order_id, text="示例整改"
        )
    made.put("order_id", values=orders)
    made.place("report_rectification", order_id=orders[:10])
    made.place("verify_rectification", order_id=orders[10:])
    made.bodies["order_rectification"] = [{"unit_id": str(unit_id), "matter": "示例事由", "limit_on": str(FAR)}]
    today = await clock.today(session)
    made.put("follow_up_id", values=[await bulletins.follow(session, other) for _ in range(8)])
    made.bodies["log_media_follow_up"] = [{"medium": "县报", "matter": "示例事由", "asked_on": str(today)}]
    made.bodies["conclude_media_follow_up"] = [{"outcome": "示例结果", "concluded_on": str(today)}]
    proposals = [await bulletins.propose(session, other, unit_id) for _ in range(16)]
    for proposal_id in proposals[8:]:
        await bulletins.send(session, other, proposal_id, sent_on=today)
    made.put("proposal_id", values=proposals)
    made.place("send_accountability_proposal", proposal_id=proposals[:8])
    made.place("note_accountability_answer", proposal_id=proposals[8:])
    made.bodies["propose_accountability"] = [{"unit_id": str(unit_id), "facts": "示例事实"}]
    made.bodies["send_accountability_proposal"] = [{"deciding_body": "示例机关", "sent_on": str(today)}]
    made.bodies["note_accountability_answer"] = [{"answer": "示例答复", "answered_on": str(today)}]


async def _deductions(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    made.put("policy_id", values=[await scoring.adopt(session, actor)])
    # All are the standing unit's own: it sees no others, and disputes some of them.
    unit_id = standing[Role.UNIT].unit_id
    office, group, unit = (
        Actor(actor.jurisdiction_id, role, client_id=new_id(), unit_id=unit_id, is_test=True)
        for role in (Role.OFFICE, Role.GROUP, Role.UNIT)
    )
    facts: dict[str, Any] = {
        "unit_id": unit_id,
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 3, 1),
        "reason": "示例事由",
    }
    proposed: list[UUID] = [
        await proposing.propose_deduction(session, office, **facts, item_id=None, event=f"示例{number}")
        for number in range(40)
    ]
    for deduction_id in proposed[:14]:
        await decisions.confirm_deduction(session, group, deduction_id)
    for deduction_id in proposed[:4]:
        await decisions.dispute_deduction(session, unit, deduction_id, grounds="示例理由")
    made.put("deduction_id", values=proposed)
    made.place("rule_on_dispute", deduction_id=proposed[:4])
    made.place("reverse_deduction", deduction_id=proposed[4:9])
    made.place("dispute_deduction", deduction_id=proposed[9:14])
    made.place("confirm_deduction", deduction_id=proposed[14:24])
    made.place("refuse_deduction", deduction_id=proposed[24:32])
    made.place("verify_deduction", deduction_id=proposed[32:])
    made.put("same_fact_as", values=proposed[4:14])
    made.bodies["adopt_scoring_policy"] = [
        {"effective_on": f"2199-{month:02d}-01", "adopted_by": "示例机关", "base": "120"} for month in range(1, 13)
    ]
    made.bodies["rule_on_dispute"] = [{"verdict": verdict, "reason": "示例理由"} for verdict in ("upheld", "reversed")]
    made.bodies["issue_quarterly_warnings"] = [{"year": 2016, "quarter": 1}]
    body = {**facts, "unit_id": str(unit_id), "fact_on": "2016-03-01"}
    made.bodies["propose_deduction"] = [{**body, "event": f"又一示例{number}"} for number in range(20)]


async def _settlements(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    office, group, other = (
        Actor(actor.jurisdiction_id, role, client_id=new_id()) for role in (Role.OFFICE, Role.GROUP, Role.GROUP)
    )
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    facts: dict[str, Any] = {"rule_code": "meeting_criticism", "fact_on": date(2017, 3, 1), "reason": "示例事由"}
    taken = [await proposing.propose_deduction(session, office, unit_id=unit_id, **facts) for _ in range(24)]
    for deduction_id in taken:
        await decisions.confirm_deduction(session, group, deduction_id)
    # Nobody waits here until they can be disputed no longer.
    await session.execute(update(Deduction).where(Deduction.year == SETTLED).values(dispute_until_on=date(2018, 3, 1)))
    for year in (SETTLED, WAITING, *REOPENABLE):
        await settlement.prepare_settlement(session, office, year=year)
    for year in (SETTLED, *REOPENABLE):
        await settlement.confirm_settlement(session, group, year=year)
    asked = [await reopenings.propose_reopening(session, office, year=year, reason="示例") for year in REOPENABLE[3:]]
    made.put("reopening_id", values=asked)
    made.place("confirm_settlement", year=[WAITING])
    made.bodies["propose_settlement_reopening"] = [{"year": year, "reason": "示例理由"} for year in REOPENABLE[:3]]
    given_back = [
        await corrections.propose_correction(session, other, deduction_id=deduction_id, reason="示例理由")
        for deduction_id in taken[12:]
    ]
    made.put("correction_id", values=given_back)
    made.bodies["propose_score_correction"] = [
        {"deduction_id": str(deduction_id), "reason": "示例理由"} for deduction_id in taken[:12]
    ]
    made.bodies["draft_quarterly_circular"] = [
        {"year": year, "quarter": quarter, "title": "示例通报"} for year in REOPENABLE for quarter in range(1, 5)
    ]
