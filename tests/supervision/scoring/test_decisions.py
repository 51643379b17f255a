from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor, Role
from supervision.foundation.errors import Conflict, NotFound, Refusal
from supervision.foundation.ids import new_id
from supervision.identity.errors import UnknownUnit
from supervision.scoring import decisions, errors, proposals
from supervision.scoring.models import Deduction, ScoreEntry
from supervision.scoring.states import STEPS, DeductionState, DeductionVerb
from tests.factories.identity import make_unit
from tests.factories.scoring import adopt, hold
from tests.factories.signatures import AS_READ
from tests.factories.texts import NAME, TWINS
from tests.places import Place


def person(here: Place, role: Role) -> Actor:
    return Actor(here.actor.jurisdiction_id, role, client_id=new_id())


async def propose(session: AsyncSession, actor: Actor, unit_id: UUID, **over: Any) -> UUID:
    facts: dict[str, Any] = {
        "rule_code": "meeting_criticism",
        "fact_on": date(2016, 4, 1),
        "reason": "四月大会",
        **over,
    }
    return await proposals.propose_deduction(session, actor, unit_id=unit_id, **facts)


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await adopt(session, here.actor)
    await hold(session, here.actor, datetime(2016, 5, 1, tzinfo=UTC))
    return await make_unit(session, here.actor)


async def decide(session: AsyncSession, actor: Actor, deduction_id: UUID, verb: DeductionVerb) -> None:
    match verb:
        case DeductionVerb.VERIFY:
            await decisions.verify_deduction(session, actor, deduction_id, AS_READ, verification="经查属实")
        case DeductionVerb.CONFIRM:
            await decisions.confirm_deduction(session, actor, deduction_id, AS_READ)
        case DeductionVerb.REFUSE:
            await decisions.refuse_deduction(session, actor, deduction_id, AS_READ, reason="有正当理由")
        case DeductionVerb.REVERSE:
            await decisions.reverse_deduction(session, actor, deduction_id, AS_READ, reason="查无实据")
        case DeductionVerb.DISPUTE:
            await decisions.dispute_deduction(session, actor, deduction_id, grounds="与事实不符")
        case DeductionVerb.UPHOLD | DeductionVerb.GRANT:
            await decisions.rule_on_dispute(
                session, actor, deduction_id, AS_READ, verdict=STEPS[verb][1], reason="经复核"
            )


@pytest.mark.parametrize("verb", list(DeductionVerb))
@pytest.mark.parametrize("state", list(DeductionState))
async def test_only_what_the_table_allows_follows(
    session: AsyncSession, here: Place, unit_id: UUID, state: DeductionState, verb: DeductionVerb
) -> None:
    deduction_id = await propose(session, person(here, Role.OFFICE), unit_id)
    await session.execute(update(Deduction).values(state=state, dispute_until_on=date(2016, 5, 31)))
    source, target = STEPS[verb]
    if state == source:
        await decide(session, person(here, Role.GROUP), deduction_id, verb)
        assert await session.scalar(select(Deduction.state)) == target
    else:
        with pytest.raises(Conflict) as refused:
            await decide(session, person(here, Role.GROUP), deduction_id, verb)
        assert refused.value.facts == {"state": state}


