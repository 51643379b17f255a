from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import (
    accountability_proposals,
    accountability_queries,
    circular_drafts,
    circular_sign_off,
    media_follow_up,
    queries,
    rectification_orders,
    rectification_queries,
)
from supervision.bulletins.models import (
    AccountabilityProposal,
    Circular,
    MediaFollowUp,
    RectificationOrder,
    RectificationReport,
)
from supervision.bulletins.states import (
    CIRCULAR_FOLLOWS,
    FOLLOW_UP_FOLLOWS,
    PROPOSAL_FOLLOWS,
    RECTIFICATION_FOLLOWS,
    CircularState,
    FollowUpState,
    ProposalState,
    RectificationState,
    RectificationVerdict,
)
from supervision.foundation.actors import Actor
from supervision.foundation.errors import Conflict
from tests.factories import bulletins
from tests.factories.identity import make_unit
from tests.factories.progress import as_unit
from tests.factories.scoring import hold
from tests.factories.signatures import AS_READ
from tests.places import Place

Verb = Callable[[AsyncSession, Actor, UUID], Awaitable[None]]
DAY = date(2016, 4, 6)


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    return await make_unit(session, here.actor)


CIRCULAR_VERBS: dict[str, tuple[CircularState, Verb]] = {
    "check": (CircularState.CHECKED, lambda s, a, i: circular_sign_off.check_circular(s, a, i, AS_READ)),
    "return": (
        CircularState.DRAFTED,
        lambda s, a, i: circular_sign_off.return_circular(s, a, i, AS_READ, reason="数据有误"),
    ),
    "discard": (
        CircularState.DISCARDED,
        lambda s, a, i: circular_sign_off.discard_circular(s, a, i, AS_READ, reason="重新起草"),
    ),
    "issue": (CircularState.ISSUED, lambda s, a, i: circular_sign_off.issue_circular(s, a, i, AS_READ)),
}


@pytest.mark.parametrize("verb", CIRCULAR_VERBS)
@pytest.mark.parametrize("state", list(CircularState))
async def test_a_circular_goes_where_the_table_says(
    session: AsyncSession, here: Place, unit_id: UUID, state: CircularState, verb: str
) -> None:
    circular_id = await bulletins.draft(session, bulletins.person(here.actor))
    number = {"number": f"示例{unit_id}"} if state is CircularState.ISSUED else {}
    await session.execute(update(Circular).values(state=state, **number))
    following_state, act = CIRCULAR_VERBS[verb]
    before = await queries.get_circular(session, here.actor, circular_id)
    if following_state in CIRCULAR_FOLLOWS[state]:
        await act(session, bulletins.person(here.actor), circular_id)
        assert await session.scalar(select(Circular.state)) == following_state
    else:
        with pytest.raises(Conflict):
            await act(session, bulletins.person(here.actor), circular_id)
        assert await queries.get_circular(session, here.actor, circular_id) == before


WRITING: dict[str, Callable[[AsyncSession, Actor, UUID, UUID], Awaitable[None]]] = {
    "amend": lambda s, a, i, _: circular_drafts.amend_circular(s, a, i, 1, changes={"text": "改稿"}),
    "commend": lambda s, a, i, unit: circular_drafts.commend(s, a, i, unit_id=unit, reason="推进有力"),
    "criticise": lambda s, a, i, unit: circular_drafts.criticise(s, a, i, unit_id=unit, reason="推进不力"),
}


@pytest.mark.parametrize("verb", WRITING)
@pytest.mark.parametrize("state", list(CircularState))
async def test_only_a_draft_is_written(
    session: AsyncSession, here: Place, unit_id: UUID, state: CircularState, verb: str
) -> None:
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    number = {"number": f"示例{unit_id}"} if state is CircularState.ISSUED else {}
    await session.execute(update(Circular).values(state=state, **number))
    before = await queries.get_circular(session, here.actor, circular_id)
    if state is CircularState.DRAFTED:
        await WRITING[verb](session, drafter, circular_id, unit_id)
        after = await queries.get_circular(session, here.actor, circular_id)
        assert after["version"] == before["version"] + 1
        assert after != {**before, "version": after["version"]}
    else:
        with pytest.raises(Conflict):
            await WRITING[verb](session, drafter, circular_id, unit_id)
        assert await queries.get_circular(session, here.actor, circular_id) == before


async def report(session: AsyncSession, actor: Actor, order_id: UUID) -> None:
    order = (await session.scalars(select(RectificationOrder))).one()
    await rectification_orders.report_rectification(session, as_unit(actor, order.unit_id), order_id, text="已整改到位")


