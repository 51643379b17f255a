"""What a county needs so that each of its operations can succeed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.rules import Period, PeriodKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.identity.models import ClientKey
from supervision.messaging import broadcasting, templates
from supervision.messaging.audience import Audience
from supervision.operations import service as operations
from supervision.progress import digesting
from supervision.progress.models import ProgressEntry
from supervision.scoring import deciding, proposing
from supervision.tasks import extending
from tests.factories import identity, items, messaging, progress, publication, scoring, tasks
from tests.house import Committed, Place

FAR = date(2199, 12, 31)
HALF_MONTHS = [(date(2017, month, 1), date(2017, month, 15)) for month in range(1, 13)]
# Rows that the factories made without a number of their own must not be in the way of the next numbers.
COUNT_ON = text(
    "INSERT INTO item_counter (kind, year, last) SELECT kind, year, max(sequence) FROM item GROUP BY 1, 2 "
    "ON CONFLICT (jurisdiction_id, kind, year) DO UPDATE SET last = greatest(item_counter.last, excluded.last)"
)
# Who stands for each role: nobody may decide on what is their own.
Standing = Mapping[Role, identity.Caller]


@dataclass
class Furniture:
    """Values that exist, by the name of the parameter or field that takes them, and whole bodies by operation."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, list[Any]] = field(default_factory=dict)

    def put(self, *names: str, values: list[Any]) -> None:
        for name in names:
            self.ids[name] = [str(value) for value in values]


async def furnish(house: Committed, place: Place, standing: Standing) -> Furniture:
    """Put into a county what its operations need, and tell what was put there."""
    made = Furniture()
    made.put("year", values=[2016])
    made.put("jurisdiction", values=[place.code])
    made.put("channel", values=["progress"])
    made.put("name", values=["notice", "http"])
    async with house.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await progress.open_ledger(session, place.actor)
        await _work(session, place.actor, made)
        await _reporting(session, place.actor, standing, made)
        await _messages(session, place.actor, standing, made)
        await _publications(session, place.actor, made)
        await _deductions(session, place.actor, made)
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
        await extending.ask_extension(session, asking, item_id, until_on=date(2200, 1, 31), reason="示例理由")
        for item_id in whole[10:]
    ]
    made.put("extension_id", values=asked)
    made.put("task_id", "task", values=[await tasks.make_task(session, actor, cast) for _ in range(3)])


async def _reporting(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    duty = await progress.make_duty(session, actor, unit_id=unit_id, received_on=date(2017, 1, 4))
    owed = [
        await progress.make_obligation(session, unit_id, period_first=first, period_last=last)
        for first, last in HALF_MONTHS
    ]
    made.put("obligation_id", values=owed)
    made.bodies["report_progress"] = [progress.as_json([progress.entry(duty.task_ids[0])])]
    period = Period(*HALF_MONTHS[0], PeriodKind.HALF_MONTH)
    await identity.make_official(
        session, actor, unit_id, position="principal_county_leader", leadership_level="division"
    )
    made.put("digest_id", values=[await digesting.make_digest(session, actor, period)])


async def _messages(session: AsyncSession, actor: Actor, standing: Standing, made: Furniture) -> None:
    told = await messaging.make_officials(session, actor, 3, first=9000)
    made.put("official_id", "official", "official_ids", values=told)
    await messaging.make_broadcast(session, messaging.as_test(actor), told)
    await templates.write_template(session, actor, name="contract", body="请{text}")
    wanted: dict[str, Any] = {"template": "contract", "variables": {"text": "按时报送。"}}
    client = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=standing[Role.OFFICE].client_id, is_test=True)
    seen = await broadcasting.preview(session, client, **wanted, audience=Audience(official_ids=told[:1]))
    body = {**wanted, "audience": {"official_ids": [str(told[0])]}}
    made.bodies["preview_broadcast"] = [body]
    made.bodies["confirm_broadcast"] = [{**body, "shown": seen.shown, "matter": f"事由{no}"} for no in range(20)]
    made.bodies["receive_receipts"] = [{"receipts": []}]


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


async def _deductions(session: AsyncSession, actor: Actor, made: Furniture) -> None:
    made.put("policy_id", values=[await scoring.adopt(session, actor)])
    unit_id = await identity.make_unit(session, actor)
    office = Actor(actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), is_test=True)
    facts: dict[str, Any] = {
        "unit_id": unit_id,
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 3, 1),
        "reason": "示例事由",
    }
    proposed: list[UUID] = [
        await proposing.propose_deduction(session, office, **facts, item_id=None, event=f"示例{number}")
        for number in range(12)
    ]
    group = Actor(actor.jurisdiction_id, Role.GROUP, client_id=new_id(), is_test=True)
    for deduction_id in proposed[:4]:
        await deciding.confirm_deduction(session, group, deduction_id)
    made.put("deduction_id", values=proposed)
    body = {**facts, "unit_id": str(unit_id), "fact_on": "2016-03-01"}
    made.bodies["propose_deduction"] = [{**body, "event": f"又一示例{number}"} for number in range(20)]
