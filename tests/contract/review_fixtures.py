"""What a county needs so that the operations on reviews can succeed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.reviews import close_out
from supervision.tasks.models import Task
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import inspections, progress, reviews


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Put tasks at every step of their completion into a county."""
    unit_id = standing[Role.UNIT].unit_id
    assert unit_id
    # After the periods of the unit's obligations, so that the reports on these need not speak of them.
    duty = await reviews.make_duty(session, actor, unit_id=unit_id, tasks=28, received_on=date(2198, 1, 4))
    free, reported, asked = duty.task_ids[:8], duty.task_ids[8:14], duty.task_ids[14:20]
    ended = duty.task_ids[20:]
    made.ids["task_id"] += [str(task_id) for task_id in free]
    unit = progress.as_unit(actor, unit_id)
    evidence = [await inspections.upload(session, unit, f"示例材料{no}".encode()) for no in range(3)]
    made.put("evidence_ids", values=evidence)
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