def verify(verdict: RectificationVerdict) -> Verb:
    return lambda s, a, i: rectification_orders.verify_rectification(
        s, a, i, AS_READ, verdict=verdict, finding="现场核验"
    )


RECTIFICATION_VERBS: dict[str, tuple[RectificationState, Verb]] = {
    "report": (RectificationState.REPORTED, report),
    "close": (RectificationState.CLOSED, verify(RectificationVerdict.CLOSED)),
    "return": (RectificationState.ORDERED, verify(RectificationVerdict.RETURNED)),
}


@pytest.mark.parametrize("verb", RECTIFICATION_VERBS)
@pytest.mark.parametrize("state", list(RectificationState))
async def test_an_order_goes_where_the_table_says(
    session: AsyncSession, here: Place, unit_id: UUID, state: RectificationState, verb: str
) -> None:
    order_id = await bulletins.order(session, bulletins.person(here.actor), unit_id)
    if state is not RectificationState.ORDERED:
        await report(session, here.actor, order_id)
        await session.execute(update(RectificationOrder).values(state=state))
    following_state, act = RECTIFICATION_VERBS[verb]
    before = await rectification_queries.get_rectification_order(session, here.actor, order_id)
    if following_state in RECTIFICATION_FOLLOWS[state]:
        await act(session, bulletins.person(here.actor), order_id)
        assert await session.scalar(select(RectificationOrder.state)) == following_state
    else:
        with pytest.raises(Conflict):
            await act(session, bulletins.person(here.actor), order_id)
        assert await rectification_queries.get_rectification_order(session, here.actor, order_id) == before


async def test_every_round_of_an_order_is_kept(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    order_id = await bulletins.order(session, bulletins.person(here.actor), unit_id)
    for verdict in (RectificationVerdict.RETURNED, RectificationVerdict.CLOSED):
        await report(session, here.actor, order_id)
        await verify(verdict)(session, bulletins.person(here.actor), order_id)
    rounds = select(RectificationReport.round, RectificationReport.verdict).order_by(RectificationReport.round)
    assert [tuple(row) for row in await session.execute(rounds)] == [(1, "returned"), (2, "closed")]


@pytest.mark.parametrize("state", list(FollowUpState))
async def test_a_follow_up_is_concluded_once(
    session: AsyncSession, here: Place, unit_id: UUID, state: FollowUpState
) -> None:
    follow_up_id = await bulletins.follow(session, bulletins.person(here.actor))
    assert unit_id
    await session.execute(update(MediaFollowUp).values(state=state))
    outcome: dict[str, Any] = {"outcome": "已刊播", "concluded_on": DAY}
    if FollowUpState.CONCLUDED in FOLLOW_UP_FOLLOWS[state]:
        await media_follow_up.conclude_follow_up(session, here.actor, follow_up_id, **outcome)
        assert await session.scalar(select(MediaFollowUp.outcome)) == "已刊播"
    else:
        with pytest.raises(Conflict):
            await media_follow_up.conclude_follow_up(session, here.actor, follow_up_id, **outcome)
        assert await session.scalar(select(MediaFollowUp.outcome)) is None


PROPOSAL_VERBS: dict[str, tuple[ProposalState, Verb]] = {
    "send": (
        ProposalState.SENT,
        lambda s, a, i: accountability_proposals.send_proposal(
            s, a, i, AS_READ, deciding_body="县纪委监委", sent_on=DAY
        ),
    ),
    "answer": (
        ProposalState.ANSWERED,
        lambda s, a, i: accountability_proposals.note_answer(s, a, i, answer="已受理", answered_on=DAY),
    ),
}


@pytest.mark.parametrize("verb", PROPOSAL_VERBS)
@pytest.mark.parametrize("state", list(ProposalState))
async def test_a_proposal_goes_where_the_table_says(
    session: AsyncSession, here: Place, unit_id: UUID, state: ProposalState, verb: str
) -> None:
    proposal_id = await bulletins.propose(session, bulletins.person(here.actor), unit_id)
    await session.execute(update(AccountabilityProposal).values(state=state))
    following_state, act = PROPOSAL_VERBS[verb]
    before = await accountability_queries.get_accountability_proposal(session, here.actor, proposal_id)
    if following_state in PROPOSAL_FOLLOWS[state]:
        await act(session, bulletins.person(here.actor), proposal_id)
        assert await session.scalar(select(AccountabilityProposal.state)) == following_state
    else:
        with pytest.raises(Conflict):
            await act(session, bulletins.person(here.actor), proposal_id)
        assert await accountability_queries.get_accountability_proposal(session, here.actor, proposal_id) == before
