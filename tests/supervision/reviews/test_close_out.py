from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.cadence.periods import half_month_of
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.items.errors import ItemClosed, ItemNotOpen
from supervision.items.models import Item
from supervision.messaging.models import Message
from supervision.progress import digests, progress_reports
from supervision.progress import obligations as obliging
from supervision.progress.errors import ObligationWaived
from supervision.progress.models import Digest, Obligation
from supervision.progress.obligation_waivers import REASON, waive_idle
from supervision.reviews import close_out, completion_review, errors, suspension, waivers
from supervision.reviews.completion_reports import report_completion
from supervision.reviews.models import Waiver
from supervision.reviews.rules import Review
from supervision.tasks import extensions
from supervision.tasks.models import Task
from tests.factories.identity import make_official
from tests.factories.progress import Duty, as_unit, entry, hold, make_obligation, moment, open_ledger
from tests.factories.reviews import OPINION, PASS, ask, make_duty, person, report, settle
from tests.factories.signatures import AS_READ
from tests.places import Place

MARCH = half_month_of(date(2016, 3, 1))


async def item_of(session: AsyncSession, task_id: UUID) -> UUID:
    return (await session.scalars(select(Task.item_id).where(Task.id == task_id))).one()


async def finish(session: AsyncSession, here: Place, duty: Duty, task_id: UUID) -> UUID:
    """Bring a task to its end and close its item."""
    await settle(session, here.actor, duty.unit_id, task_id)
    item_id = await item_of(session, task_id)
    await close_out.close_item(session, person(here.actor), item_id)
    return item_id


async def obligations(session: AsyncSession) -> dict[UUID, tuple[str, str | None]]:
    rows = await session.execute(select(Obligation.unit_id, Obligation.state, Obligation.waived_reason))
    return {row.unit_id: (row.state, row.waived_reason) for row in rows}


async def test_a_unit_whose_items_are_closed_owes_nothing(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    await hold(session, here.actor, moment(3, 17))
    duty, other = await make_duty(session, here.actor, tasks=2), await make_duty(session, here.actor)
    obligation_id = await make_obligation(session, duty.unit_id)
    await make_obligation(session, other.unit_id)
    await obliging.remind(session, here.actor, MARCH)
    await finish(session, here, duty, duty.task_ids[0])
    assert set((await obligations(session)).values()) == {("open", None)}, "one of its items is still open"
    await finish(session, here, duty, duty.task_ids[1])
    assert await obligations(session) == {duty.unit_id: ("waived", REASON), other.unit_id: ("open", None)}
    reminded = await session.execute(select(Message.official_id, Message.state))
    assert {row.official_id: row.state for row in reminded} == {
        duty.handler_id: "cancelled",
        other.handler_id: "queued",
    }
    audited = await session.scalars(select(AuditEvent.subject_id).where(AuditEvent.verb == "obligation.waived"))
    assert audited.all() == [str(obligation_id)]
    assert await waive_idle(session, here.actor) == 0
    with pytest.raises(ObligationWaived):
        await progress_reports.report_progress(session, as_unit(here.actor, duty.unit_id), obligation_id, entries=[])
    await hold(session, here.actor, moment(3, 19, 0))
    assert await obliging.mark_late(session, here.actor, MARCH) == 1
    await digests.make_digest(session, here.actor, MARCH)
    counts = (await session.scalars(select(Digest.counts))).one()
    assert (counts["units"], counts["missing"]) == (1, 1)


async def test_what_was_marked_late_stays_so(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    duty = await make_duty(session, here.actor)
    await make_obligation(session, duty.unit_id)
    await hold(session, here.actor, moment(3, 19, 0))
    await obliging.mark_late(session, here.actor, MARCH)
    await finish(session, here, duty, duty.task_ids[0])
    await digests.make_digest(session, here.actor, MARCH)
    assert (await session.scalars(select(Digest.counts))).one()["missing"] == 1


async def test_closed_tasks_are_no_longer_duties(session: AsyncSession, here: Place) -> None:
    await open_ledger(session, here.actor)
    duty, done = await make_duty(session, here.actor, tasks=2), await make_duty(session, here.actor)
    obligation_id = await make_obligation(session, duty.unit_id)
    item_id = await finish(session, here, duty, duty.task_ids[0])
    await finish(session, here, done, done.task_ids[0])
    entries = [entry(duty.task_ids[1], of={duty.indicator_ids[1]: Decimal(1)})]
    await progress_reports.report_progress(session, as_unit(here.actor, duty.unit_id), obligation_id, entries=entries)
    period = half_month_of(date(2016, 3, 16))
    assert await obliging.open_obligations(session, here.actor, period, moment(4, 3)) == 1
    await close_out.reopen_item(session, person(here.actor), item_id, reason="回头看")
    assert await obliging.open_obligations(session, here.actor, half_month_of(date(2016, 4, 1)), moment(4, 19)) == 1


async def test_an_item_closes_when_all_its_tasks_are_passed_or_waived(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor, tasks=2)
    item_id = await item_of(session, duty.task_ids[0])
    await session.execute(update(Task).where(Task.id == duty.task_ids[1]).values(item_id=item_id, no=2))
    with pytest.raises(errors.TasksUnsettled) as refused:
        await close_out.close_item(session, person(here.actor), item_id)
    assert refused.value.facts == {"count": 2}
    await settle(session, here.actor, duty.unit_id, duty.task_ids[0])
    waiver_id = await ask(session, here.actor, duty.task_ids[1])
    with pytest.raises(errors.TasksUnsettled):
        await close_out.close_item(session, person(here.actor), item_id)
    await waivers.decide_waiver(session, person(here.actor), waiver_id, AS_READ, **OPINION)
    await close_out.close_item(session, person(here.actor), item_id)
    with pytest.raises(ItemClosed):
        await report(session, here.actor, duty.unit_id, duty.task_ids[0])
    with pytest.raises(ItemClosed):
        await ask(session, here.actor, duty.task_ids[0])
    with pytest.raises(ItemClosed):
        await extensions.ask_extension(session, person(here.actor), item_id, until_on=date(2199, 1, 1), reason="汛期")
    await close_out.reopen_item(session, person(here.actor), item_id, reason="回头看")
    assert (await session.scalars(select(Waiver.state))).all() == ["reopened"]
    verbs = await session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.like("%.reopened")))
    assert sorted(verbs) == ["completion.reopened", "item.reopened", "waiver.reopened"]


