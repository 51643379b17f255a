"""What a county needs so that the operations on notices and papers can succeed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.notices.models import NoticeDelivery
from supervision.papers import direct_transfers
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import items, notices


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put notices at every step of their sign-off, and papers of a leader, into a county."""
    unit_id = standing[Role.UNIT].unit_id
    item_id = await items.make_item(session, actor, deadline_on=FAR)
    drafted = [
        await notices.make_notice(session, actor, item_id=item_id, state=state)
        for state in ("drafted", "checked", "countersigned")
        for _ in range(8)
    ]
    office = Actor(
        actor.jurisdiction_id,
        Role.OFFICE,
        client_id=standing[Role.OFFICE].client_id,
        official_id=standing[Role.OFFICE].official_id,
        is_test=True,
    )
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


async def _papers(session: AsyncSession, actor: Actor, made: FixtureValues) -> None:
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
