"""What a county needs so that the operations on messages can succeed."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.messaging import broadcast_halts, broadcasts, recipient_groups, templates
from supervision.messaging.audience import Audience
from supervision.messaging.gateways.models import Receipt, Reply
from supervision.messaging.models import Message
from supervision.messaging.states import ReplyMeaning, ReplyState
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import identity, messaging


async def _add_halted(session: AsyncSession, actor: Actor, official_id: UUID, made: FixtureValues) -> None:
    """Put broadcasts into a county that can be paused, cancelled and resumed."""
    sender = messaging.as_test(actor)
    for operation in ("pause_broadcast", "cancel_broadcast", "resume_broadcast"):
        standing = [
            await messaging.make_broadcast(
                session, sender, [official_id], matter=f"{operation}{number}", words=f"{operation}{number}"
            )
            for number in range(12)
        ]
        made.place(operation, broadcast_id=standing)
        for broadcast_id in standing if operation == "resume_broadcast" else ():
            await broadcast_halts.pause_broadcast(session, sender, broadcast_id, reason="示例理由")


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put officials who are written to, and who leave, into a county."""
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
    client = Actor(
        actor.jurisdiction_id,
        Role.OFFICE,
        client_id=standing[Role.OFFICE].client_id,
        official_id=standing[Role.OFFICE].official_id,
        is_test=True,
    )
    # Each of a text of its own: nobody is told the same twice within a day.
    previewed = [await _preview(session, client, told[0], f"按时报送第{no}期进展。") for no in range(40)]
    made.bodies["preview_broadcast"] = [{name: previewed[0][name] for name in ("template", "variables", "audience")}]
    confirmed = [{**body, "matter": f"事由{no}"} for no, body in enumerate(previewed)]
    made.bodies["confirm_broadcast"], made.bodies["propose_broadcast"] = confirmed[:20], confirmed[20:]
    await _add_halted(session, actor, told[0], made)
    groups = [
        await recipient_groups.keep_recipient_group(session, actor, name=f"示例接收组{no}", official_ids=told[:2])
        for no in range(20)
    ]
    made.put("group_id", "group_ids", values=groups)
    # A name is taken by the first who has it.
    made.bodies["keep_recipient_group"] = [{"name": f"防汛指挥部{no}"} for no in range(20)]
    made.bodies["amend_recipient_group"] = [{"official_ids": [str(told[0])]}]
    await _add_lost(session, actor, made)
    made.bodies["set_message_quota"] = [{"per_day": None, "per_month": 1_000_000}]
    made.bodies["receive_receipts"] = [{"receipts": []}]


async def _preview(session: AsyncSession, client: Actor, official_id: UUID, text: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {"template": "contract", "variables": {"text": text}}
    seen = await broadcasts.preview(session, client, **wanted, audience=Audience(official_ids=[official_id]))
    return {**wanted, "audience": {"official_ids": [str(official_id)]}, "shown": seen.shown}


async def _add_lost(session: AsyncSession, actor: Actor, made: FixtureValues) -> None:
    """Put messages that failed, and replies, into a county."""
    lost = await messaging.make_officials(session, actor, 12, first=9100)
    lost_in = await messaging.make_broadcast(session, messaging.as_test(actor), lost, matter="示例未送达")
    await session.execute(update(Message).where(Message.broadcast_id == lost_in).values(state="failed"))
    failed = await session.scalars(select(Message.id).where(Message.broadcast_id == lost_in))
    failed_ids = list(failed)
    made.place("decide_message", message_id=failed_ids)
    replied = [await _reply(session, actor, lost[0], failed_ids[0]) for _ in range(12)]
    made.put("reply_id", values=replied)


async def _reply(session: AsyncSession, actor: Actor, official_id: UUID, message_id: int) -> int:
    report = insert(Receipt).values(gateway="http", is_test=True, raw=b"{}").returning(Receipt.id)
    reply = Reply(
        receipt_id=(await session.scalars(report)).one(),
        jurisdiction_id=actor.jurisdiction_id,
        telephone_indexes=[],
        text="示例回复",
        state=ReplyState.MATCHED,
        message_id=message_id,
        official_id=official_id,
        meaning=ReplyMeaning.OTHER,
    )
    session.add(reply)
    await session.flush()
    return reply.id
