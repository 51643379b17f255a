from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.scoring import facts
from supervision.scoring.models import Deduction, ScoringPolicy, ScoringRule
from supervision.scoring.rules import Fact, Lateness, Price, price_of, proposal_of
from supervision.scoring.states import DeductionState


async def propose_late(session: AsyncSession, actor: Actor) -> int:
    """Propose a deduction for every lateness that has none yet (annex art. 7, 8, 11); return how many were added."""
    return await _propose(session, actor, await facts.list_lateness(session, await clock.now(session)))


async def propose_criticised(session: AsyncSession, actor: Actor) -> int:
    """Propose a deduction for every criticism of a unit in an issued circular (annex art. 12); return how many."""
    return await _propose(session, actor, await facts.list_criticisms(session))


async def _propose(session: AsyncSession, actor: Actor, found: Sequence[Fact]) -> int:
    # Once for ever: refused, reversed, or under another version of the policy, the same event does not come again.
    prices, known = await _read_prices(session), await _read_known(session)
    common = {
        "state": DeductionState.PROPOSED,
        "proposed_by": actor.person,
        "proposed_at": await clock.now(session),
        "version": 1,
    }
    rows = [
        {
            "id": new_id(),
            "unit_id": fact.unit_id,
            "rule_id": price.rule_id,
            "item_id": fact.item_id,
            "event": proposal.event,
            "year": proposal.on.year,
            "fact_on": proposal.on,
            "points": price.points,
            "reason": proposal.reason,
            "document": proposal.document,
            "document_on": proposal.document and proposal.on,
            **common,
        }
        for fact in found
        if (proposal := proposal_of(fact))
        and (fact.unit_id, proposal.event) not in known[isinstance(fact, Lateness)]
        and (price := price_of(proposal, prices))
    ]
    if not rows:
        return 0
    adding = insert(Deduction).on_conflict_do_nothing()
    added = (await session.execute(adding.returning(Deduction.id, Deduction.unit_id, Deduction.item_id), rows)).all()
    subjects = [(row.id, {"unit_id": row.unit_id, "item_id": row.item_id}) for row in added]
    await audit.record_each(session, actor, "deduction.proposed", subjects)
    return len(added)


async def _read_prices(session: AsyncSession) -> list[Price]:
    statement = select(ScoringPolicy.effective_on, ScoringRule.code, ScoringRule.id, ScoringRule.points).join(
        ScoringRule, ScoringRule.policy_id == ScoringPolicy.id
    )
    return [Price(*row) for row in await session.execute(statement)]


async def _read_known(session: AsyncSession) -> dict[bool, set[tuple[UUID, str]]]:
    """Read which events of which units were proposed before, as a lateness (True) or as something else."""
    is_lateness = ScoringRule.late_item_kind.is_not(None)
    statement = select(is_lateness, Deduction.unit_id, Deduction.event).join(
        ScoringRule, ScoringRule.id == Deduction.rule_id
    )
    known: dict[bool, set[tuple[UUID, str]]] = {True: set(), False: set()}
    for was_late, unit_id, event in await session.execute(statement):
        known[was_late].add((unit_id, event))
    return known
