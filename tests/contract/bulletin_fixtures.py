"""What a county needs so that the operations on bulletins can succeed."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_sign_off, rectification_orders
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from tests.contract.fixture_values import FAR, CallersByRole, FixtureValues
from tests.factories import bulletins, identity, progress
from tests.factories.signatures import AS_READ


# Long because it tells which circular stands at which step, and the places follow from that.
async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put circulars, orders, follow-ups and proposals at every step into a county."""
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    caller = Actor(
        actor.jurisdiction_id,
        Role.OFFICE,
        client_id=standing[Role.OFFICE].client_id,
        official_id=standing[Role.OFFICE].official_id,
        is_test=True,
    )
    other = bulletins.person(actor)
    months = [date(year, month, 1) for year in range(2008, 2015) for month in range(1, 13)]
    # Drafts of the caller are written by it; drafts of another are checked by it, and checked ones issued.
    drafted = [
        await bulletins.draft(session, caller if number < len(months) - 24 else other, month=month)
        for number, month in enumerate(months)
    ]
    for circular_id in drafted[-12:]:
        await circular_sign_off.check_circular(session, caller, circular_id, AS_READ)
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
    made.bodies["verify_rectification"] = [
        {"verdict": verdict, "finding": "示例核验"} for verdict in ("closed", "returned")
    ]
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
