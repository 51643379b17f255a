from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.cadence.moments import day_zh, end_of_day
from supervision.cadence.queries import read_calendar
from supervision.cadence.working_days import Calendar, CalendarUnknown, add_working_days
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.locks import get_locked, require_version
from supervision.foundation.numbers import take_next
from supervision.foundation.two_persons import CounterStep
from supervision.identity.models import UNIT_LEADERS, Official
from supervision.identity.policy import require_not_own_unit
from supervision.identity.queries import require_units
from supervision.identity.two_person_steps import require_another_if_asked
from supervision.items import item_changes, queries, rules
from supervision.items.models import Party
from supervision.items.states import Responsibility
from supervision.messaging import outbox
from supervision.messaging.outbox import NewMessage
from supervision.notices import policy as notices_policy
from supervision.notices import rules as notices
from supervision.notices.document_facts import read_notice_facts
from supervision.notices.errors import NoticeLimitPassed, NoticeLimitRunOut
from supervision.notices.models import Notice, NoticeCounter, NoticeDelivery, NoticeProcedure
from supervision.notices.queries import get_notice
from supervision.notices.states import DeliveryState, NoticeState
from supervision.official_documents.issued_documents import keep_document

_COUNTER_STEPS = {
    NoticeState.CHECKED: CounterStep.CHECK_NOTICE,
    NoticeState.COUNTERSIGNED: CounterStep.COUNTERSIGN_NOTICE,
    NoticeState.ISSUED: CounterStep.ISSUE_NOTICE,
}
_BY_COUNTY = {
    NoticeState.COUNTERSIGNED: CounterStep.COUNTERSIGN_NOTICE_BY_ANOTHER,
    NoticeState.ISSUED: CounterStep.ISSUE_NOTICE_BY_ANOTHER,
}
# Room for the longest limit that a procedure may set, with the longest holidays in it.
_CALENDAR_DAYS = 60


async def set_notice_procedure(
    session: AsyncSession, actor: Actor, *, kind: str, chain: Sequence[str], acknowledge_working_days: int
) -> None:
    """Set how a kind is signed off, and acknowledged within how many working days (§3(2)); refuses a wrong order.

    What is drafted already keeps the way that stood when it was drafted.
    """
    notices.check_chain(chain)
    facts = {"chain": list(chain), "acknowledge_working_days": acknowledge_working_days}
    setting = insert(NoticeProcedure).values(kind=kind, **facts)
    await session.execute(
        setting.on_conflict_do_update(
            index_elements=[NoticeProcedure.jurisdiction_id, NoticeProcedure.kind], set_=facts
        )
    )
    await audit.record(session, actor, "procedure.set", None, kind=kind, **facts)


async def draft_notice(
    session: AsyncSession,
    actor: Actor,
    item_id: UUID,
    *,
    kind: str,
    unit_ids: Sequence[UUID],
    text: str,
    limit_on: date,
) -> UUID:
    """Draft an inspection notice (督查通知书) or a circulation slip (抄告单) on an item (§2(3), §3(2)).

    Refuses what is marked as classified, a limit that has passed, a closed item, and units that are unknown.
    """
    rules.check_unclassified(text)
    await days.check(session, "draft_notice", {"/limit_on": limit_on}, past=NoticeLimitPassed)
    item_changes.require_open(await queries.get_for_update(session, actor, item_id))
    await require_units(session, set(unit_ids))
    require_not_own_unit(actor, unit_ids)
    chain, working_days = await _procedure_of(session, kind)
    notice = Notice(
        item_id=item_id,
        kind=kind,
        text=text,
        limit_on=limit_on,
        chain=chain,
        acknowledge_working_days=working_days,
        state=NoticeState.DRAFTED,
        drafted_by=actor.person,
        drafted_at=await clock.now(session),
    )
    session.add(notice)
    # Without relationships nothing else tells that the notice comes before its deliveries.
    await session.flush()
    session.add_all(
        NoticeDelivery(notice_id=notice.id, unit_id=unit_id, state=DeliveryState.ADDRESSED)
        for unit_id in dict.fromkeys(unit_ids)
    )
    await audit.record(session, actor, "notice.drafted", notice.id, item_id=item_id, kind=kind, limit_on=limit_on)
    return notice.id


