"""How the author of a comment can be reached: encrypted, for the office alone, and erased after its time."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, key_ring, metrics
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.publication.errors import NoContact
from supervision.publication.models import PublicComment

_CONTACT, _SENDER = "comment contact", "comment sender"
_ERASE = text("""
    UPDATE public_comment SET contact_sealed = NULL, sender = NULL
    WHERE id IN (
        SELECT id FROM public_comment
        WHERE received_at < :before AND (contact_sealed IS NOT NULL OR sender IS NOT NULL)
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ) RETURNING id
""")


def seal_contact(contact: str, *, jurisdiction_id: UUID, comment_id: UUID) -> bytes:
    """Encrypt a contact for one comment of one county; the first byte tells the key."""
    key = key_ring.writing_key()
    head = bytes([key.id])
    return head + key.encrypt(_CONTACT, contact.encode(), bound_to=head + jurisdiction_id.bytes + comment_id.bytes)


def unseal_contact(sealed: bytes, *, jurisdiction_id: UUID, comment_id: UUID) -> str:
    """Decrypt a contact; raises KeyMissing, and InvalidTag for bytes that are not this comment's."""
    bound_to = sealed[:1] + jurisdiction_id.bytes + comment_id.bytes
    return key_ring.find_key(sealed[0]).decrypt(_CONTACT, sealed[1:], bound_to=bound_to).decode()


async def read_contact(session: AsyncSession, actor: Actor, comment_id: UUID) -> Row:
    """Read how a comment's author can be reached; refuses where nothing was given, or its time is over."""
    statement = select(PublicComment.contact_sealed).where(PublicComment.id == comment_id)
    sealed = or_not_found(await fetch_one(session, statement))["contact_sealed"]
    if sealed is None:
        raise NoContact
    contact = unseal_contact(sealed, jurisdiction_id=actor.jurisdiction_id, comment_id=comment_id)
    return {"id": comment_id, "contact": contact}


def name_sender(address: str, received_at: datetime) -> bytes:
    """Return what is the same for all comments of one address on one day, and does not tell the address."""
    day = received_at.astimezone(clock.SHANGHAI).date().isoformat()
    return key_ring.writing_key().mac(_SENDER, f"{day} {address}".encode())


async def erase_contacts(session: AsyncSession, actor: Actor, *, keep_days: int, limit: int) -> int:
    """Erase the contacts of comments that came more than so many days ago, up to `limit`; say how many."""
    before = await clock.now(session) - timedelta(days=keep_days)
    erased = await fetch(session, _ERASE, {"before": before, "limit": limit})
    if erased:
        await audit.record(session, actor, "comment_contacts.erased", None, count=len(erased), received_before=before)
    metrics.ERASED.labels("comment_contact").inc(len(erased))
    return len(erased)
