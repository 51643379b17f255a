from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.documents import uploading
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import NEW_ID_SQL, new_id
from supervision.foundation.texts import fold
from supervision.identity.errors import UnknownUnit
from supervision.identity.models import Unit, UnitKind
from supervision.items.errors import ItemNeverLate
from supervision.items.lateness import COUNTS_FOR_LATENESS, counts_for_lateness
from supervision.items.models import Item
from supervision.scoring.adopting import policy_in_force
from supervision.scoring.errors import (
    DeductionAlreadyProposed,
    DeductionItemUnknown,
    DocumentMissing,
    FactInFuture,
    UnitNotScored,
    UnknownRule,
)
from supervision.scoring.models import Deduction, DeductionEvidence, Needs, ScoringRule
from supervision.scoring.settling import require_open_year
from supervision.scoring.states import DeductionState
from supervision.tasks.models import MEETS_TARGET

# An item is late from the day after its deadline, which a granted extension has moved. A deadline that had been missed
# when its year's ledger was closed stays missed, and the one given instead is another that can be. Each scored unit
# that is responsible for a task of it that was not finished in time gets one proposal, once for ever: refused,
# reversed, or under another version of the policy, the same lateness does not come again. Where the office has reviewed
# a task's completion its verdict tells; only before that do figures and percentages.
_PROPOSE_LATE = text(f"""
    WITH overdue AS (
        SELECT i.id AS item_id, i.number, d.deadline_on, d.deadline_on + 1 AS fact_on,
               (d.deadline_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS ended_at,
               'item:' || i.id || '\\:late' || CASE WHEN d.nth > 1 THEN '\\:' || d.nth ELSE '' END AS event,
               r.id AS rule_id, r.points
        FROM item i
        CROSS JOIN LATERAL (
            SELECT deadline_on, row_number() OVER (ORDER BY deadline_on) AS nth
            FROM (
                SELECT deadline_on FROM carried_deadline WHERE item_id = i.id
                UNION ALL SELECT i.deadline_on
            ) had
        ) d
        CROSS JOIN LATERAL (
            SELECT id FROM scoring_policy WHERE effective_on <= d.deadline_on + 1 ORDER BY effective_on DESC LIMIT 1
        ) p
        JOIN scoring_rule r ON r.policy_id = p.id AND r.late_item_kind = i.kind
        WHERE d.deadline_on < :today AND {COUNTS_FOR_LATENESS} AND (i.closed_on IS NULL OR i.closed_on > d.deadline_on)
    ), late AS (
        SELECT DISTINCT o.*, u.id AS unit_id
        FROM overdue o
        JOIN task t ON t.item_id = o.item_id
        JOIN unit u ON u.id = t.responsible_unit_id AND u.kind IN ('township', 'department')
        CROSS JOIN LATERAL (
            -- A year's figure comes after the year, so the latest counts whenever it came.
            SELECT count(*) AS indicators, count(f.value) AS figures, bool_and({MEETS_TARGET}) AS is_met
            FROM indicator n LEFT JOIN LATERAL (
                SELECT value FROM figure WHERE indicator_id = n.id ORDER BY received_at DESC, id DESC LIMIT 1
            ) f ON true
            WHERE n.task_id = t.id
        ) m
        CROSS JOIN LATERAL (
            -- What was received in time and still waits for its review may yet pass. A look back undoes a verdict for
            -- the deadlines that were still to come, not for the one that had been kept.
            SELECT bool_or(state <> 'reported') AS is_reviewed, bool_or(
                received_at < o.ended_at
                AND (state IN ('reported', 'passed') OR state = 'reopened' AND reopened_at >= o.ended_at)
            ) AS is_in_time
            FROM completion_report WHERE task_id = t.id
        ) c
        WHERE c.is_in_time IS NOT TRUE AND NOT EXISTS (
            SELECT FROM waiver w WHERE w.task_id = t.id
            AND (w.state = 'granted' OR w.state = 'reopened' AND w.reopened_at >= o.ended_at)
        ) AND CASE
            WHEN c.is_reviewed THEN true
            WHEN m.indicators > 0 THEN m.figures = m.indicators AND NOT m.is_met  -- no figure is not lateness
            ELSE 100 IS DISTINCT FROM (
                SELECT percent FROM progress_entry WHERE task_id = t.id AND received_at < o.ended_at
                ORDER BY received_at DESC, id DESC LIMIT 1
            )
        END
    )
    INSERT INTO deduction
        (id, unit_id, rule_id, item_id, event, year, fact_on, points, reason, state, proposed_by, proposed_at, version)
    SELECT {NEW_ID_SQL}, unit_id, rule_id, item_id, event, extract(year FROM fact_on), fact_on, points,
           number || ' 时限为' || to_char(deadline_on, 'YYYY-MM-DD') || '，届满未办结', 'proposed', :person, :now, 1
    FROM late
    WHERE NOT EXISTS (
        SELECT FROM deduction d JOIN scoring_rule r ON r.id = d.rule_id
        WHERE d.unit_id = late.unit_id AND d.event = late.event AND r.late_item_kind IS NOT NULL
    )
    ON CONFLICT DO NOTHING
    RETURNING id, unit_id, item_id
""")  # noqa: S608 - what is put in are our own constants