async def test_a_reversal_is_a_counter_entry(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    deduction_id = await propose(session, person(here, Role.OFFICE), unit_id)
    for verb in (DeductionVerb.CONFIRM, DeductionVerb.REVERSE):
        await decide(session, person(here, Role.GROUP), deduction_id, verb)
    entries = (await session.scalars(select(ScoreEntry).order_by(ScoreEntry.id))).all()
    assert [(entry.kind, entry.points, entry.reason) for entry in entries] == [
        ("deduction", Decimal(-3), "四月大会"),
        ("reversal", Decimal(3), "查无实据"),
    ]
    verbs = await session.scalars(
        select(AuditEvent.verb).where(AuditEvent.subject_id == str(deduction_id)).order_by(AuditEvent.id)
    )
    assert list(verbs) == ["deduction.proposed", "deduction.confirmed", "deduction.reversed"]


async def test_a_refusal_enters_nothing_and_keeps_its_reason(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    deduction_id = await propose(session, person(here, Role.OFFICE), unit_id)
    await decide(session, person(here, Role.GROUP), deduction_id, DeductionVerb.REFUSE)
    assert (await session.scalars(select(ScoreEntry))).all() == []
    assert await session.scalar(select(Deduction.decision)) == "有正当理由"


async def test_the_ledger_of_scores_is_never_changed(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    deduction_id = await propose(session, person(here, Role.OFFICE), unit_id)
    await decide(session, person(here, Role.GROUP), deduction_id, DeductionVerb.CONFIRM)
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(update(ScoreEntry).values(points=-1))


@pytest.mark.parametrize("verb", [DeductionVerb.CONFIRM, DeductionVerb.REFUSE])
async def test_the_proposer_does_not_decide(
    session: AsyncSession, here: Place, unit_id: UUID, verb: DeductionVerb
) -> None:
    # The same official, through two programs of two roles, is still the same person.
    official_id = new_id()
    proposer = Actor(here.actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), official_id=official_id)
    confirmer = Actor(here.actor.jurisdiction_id, Role.GROUP, client_id=new_id(), official_id=official_id)
    deduction_id = await propose(session, proposer, unit_id)
    with pytest.raises(errors.SamePersonDecides):
        await decide(session, confirmer, deduction_id, verb)


async def test_neither_proposer_nor_confirmer_reverses(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    proposer, confirmer = person(here, Role.OFFICE), person(here, Role.GROUP)
    deduction_id = await propose(session, proposer, unit_id)
    await decide(session, confirmer, deduction_id, DeductionVerb.CONFIRM)
    for actor in (proposer, confirmer):
        with pytest.raises(errors.SamePersonDecides):
            await decide(session, actor, deduction_id, DeductionVerb.REVERSE)


async def test_a_deduction_that_is_not_there_is_not_found(session: AsyncSession, here: Place) -> None:
    with pytest.raises(NotFound):
        await decisions.confirm_deduction(session, person(here, Role.GROUP), new_id(), AS_READ)


REFUSED: dict[str, tuple[dict[str, Any], type[Refusal]]] = {
    "a fact of tomorrow": ({"fact_on": date(2016, 5, 2)}, errors.FactInFuture),
    "a fact before any policy": ({"fact_on": date(2015, 12, 31)}, errors.NoPolicyInForce),
    "an unknown rule": ({"rule_code": "tardiness"}, errors.UnknownRule),
    "an unknown item": ({"item_id": new_id()}, errors.DeductionItemUnknown),
    "an unknown unit": ({"unit_id": new_id()}, UnknownUnit),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_proposal_is_refused(session: AsyncSession, here: Place, unit_id: UUID, case: str) -> None:
    over, refusal = REFUSED[case]
    with pytest.raises(refusal):
        await propose(session, person(here, Role.OFFICE), **{"unit_id": unit_id, **over})


async def test_a_unit_of_kind_other_is_not_scored(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    other = await make_unit(session, here.actor, kind="other")
    assert other != unit_id
    with pytest.raises(errors.UnitNotScored):
        await propose(session, person(here, Role.OFFICE), other)


async def test_the_same_event_is_proposed_once(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    office = person(here, Role.OFFICE)
    await propose(session, office, unit_id, event="四月大会")
    with pytest.raises(errors.DeductionAlreadyProposed):
        await propose(session, office, unit_id, event="四月大会")
    await propose(session, office, unit_id)
    await propose(session, office, unit_id)


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
async def test_an_event_written_otherwise_is_the_same(
    session: AsyncSession, here: Place, unit_id: UUID, twin: str
) -> None:
    office = person(here, Role.OFFICE)
    await propose(session, office, unit_id, event=NAME)
    with pytest.raises(errors.DeductionAlreadyProposed):
        await propose(session, office, unit_id, event=twin)
    # Under another rule it is one fact with the first, which counts once; for another unit it is another.
    again = await propose(session, office, unit_id, event=twin, rule_code="department_circular", document="通报")
    assert await session.scalar(select(Deduction.event).where(Deduction.id == again)) == NAME
    other = await make_unit(session, here.actor)
    elsewhere = await propose(session, office, other, event=twin)
    assert await session.scalar(select(Deduction.event).where(Deduction.id == elsewhere)) == twin


async def test_a_policy_is_adopted_once_for_a_day(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor)
    with pytest.raises(errors.PolicyDayTaken):
        await adopt(session, here.actor)