async def _procedure_of(session: AsyncSession, kind: str) -> tuple[list[str], int]:
    """Read who signs a kind off, and within how many working days it is acknowledged."""
    procedure = await session.scalar(select(NoticeProcedure).where(NoticeProcedure.kind == kind))
    if procedure is None:
        return list(notices.USUAL_CHAIN), notices.USUAL_ACKNOWLEDGE_WORKING_DAYS
    return procedure.chain, procedure.acknowledge_working_days


async def amend_notice(
    session: AsyncSession, actor: Actor, notice_id: UUID, version: int, *, changes: Mapping[str, Any]
) -> None:
    """Change the text or the limit of a draft, which its drafter alone may; refuses a stale version."""
    notice = await _lock(session, actor, notice_id)
    notices.check_amendable(notice.state, is_drafter=notice.drafted_by == actor.person)
    require_version(notice, version)
    rules.check_unclassified(changes.get("text"))
    await days.check(session, "amend_notice", {"/limit_on": changes.get("limit_on")}, past=NoticeLimitPassed)
    for name, value in changes.items():
        setattr(notice, name, value)
    await audit.record(session, actor, "notice.amended", notice_id, fields=sorted(changes))


async def return_notice(session: AsyncSession, actor: Actor, notice_id: UUID, version: int, *, reason: str) -> None:
    """Give a notice back to its drafter with a reason, before it is issued; the chain begins anew (§3(2)).

    Refuses, as every signature does, who has not read its last version.
    """
    notice, signed = await _lock_as_read(session, actor, notice_id, version)
    notices.check_returnable(notice.state)
    notices_policy.require_another_than_drafter(actor, CounterStep.RETURN_NOTICE, notice)
    notice.state, notice.reason = NoticeState.DRAFTED, reason
    notice.checked_by = notice.checked_at = notice.countersigned_by = notice.countersigned_at = None
    await audit.record(session, actor, "notice.returned", notice_id, reason=reason, signed_sha256=signed)


async def check_notice(session: AsyncSession, actor: Actor, notice_id: UUID, version: int) -> None:
    """Check a draft (核稿); refuses its drafter, a notice whose chain asks for another step, and a stale version."""
    notice, signed = await _lock_for(session, actor, notice_id, version, NoticeState.CHECKED)
    await _sign(session, actor, notice, NoticeState.CHECKED, signed)


async def countersign_notice(session: AsyncSession, actor: Actor, notice_id: UUID, version: int) -> None:
    """Countersign a notice (审签); refuses as checking does."""
    notice, signed = await _lock_for(session, actor, notice_id, version, NoticeState.COUNTERSIGNED)
    await _sign(session, actor, notice, NoticeState.COUNTERSIGNED, signed)


async def issue_notice(session: AsyncSession, actor: Actor, notice_id: UUID, version: int) -> None:
    """Issue a notice under the next number of its kind and year, and deliver it to its units (签发, §3(2)).

    Their leaders and the item's responsible persons get a message with number and limit, nothing of the text.
    Refuses as checking does, and a limit that has passed meanwhile.
    """
    notice, signed = await _lock_for(session, actor, notice_id, version, NoticeState.ISSUED)
    now = await clock.now(session)
    today = now.astimezone(clock.SHANGHAI).date()
    if notice.limit_on < today:
        raise NoticeLimitRunOut(limit_on=notice.limit_on)
    sequence = await take_next(session, NoticeCounter, kind=notice.kind, year=today.year)
    notice.year, notice.sequence = today.year, sequence
    notice.number = notices.number_of(notice.kind, today.year, sequence)
    await _sign(session, actor, notice, NoticeState.ISSUED, signed)
    await keep_document(session, actor, await read_notice_facts(session, actor, notice_id))
    calendar = await _read_calendar(session, today)
    due_at = end_of_day(add_working_days(today, notice.acknowledge_working_days, calendar))
    deliver = update(NoticeDelivery).where(
        NoticeDelivery.notice_id == notice_id, NoticeDelivery.state == DeliveryState.ADDRESSED
    )
    deliveries = await session.scalars(
        deliver.values(state=DeliveryState.DELIVERED, delivered_at=now, due_at=due_at).returning(NoticeDelivery.id)
    )
    matters = dict.fromkeys(deliveries, f"notice:{notice_id}:issued")
    await tell_units(session, actor, template="notice_issued", matters=matters)