async def propose_late(session: AsyncSession, actor: Actor) -> int:
    """Propose a deduction for every lateness that has none yet (annex art. 7, 8, 11); return how many were added."""
    now = await clock.now(session)
    facts = {"today": now.astimezone(clock.SHANGHAI).date(), "now": now, "person": actor.person}
    return await _propose(session, actor, _PROPOSE_LATE, facts)


# Each criticism of a scored unit in an issued circular is a fact of its own, of the day of issue, and proposed once for
# ever; a criticism of an official is none of the unit's.
_PROPOSE_CRITICISED = text(f"""
    INSERT INTO deduction
        (id, unit_id, rule_id, item_id, event, year, fact_on, points, reason, document, document_on, state,
         proposed_by, proposed_at, version)
    SELECT {NEW_ID_SQL}, c.unit_id, r.id, c.item_id, 'circular\\:' || c.id, extract(year FROM b.issued_on),
           b.issued_on, r.points, b.number || '通报批评：' || c.reason, b.number, b.issued_on, 'proposed',
           :person, :now, 1
    FROM criticism c
    JOIN circular b ON b.id = c.circular_id AND b.state = 'issued'
    JOIN unit u ON u.id = c.unit_id AND u.kind IN ('township', 'department')
    CROSS JOIN LATERAL (
        SELECT id FROM scoring_policy WHERE effective_on <= b.issued_on ORDER BY effective_on DESC LIMIT 1
    ) p
    JOIN scoring_rule r ON r.policy_id = p.id AND r.code = 'circular_criticism'
    WHERE NOT EXISTS (
        SELECT FROM deduction d WHERE d.unit_id = c.unit_id AND d.event = 'circular\\:' || c.id
    )
    ON CONFLICT DO NOTHING
    RETURNING id, unit_id, item_id
""")  # noqa: S608 - the one thing put in is our own constant


async def propose_criticised(session: AsyncSession, actor: Actor) -> int:
    """Propose a deduction for every criticism of a unit in an issued circular (annex art. 12); return how many."""
    facts = {"now": await clock.now(session), "person": actor.person}
    return await _propose(session, actor, _PROPOSE_CRITICISED, facts)


async def _propose(session: AsyncSession, actor: Actor, statement: TextClause, facts: Mapping[str, Any]) -> int:
    proposed = (await session.execute(statement, facts)).all()
    subjects = [(row.id, {"unit_id": row.unit_id, "item_id": row.item_id}) for row in proposed]
    await audit.record_each(session, actor, "deduction.proposed", subjects)
    return len(proposed)


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
    today = await clock.today(session)
    if max(fact_on, document_on or fact_on) > today:
        raise FactInFuture(today=today)
    await _require_scored(session, unit_id)
    counts = None if item_id is None else await _counts_for_lateness(session, item_id)
    rule = await _rule_in_force(session, rule_code, fact_on)
    if rule.late_item_kind is not None and counts is False:
        raise ItemNeverLate
    if rule.needs == Needs.DOCUMENT and document is None:
        raise DocumentMissing
    await uploading.require_uploads(session, actor, set(attachment_ids))
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
    try:
        async with session.begin_nested():
            session.add(deduction)
    except IntegrityError as error:
        raise DeductionAlreadyProposed from error
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
    # The lateness of an item is one event, whether the house or a person sees it first.
    return f"item:{item_id}:late" if item_id and rule.late_item_kind else f"deduction:{deduction_id}"


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


async def _rule_in_force(session: AsyncSession, code: str, on: date) -> ScoringRule:
    policy = await policy_in_force(session, on)
    statement = select(ScoringRule).where(ScoringRule.policy_id == policy["id"], ScoringRule.code == code)
    rule = await session.scalar(statement)
    if rule is None:
        raise UnknownRule
    return rule
