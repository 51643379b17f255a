from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import policy
from supervision.bulletins.models import Circular, Commendation, Criticism, MediaFollowUp
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.foundation.json_lists import json_list
from supervision.foundation.locks import get_locked
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given
from supervision.identity.models import Official, Unit

_COMMENDATIONS = (
    select(json_list(Commendation.id, unit_id=Commendation.unit_id, unit=Unit.name, reason=Commendation.reason))
    .join(Unit, Unit.id == Commendation.unit_id)
    .where(Commendation.circular_id == Circular.id)
    .scalar_subquery()
)
_CRITICISMS = (
    select(
        json_list(
            Criticism.id,
            id=Criticism.id,
            unit_id=Unit.id,
            unit=Unit.name,
            official_id=Criticism.official_id,
            official=Official.name,
            item_id=Criticism.item_id,
            reason=Criticism.reason,
        )
    )
    .select_from(Criticism)
    .outerjoin(Official, Official.id == Criticism.official_id)
    .join(Unit, Unit.id == func.coalesce(Criticism.unit_id, Official.unit_id))
    .where(Criticism.circular_id == Circular.id)
    .scalar_subquery()
)
CIRCULAR_LINE = (
    Circular.id,
    Circular.kind,
    Circular.month,
    Circular.title,
    Circular.cut_off_on,
    Circular.state,
    Circular.number,
    Circular.drafted_by,
    Circular.drafted_at,
    Circular.checked_by,
    Circular.checked_at,
    Circular.issued_by,
    Circular.issued_at,
    Circular.issued_on,
    Circular.reason,
    Circular.version,
)
CIRCULAR_COLUMNS = (
    *CIRCULAR_LINE,
    Circular.counts,
    Circular.laggards,
    Circular.warned,
    Circular.text,
    _COMMENDATIONS.label("commendations"),
    _CRITICISMS.label("criticisms"),
)
FOLLOW_UP_COLUMNS = (
    MediaFollowUp.id,
    MediaFollowUp.item_id,
    MediaFollowUp.matter,
    MediaFollowUp.medium,
    MediaFollowUp.asked_on,
    MediaFollowUp.logged_by,
    MediaFollowUp.logged_at,
    MediaFollowUp.state,
    MediaFollowUp.outcome,
    MediaFollowUp.concluded_on,
    MediaFollowUp.version,
)


async def list_circulars(
    session: AsyncSession, actor: Actor, request: PageRequest[UUID], *, state: str | None = None
) -> Page:
    """List circulars, the newest draft first."""
    statement: Rows = select(*CIRCULAR_LINE).where(policy.circulars_visible_to(actor))
    statement = where_given(statement, {Circular.state: state})
    return await page(session, statement, request, identity=Circular.id, descending=True)


async def get_circular(session: AsyncSession, actor: Actor, circular_id: UUID) -> Row:
    statement: Rows = select(*CIRCULAR_COLUMNS).where(Circular.id == circular_id, policy.circulars_visible_to(actor))
    return or_not_found(await fetch_one(session, statement))


async def get_circular_for_update(session: AsyncSession, actor: Actor, circular_id: UUID) -> Circular:
    """Lock a circular that the actor may see until the transaction ends."""
    statement = select(Circular).where(Circular.id == circular_id, policy.circulars_visible_to(actor))
    return await get_locked(session, statement)


async def read_named_units(session: AsyncSession, circular_id: UUID) -> set[UUID]:
    """Return the units that a circular commends or criticises, themselves or in one of their officials."""
    commended = select(Commendation.unit_id).where(Commendation.circular_id == circular_id)
    criticised = (
        select(func.coalesce(Criticism.unit_id, Official.unit_id))
        .outerjoin(Official, Official.id == Criticism.official_id)
        .where(Criticism.circular_id == circular_id)
    )
    return {row["unit_id"] for row in await fetch(session, union(commended, criticised))}


async def list_follow_ups(
    session: AsyncSession, _actor: Actor, request: PageRequest[UUID], *, state: str | None = None
) -> Page:
    statement: Rows = select(*FOLLOW_UP_COLUMNS)
    statement = where_given(statement, {MediaFollowUp.state: state})
    return await page(session, statement, request, identity=MediaFollowUp.id)


async def get_follow_up(session: AsyncSession, _actor: Actor, follow_up_id: UUID) -> Row:
    statement: Rows = select(*FOLLOW_UP_COLUMNS).where(MediaFollowUp.id == follow_up_id)
    return or_not_found(await fetch_one(session, statement))


async def get_follow_up_for_update(session: AsyncSession, _actor: Actor, follow_up_id: UUID) -> MediaFollowUp:
    """Lock a follow-up until the transaction ends."""
    return await get_locked(session, select(MediaFollowUp).where(MediaFollowUp.id == follow_up_id))
