"""What television and newspapers are given every two months: the releases of what was published, ready to send."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.paging import Page, PageRequest, Rows, page
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.states import DocumentKind
from supervision.publication.errors import NothingForThePress, PressRoundNotOver, PressRoundSent
from supervision.publication.models import PressRound, Publication
from supervision.publication.press_periods import PressPeriod, press_period_of
from supervision.publication.queries import secret_and_shown
from supervision.publication.states import PublicationState

_ROUNDS = (PressRound.id, PressRound.month, PressRound.media, PressRound.sent_on, PressRound.releases)


def is_fit_for_press(period: PressPeriod) -> ColumnElement[bool]:
    """Tell of a publication whether it came out in the period and stands; a correction comes with its own period."""
    return and_(
        Publication.state == PublicationState.PUBLISHED,
        Publication.published_at >= period.begins_at,
        Publication.published_at < period.ends_at,
        ~secret_and_shown(),
    )


async def list_press_rounds(session: AsyncSession, _actor: Actor, request: PageRequest[UUID]) -> Page:
    """List what the press was given."""
    statement: Rows = select(*_ROUNDS)
    return await page(session, statement, request, identity=PressRound.id)


async def get_press_round(session: AsyncSession, _actor: Actor, day: date) -> Row:
    """Read what the press was given of the two months that hold a day, or what there is to give it."""
    period = press_period_of(day)
    facts = {"month": period.month, "first": period.first, "last": period.last, "due_on": period.due_on}
    sent = await fetch_one(session, select(*_ROUNDS).where(PressRound.month == period.month))
    if sent is not None:
        return {**facts, **sent}
    return {**facts, "id": None, "media": None, "sent_on": None, "releases": await _read_releases(session, period)}


async def send_press_round(session: AsyncSession, actor: Actor, day: date, *, media: str) -> date:
    """Record that the press was given what is fit of two months that are over, and return their first day (§5(2)).

    Refuses two months that are not over, were sent already, or brought nothing.
    """
    period, now = press_period_of(day), await clock.now(session)
    if now < period.ends_at:
        raise PressRoundNotOver(due_on=period.due_on.isoformat())
    releases = [_as_sent(row) for row in await _read_releases(session, period)]
    if not releases:
        raise NothingForThePress
    sent = PressRound(
        month=period.month,
        media=media,
        sent_on=await clock.today(session),
        sent_by=actor.person,
        sent_at=now,
        releases=releases,
    )
    await insert_or_refuse(session, sent, uq_press_round_jurisdiction_id_month=PressRoundSent)
    facts = {"month": period.month, "media": media, "publications": [each["publication_id"] for each in releases]}
    await audit.record(session, actor, "press_round.sent", sent.id, **facts)
    return period.first


async def _read_releases(session: AsyncSession, period: PressPeriod) -> list[Row]:
    is_release = and_(IssuedDocument.subject_id == Publication.id, IssuedDocument.kind == DocumentKind.PRESS_RELEASE)
    statement = (
        select(
            Publication.id.label("publication_id"),
            Publication.channel,
            Publication.title,
            IssuedDocument.id.label("document_id"),
            IssuedDocument.sha256,
        )
        .outerjoin(IssuedDocument, is_release)
        .where(is_fit_for_press(period))
        .order_by(Publication.published_at, Publication.id)
    )
    return await fetch(session, statement)


def _as_sent(row: Row) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}