def matter_of(urging_id: UUID) -> str:
    """Name the matter under which an urging is sent, and withdrawn."""
    return f"urging:{urging_id}"


async def _lock_for(
    session: AsyncSession, actor: Actor, notice_id: UUID, version: int, step: NoticeState
) -> tuple[Notice, str]:
    notice, signed = await _lock_as_read(session, actor, notice_id, version)
    notices.check_step(notice.chain, notice.state, step)
    notices_policy.require_another_than_drafter(actor, _COUNTER_STEPS[step], notice)
    if step in _BY_COUNTY:
        signed_by = {"check_notice": notice.checked_by, "countersign_notice": notice.countersigned_by}
        taken_by = {each: signed_by[each] for each in _BY_COUNTY[step].steps}
        await require_another_if_asked(session, actor, _BY_COUNTY[step], taken_by)
    addressed = select(NoticeDelivery.unit_id).where(NoticeDelivery.notice_id == notice_id)
    require_not_own_unit(actor, set(await session.scalars(addressed)))
    return notice, signed


async def _lock_as_read(session: AsyncSession, actor: Actor, notice_id: UUID, version: int) -> tuple[Notice, str]:
    notice = await _lock(session, actor, notice_id)
    return notice, signatures.sign(notice, version, await get_notice(session, actor, notice_id))


async def _lock(session: AsyncSession, actor: Actor, notice_id: UUID) -> Notice:
    statement = select(Notice).where(Notice.id == notice_id, notices_policy.notices_visible_to(actor))
    return await get_locked(session, statement)


async def _sign(session: AsyncSession, actor: Actor, notice: Notice, step: NoticeState, signed: str) -> None:
    notice.state = step
    setattr(notice, f"{step}_by", actor.person)
    setattr(notice, f"{step}_at", await clock.now(session))
    facts = {"kind": notice.kind, "number": notice.number, "signed_sha256": signed}
    await audit.record(session, actor, f"notice.{step}", notice.id, **facts)


async def _read_calendar(session: AsyncSession, first: date) -> Calendar:
    """Read the coming days; where the State Council has not announced a year yet, Monday to Friday are worked."""
    days = [first + timedelta(days=each) for each in range(_CALENDAR_DAYS)]
    try:
        announced: Mapping[date, bool] = await read_calendar(session, first, days[-1])
    except CalendarUnknown:
        announced = {}
    return {**{day: day.isoweekday() <= 5 for day in days}, **announced}  # noqa: PLR2004 - Friday


async def tell_units(session: AsyncSession, actor: Actor, *, template: str, matters: Mapping[UUID, str]) -> int:
    """Write to the leaders of the units that deliveries went to, and to the responsible persons of their items there.

    `matters` has the matter of each delivery; returns how many messages are new.
    """
    officials = (
        select(NoticeDelivery.id, Official.id.label("official_id"), Notice.number, Notice.limit_on)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .join(Official, Official.unit_id == NoticeDelivery.unit_id)
        .where(NoticeDelivery.id.in_(matters))
    )
    is_responsible = (Party.official_id == Official.id) & (Party.responsibility == Responsibility.RESPONSIBLE_PERSON)
    told = union(
        officials.where(Official.position.in_(UNIT_LEADERS)),
        officials.join(Party, is_responsible & (Party.item_id == Notice.item_id)),
    )
    messages = [
        NewMessage(row.official_id, matters[row.id], {"number": row.number, "limit": day_zh(row.limit_on)})
        for row in await session.execute(told)
    ]
    return await outbox.queue(session, actor, template=template, messages=messages)
