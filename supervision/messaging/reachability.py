"""Whether each official can be reached, and was reached by the last message."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity import policy
from supervision.identity.models import Official, Unit
from supervision.messaging.gateways.codes import classify
from supervision.messaging.models import Message, MessageDecision, NumberFault
from supervision.messaging.states import DecisionKind, MessageState, NumberFaultKind


class NumberProblem(StrEnum):
    """Why an official's number must be looked at."""

    MISSING = "missing"
    INVALID = "invalid"
    WRONG_PERSON = "wrong_person"
    SHARED = "shared"  # another person in post is registered with it


class ReachabilityView(StrEnum):
    """Which officials are listed."""

    ALL = "all"
    PROBLEMS = "problems"


class LastOutcome(StrEnum):
    """What became of the last message to an official."""

    REACHED = "reached"
    TOLD = "told"
    ON_ITS_WAY = "on_its_way"
    NOT_REACHED = "not_reached"
    NONE = "none"


_OUTCOMES: Mapping[MessageState, LastOutcome] = MappingProxyType(
    {
        MessageState.DELIVERED: LastOutcome.REACHED,
        MessageState.QUEUED: LastOutcome.ON_ITS_WAY,
        MessageState.SUBMITTING: LastOutcome.ON_ITS_WAY,
        MessageState.ACCEPTED: LastOutcome.ON_ITS_WAY,
    }
)


async def list_reachability(
    session: AsyncSession,
    actor: Actor,
    request: PageRequest[UUID],
    *,
    unit_id: UUID | None = None,
    problem: NumberProblem | None = None,
    view: ReachabilityView = ReachabilityView.ALL,
) -> Page:
    """List who is in post, what is wrong with their numbers, and what became of the last message to each.

    A unit sees its own people. Cancelled messages count for nothing.
    """
    last = _last_message()
    wrong = _problem(last.c)
    statement = _officials(last, wrong).where(Official.left_on.is_(None), policy.officials_visible_to(actor))
    statement = where_given(statement, {Official.unit_id: unit_id})
    if view is ReachabilityView.PROBLEMS:
        statement = statement.where(wrong.is_not(None))
    if problem is not None:
        statement = statement.where(wrong == problem)
    found = await page(session, statement, request, identity=Official.id)
    return Page([_with_meaning(row) for row in found.rows], found.next)


def _last_message() -> LateralFromClause:
    return (
        select(Message.id, Message.queued_at, Message.state, Message.code, Message.finished_at)
        .where(Message.official_id == Official.id, Message.state != MessageState.CANCELLED)
        .order_by(Message.id.desc())
        .limit(1)
        .lateral("last")
    )


def _officials(last: LateralFromClause, wrong: ColumnElement[Any]) -> Rows:
    listed: Rows = (
        select(
            Official.id,
            Official.name,
            Official.post,
            Official.unit_id,
            Unit.name.label("unit_name"),
            Official.telephone_masked.label("telephone"),
            wrong.label("problem"),
            last.c.queued_at.label("last_queued_at"),
            _outcome(last.c.state).label("last_outcome"),
            last.c.code,
        )
        .join(Unit, Unit.id == Official.unit_id)
        .outerjoin(NumberFault, _is_of_this_number())
        .outerjoin(last, true())
        .outerjoin(MessageDecision, MessageDecision.message_id == last.c.id)
    )
    return listed


def _problem(last: Any) -> ColumnElement[Any]:
    other = aliased(Official)
    is_shared = (
        select(other.id)
        .where(
            other.telephone_index == Official.telephone_index,
            other.name_folded != Official.name_folded,
            other.left_on.is_(None),
        )
        .exists()
    )
    # The handset's word is newer than the fault: the number leads somewhere again.
    is_over = and_(
        NumberFault.fault == NumberFaultKind.INVALID,
        last.state == MessageState.DELIVERED,
        last.finished_at > NumberFault.noted_at,
    )
    return case(
        (Official.telephone_index.is_(None), literal(NumberProblem.MISSING)),
        (and_(NumberFault.id.is_not(None), or_(last.id.is_(None), ~is_over)), NumberFault.fault),
        (is_shared, literal(NumberProblem.SHARED)),
    )


def _is_of_this_number() -> ColumnElement[bool]:
    """Tell whether a fault was found at the number that the official has now."""
    since = func.coalesce(Official.telephone_since, NumberFault.noted_at)
    return and_(NumberFault.official_id == Official.id, NumberFault.noted_at >= since)


def _outcome(state: Any) -> ColumnElement[Any]:
    return case(
        (state.is_(None), literal(LastOutcome.NONE)),
        (MessageDecision.decision == DecisionKind.TOLD, literal(LastOutcome.TOLD)),
        *((state == known, literal(outcome)) for known, outcome in _OUTCOMES.items()),
        else_=literal(LastOutcome.NOT_REACHED),
    )


def _with_meaning(row: Row) -> dict[str, Any]:
    code = row["code"]
    return {**row, "meaning": None if code is None else classify(code).as_words()}
