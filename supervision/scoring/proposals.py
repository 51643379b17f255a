from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents import uploads
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.texts import fold
from supervision.identity.errors import UnknownUnit
from supervision.identity.models import Unit, UnitKind
from supervision.items.errors import ItemNeverLate
from supervision.items.lateness import counts_for_lateness
from supervision.items.models import Item
from supervision.scoring.errors import (
    DeductionAlreadyProposed,
    DeductionItemUnknown,
    DocumentMissing,
    FactInFuture,
    UnitNotScored,
    UnknownRule,
)
from supervision.scoring.models import Deduction, DeductionEvidence, Needs, ScoringRule
from supervision.scoring.policy_adoption import policy_in_force
from supervision.scoring.rules import lateness_event
from supervision.scoring.settlement import require_open_year
from supervision.scoring.states import DeductionState


# Long because it names, checks and keeps ten facts, and half of it is their names.
async def propose_deduction(  # noqa: PLR0913 - what a deduction is
    session: AsyncSession,
    actor: Actor,
    *,
    unit_id: UUID,
    rule_code: str,
    fact_on: date,
    reason: str,
    item_id: UUID | None = None,
    event: str | None = None,
    document: str | None = None,
    document_on: date | None = None,
    attachment_ids: Sequence[UUID] = (),
) -> UUID:
    """Propose a deduction by hand with its evidence, in the points of the rule in force on the fact's day.

    Facts of one `event` count once, by the highest deduction; without one it is an event of its own. Refused are an
    unknown rule, unit, item or attachment, a unit that is not scored, a fact or document of the future, the lateness
    of an item that is never late, a document that the rule rests on left out, and the same event proposed before.
    """
    given = {"/fact_on": fact_on, "/document_on": document_on}
    await days.check(session, "propose_deduction", given, future=FactInFuture)
    await _require_scored(session, unit_id)
    rule = await _applicable_rule(session, rule_code, fact_on, item_id=item_id, document=document)
    await uploads.require_uploads(session, actor, set(attachment_ids))
    await require_open_year(session, actor, fact_on.year)
    deduction = Deduction(
        id=(deduction_id := new_id()),
        unit_id=unit_id,
        rule_id=rule.id,
        item_id=item_id,
        event=await _event_before(session, unit_id, event) if event else _own_event(deduction_id, rule, item_id),
        year=fact_on.year,
        fact_on=fact_on,
        points=rule.points,
        reason=reason,
        document=document,
        document_on=document_on,
        state=DeductionState.PROPOSED,
        proposed_by=actor.person,
        proposed_at=await clock.now(session),
    )
    await insert_or_refuse(
        session, deduction, uq_deduction_jurisdiction_id_unit_id_rule_id_event=DeductionAlreadyProposed
    )
    session.add_all(DeductionEvidence(deduction_id=deduction_id, attachment_id=each) for each in set(attachment_ids))
    await audit.record(
        session, actor, "deduction.proposed", deduction_id, unit_id=unit_id, item_id=item_id, rule_code=rule_code
    )
    return deduction_id


async def _event_before(session: AsyncSession, unit_id: UUID, event: str) -> str:
    """Return the event as it was first written for the unit: by it the facts of one event are found to be one."""
    # Two who write one event in two ways at once take turns.
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"event:{unit_id}:{fold(event)}", 0))
    await session.execute(select(lock))
    written = set(await session.scalars(select(Deduction.event).where(Deduction.unit_id == unit_id)))
    if event in written:
        return event
    return next((each for each in sorted(written) if fold(each) == fold(event)), event)


def _own_event(deduction_id: UUID, rule: ScoringRule, item_id: UUID | None) -> str:
    return lateness_event(item_id) if item_id and rule.late_item_kind else f"deduction:{deduction_id}"


async def _counts_for_lateness(session: AsyncSession, item_id: UUID) -> bool:
    counts = await session.scalar(select(counts_for_lateness()).where(Item.id == item_id))
    if counts is None:
        raise DeductionItemUnknown
    return counts


async def _require_scored(session: AsyncSession, unit_id: UUID) -> None:
    kind = await session.scalar(select(Unit.kind).where(Unit.id == unit_id))
    if kind is None:
        raise UnknownUnit
    if kind == UnitKind.OTHER:
        raise UnitNotScored


async def _applicable_rule(
    session: AsyncSession, code: str, on: date, *, item_id: UUID | None, document: str | None
) -> ScoringRule:
    """Read the rule in force on a day; refuses the lateness of what is never late, and one without its document."""
    counts = None if item_id is None else await _counts_for_lateness(session, item_id)
    rule = await _rule_in_force(session, code, on)
    if rule.late_item_kind is not None and counts is False:
        raise ItemNeverLate
    if rule.needs == Needs.DOCUMENT and document is None:
        raise DocumentMissing
    return rule


async def _rule_in_force(session: AsyncSession, code: str, on: date) -> ScoringRule:
    policy = await policy_in_force(session, on)
    statement = select(ScoringRule).where(ScoringRule.policy_id == policy["id"], ScoringRule.code == code)
    rule = await session.scalar(statement)
    if rule is None:
        raise UnknownRule
    return rule