async def test_an_item_without_tasks_does_not_close(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor, tasks=2)
    empty, kept = [await item_of(session, task_id) for task_id in duty.task_ids]
    await session.execute(update(Task).where(Task.item_id == empty).values(item_id=kept, no=2))
    with pytest.raises(errors.ItemWithoutTasks):
        await close_out.close_item(session, person(here.actor), empty)
    assert (await session.scalars(select(Item.state).where(Item.id == empty))).one() == "open"


async def test_who_reported_does_not_review_and_who_asked_does_not_decide(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor, tasks=2)
    # The same official, through two programs of two roles, is still the same person.
    official_id = new_id()
    place = here.actor.jurisdiction_id
    office = Actor(place, Role.OFFICE, client_id=new_id(), official_id=official_id)
    unit = Actor(place, Role.UNIT, client_id=new_id(), official_id=official_id, unit_id=duty.unit_id)
    report_id = await report_completion(session, unit, duty.task_ids[0], text="已办结")
    with pytest.raises(errors.ReporterReviews):
        await completion_review.review_completion(session, office, report_id, AS_READ, Review(**PASS))
    waiver_id = await waivers.ask_waiver(session, unit, duty.task_ids[1], grounds="政策调整")
    with pytest.raises(errors.AskerDecidesWaiver):
        await waivers.decide_waiver(session, office, waiver_id, AS_READ, **OPINION)


async def test_nothing_is_decided_while_the_item_stands_still(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor, tasks=2)
    reported = await report(session, here.actor, duty.unit_id, duty.task_ids[0])
    asked = await ask(session, here.actor, duty.task_ids[1])
    for task_id in duty.task_ids:
        await suspension.suspend_item(
            session, person(here.actor), await item_of(session, task_id), reason="等待上级意见"
        )
    with pytest.raises(ItemNotOpen):
        await completion_review.review_completion(session, person(here.actor), reported, AS_READ, Review(**PASS))
    with pytest.raises(ItemNotOpen):
        await waivers.decide_waiver(session, person(here.actor), asked, AS_READ, **OPINION)


async def test_a_principal_leader_in_post_approves_what_another_asked_for(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor)
    principal, another = [
        await make_official(session, here.actor, duty.unit_id, position="principal_county_leader") for _ in range(2)
    ]
    approval = {"verdict": "granted", "decision": "同意"}
    waiver_id = await waivers.ask_waiver(
        session,
        Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), official_id=principal),
        duty.task_ids[0],
        grounds="政策调整",
    )
    office = person(here.actor)
    with pytest.raises(errors.AskerDecidesWaiver):
        await waivers.decide_waiver(session, office, waiver_id, AS_READ, **approval, approved_by_id=principal)
    for stranger in (duty.handler_id, new_id()):
        with pytest.raises(errors.NotAPrincipalCountyLeader):
            await waivers.decide_waiver(session, office, waiver_id, AS_READ, **approval, approved_by_id=stranger)
    await waivers.decide_waiver(session, office, waiver_id, AS_READ, **approval, approved_by_id=another)


async def test_the_database_itself_waives_nothing_without_authority(session: AsyncSession, here: Place) -> None:
    duty = await make_duty(session, here.actor)
    await ask(session, here.actor, duty.task_ids[0])
    with pytest.raises(IntegrityError, match="granted_on_authority"):
        await session.execute(update(Waiver).values(state="granted", decided_at=moment(3, 1)))


async def test_a_unit_ends_its_own_tasks_only(session: AsyncSession, here: Place) -> None:
    duty, other = await make_duty(session, here.actor), await make_duty(session, here.actor)
    with pytest.raises(NotFound):
        await report(session, here.actor, other.unit_id, duty.task_ids[0])
    with pytest.raises(NotFound):
        await waivers.ask_waiver(session, as_unit(here.actor, other.unit_id), duty.task_ids[0], grounds="政策调整")
