from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from supervision.audit import service as audit
from supervision.bulletins import policy, queries, rules, work_counts
from supervision.bulletins.circular_text import tell_laggards
from supervision.bulletins.errors import (
    AlreadyNamed,
    CircularStateForbids,
    CutOffOutOfRange,
    MatterItemUnknown,
    MonthAlreadyDrafted,
    UnitOrOfficial,
)
from supervision.bulletins.models import Circular, Commendation, Criticism
from supervision.bulletins.states import CircularKind, CircularState
from supervision.cadence.periods import Period, PeriodKind, period_of
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import require_version
from supervision.identity.policy import require_not_own_unit
from supervision.identity.queries import require_officials_in_post, require_units
from supervision.items import queries as items


async def draft_circular(
    session: AsyncSession, actor: Actor, *, month: date, title: str, cut_off_on: date | None = None
) -> UUID:
    """Draft a month's circular from the record as it stood at the end of the cut-off day (§4(1), §4(4)).

    Refuses a month that has one, one that is not named by its first day, and a cut-off before it or in the future.
    """
    await days.check(session, "draft_circular", {"/month": month}, future=CutOffOutOfRange)
    period = period_of(PeriodKind.MONTH, month)
    asked = Period(month, period.last, period.kind)
    return await _draft(session, actor, CircularKind.MONTHLY, asked, title, cut_off_on)


async def draft_quarterly_circular(
    session: AsyncSession,
    actor: Actor,
    *,
    quarter: Period,
    title: str,
    warned: Sequence[rules.Warned],
    cut_off_on: date | None = None,
) -> UUID:
    """Draft a quarter's circular with the list of those warned, which costs nobody points (§4(2), annex art. 4, 12).

    Refuses a quarter that has one, and a cut-off before it or in the future.
    """
    return await _draft(session, actor, CircularKind.QUARTERLY, quarter, title, cut_off_on, warned)


async def _draft(
    session: AsyncSession,
    actor: Actor,
    kind: CircularKind,
    period: Period,
    title: str,
    cut_off_on: date | None,
    warned: Sequence[rules.Warned] = (),
) -> UUID:
    now = await clock.now(session)
    today = now.astimezone(clock.SHANGHAI).date()
    day = rules.cut_off(period.first, cut_off_on, last=period.last, today=today)
    counts, overdue = await work_counts.count_work(session, period=(period.first, period.last), cut_off_on=day)
    overdue = await tell_laggards(session, overdue)
    laggards = [rules.Laggard(row["number"], row["title"], row["deadline_on"], row["units"]) for row in overdue]
    text = rules.compose(period.label_zh, day, counts, laggards)
    circular = Circular(
        kind=kind,
        month=period.first,
        title=title,
        cut_off_on=day,
        counts=counts.as_json(),
        laggards=[work_counts.as_json(row) for row in overdue],
        warned=[each.as_json() for each in warned],
        text=rules.warn(text, warned) if kind is CircularKind.QUARTERLY else text,
        state=CircularState.DRAFTED,
        drafted_by=actor.person,
        drafted_at=now,
    )
    await insert_or_refuse(session, circular, uq_circular_period=MonthAlreadyDrafted)
    await audit.record(session, actor, "circular.drafted", circular.id, kind=kind, month=period.first, cut_off_on=day)
    return circular.id


async def amend_circular(
    session: AsyncSession, actor: Actor, circular_id: UUID, version: int, *, changes: dict[str, str]
) -> None:
    """Change a draft's title or text; refuses everybody but its drafter, what is no draft, and a stale version."""
    circular = await _get_own_draft(session, actor, circular_id)
    require_version(circular, version)
    for name, value in changes.items():
        setattr(circular, name, value)
    await audit.record(session, actor, "circular.amended", circular_id, fields=sorted(changes))


async def commend(session: AsyncSession, actor: Actor, circular_id: UUID, *, unit_id: UUID, reason: str) -> None:
    """Commend a unit in a draft (§4(4) 通报表扬); refuses as amending does, one's own, and one commended already."""
    circular = await _get_own_draft(session, actor, circular_id)
    await require_units(session, {unit_id})
    said = Commendation(circular_id=circular.id, unit_id=unit_id, reason=reason)
    await _say(session, actor, circular, said)
    await audit.record(session, actor, "circular.commended", circular_id, unit_id=unit_id)


async def criticise(
    session: AsyncSession,
    actor: Actor,
    circular_id: UUID,
    *,
    reason: str,
    unit_id: UUID | None = None,
    official_id: UUID | None = None,
    item_id: UUID | None = None,
) -> None:
    """Criticise a unit or an official in a draft, perhaps for an item (§4(4) 通报批评, annex art. 12).

    Refuses as amending does, both or neither of them, who or what is unknown, one's own unit, and the same again.
    """
    circular = await _get_own_draft(session, actor, circular_id)
    if (unit_id is None) == (official_id is None):
        raise UnitOrOfficial
    await require_units(session, {unit_id} if unit_id else set())
    await require_officials_in_post(session, {official_id} if official_id else set())
    await items.require_items(session, actor, {item_id}, MatterItemUnknown)
    said = Criticism(circular_id=circular.id, unit_id=unit_id, official_id=official_id, item_id=item_id, reason=reason)
    await _say(session, actor, circular, said)
    await audit.record(
        session, actor, "circular.criticised", circular_id, unit_id=unit_id, official_id=official_id, item_id=item_id
    )


async def _get_own_draft(session: AsyncSession, actor: Actor, circular_id: UUID) -> Circular:
    circular = await queries.get_circular_for_update(session, actor, circular_id)
    if circular.state != CircularState.DRAFTED:
        raise CircularStateForbids(state=circular.state)
    policy.require_drafter(actor, circular)
    return circular


async def _say(session: AsyncSession, actor: Actor, circular: Circular, said: Commendation | Criticism) -> None:
    await insert_or_refuse(
        session,
        said,
        uq_commendation_circular_id_unit_id=AlreadyNamed,
        uq_criticism_circular_id_unit_id_official_id_item_id=AlreadyNamed,
    )
    require_not_own_unit(actor, await queries.read_named_units(session, circular.id))
    # What is read of a circular includes whom it names, so its version moves with them.
    flag_modified(circular, "title")
