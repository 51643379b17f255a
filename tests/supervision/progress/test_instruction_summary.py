from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.periods import PeriodKind, period_of
from supervision.messaging.models import Message
from supervision.progress import instruction_summary
from supervision.progress.models import Digest
from tests.factories.identity import make_unit
from tests.factories.notices import make_leader, make_paper
from tests.factories.progress import hold, make_obligation, moment, open_ledger
from tests.factories.scoring import add_entry, add_item, add_task
from tests.places import Callers, Place

MARCH = period_of(PeriodKind.MONTH, date(2016, 3, 1))


async def instruct(session: AsyncSession, place: Place, leaders: list[UUID], **over: object) -> UUID:
    facts = {"received_on": date(2016, 2, 1), "deadline_on": date(2016, 6, 30), **over}
    item_id = await add_item(session, **facts)
    # A later instruction on the same matter counts it once.
    for _ in range(2):
        await make_paper(session, place.actor, leader_ids=leaders, item_id=item_id)
    return item_id


async def test_each_leader_hears_of_their_own_instructions(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(4, 6, 9))
    one, other = [await make_leader(session, here.actor) for _ in range(2)]
    await make_leader(session, here.actor)
    standing = await instruct(session, here, [one, other], deadline_on=date(2016, 3, 31))
    await instruct(session, here, [one], received_on=date(2016, 3, 10))
    await instruct(session, here, [one], state="closed", closed_on=date(2016, 3, 20))
    await instruct(session, here, [one], state="closed", closed_on=date(2016, 4, 2))
    await instruct(session, here, [other], state="closed", closed_on=date(2016, 2, 28))
    await instruct(session, here, [other], received_on=date(2016, 4, 1))
    unit_id = await make_unit(session, here.actor)
    task_id = await add_task(session, here.actor, standing, unit_id)
    await add_entry(session, unit_id, task_id, percent=40, received_at=moment(3, 30))
    await add_entry(session, unit_id, task_id, percent=90, received_at=moment(4, 1, 0))
    await add_entry(session, unit_id, task_id, percent=80, received_at=moment(3, 30, 13), returned_at=moment(3, 31))
    weekly = {"covers": "instructions", "period_first": date(2016, 3, 7), "period_last": date(2016, 3, 13)}
    await make_obligation(session, unit_id, **weekly, due_at=moment(3, 15, 0))
    digest_id = await instruction_summary.summarise_instructions(session, here.actor, MARCH)
    assert await instruction_summary.summarise_instructions(session, here.actor, MARCH) == digest_id
    messages = {row.official_id: row.text for row in await session.execute(select(Message.official_id, Message.text))}
    assert messages.keys() == {one, other}
    assert "您批（交）办的事项：在办及本月办结4件，其中新收1件，办结1件，未办结3件，超过时限1件。" in messages[one]
    assert "在办及本月办结1件，其中新收0件，办结0件，未办结1件，超过时限1件。" in messages[other]
    await session.commit()
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    told = (await office.get(f"/v1/digests/{digest_id}")).json()
    assert (told["kind"], told["period_first"], told["leaders_broadcast_id"]) == (
        "instruction_month",
        "2016-03-01",
        None,
    )
    counts = {"units": 1, "on_time": 0, "late": 0, "missing": 1, "tasks": 1, "mean_percent": "40"}
    assert {name: str(value).removesuffix(".0") for name, value in told["counts"].items()} == {
        name: str(value) for name, value in counts.items()
    }
    assert told["text"].startswith("2016年3月领导批（交）办事项汇总：在办及本月办结4件")
    assert (await stranger.get("/v1/digests")).json()["data"] == []


async def test_a_month_without_instructions_has_no_summary(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(4, 6, 9))
    await add_item(session, received_on=date(2016, 3, 1), deadline_on=date(2016, 3, 31))
    assert await instruction_summary.summarise_instructions(session, here.actor, MARCH) is None
    assert await session.scalar(select(Digest.id)) is None
