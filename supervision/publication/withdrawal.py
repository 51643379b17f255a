from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.publication import queries
from supervision.publication.errors import NotPublished
from supervision.publication.feed_changes import note_change
from supervision.publication.models import Publication
from supervision.publication.portal.page_store import store_withdrawn
from supervision.publication.states import SHOWN, WAITING, PublicationState, ReviewVerdict

BECAME_SECRET = "该事项已定为工作秘密"  # noqa: S105 - a reason, no password


async def withdraw_publication(
    session: AsyncSession, actor: Actor, publication_id: UUID, version: int, *, reason: str
) -> None:
    """Withdraw what is published, all its editions and a correction that waits; a tombstone stays in the feeds.

    Refuses what is not out, and a stale version. One person is enough: what should not be out must not wait.
    """
    publication, _ = await queries.get_entry_for_update(session, actor, publication_id)
    signed = signatures.sign(publication, version, await queries.get_publication(session, actor, publication_id))
    if publication.state != PublicationState.PUBLISHED:
        raise NotPublished(state=publication.state)
    await _withdraw(session, actor, [publication.entry_id], reason, signed_sha256=signed)


async def withdraw_secrets(session: AsyncSession, actor: Actor) -> int:
    """Withdraw what became a work secret after it was published, and return how many entries that were."""
    statement = select(Publication.entry_id).where(queries.secret_and_shown()).distinct()
    entries = list(await session.scalars(statement))
    if entries:
        await _withdraw(session, actor, entries, BECAME_SECRET)
    return len(entries)


async def _withdraw(session: AsyncSession, actor: Actor, entries: Sequence[UUID], reason: str, **signed: str) -> None:
    now = await clock.now(session)
    locked = select(Publication).where(Publication.entry_id.in_(entries)).order_by(Publication.id).with_for_update()
    editions = list(await session.scalars(locked, execution_options={"populate_existing": True}))
    await note_change(session, [now, *(each.published_at for each in editions if each.published_at)])
    for edition in editions:
        if edition.state in SHOWN:
            edition.state = PublicationState.WITHDRAWN
            edition.withdrawn_by, edition.withdrawn_at = actor.person, now
            edition.withdrawal_reason = reason
        elif edition.state in WAITING:
            edition.state, edition.verdict = PublicationState.REFUSED, ReviewVerdict.REFUSED
            edition.reason = reason
    # The page at least does not wait for the worker, which renders all else anew.
    await store_withdrawn(session, entries)
    facts = {"reason": reason, **signed}
    await audit.record_each(session, actor, "publication.withdrawn", [(entry, facts) for entry in entries])
