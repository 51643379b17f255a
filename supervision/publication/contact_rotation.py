"""The contacts of comments under another key, as `identity/key_rotation.py` does it for the numbers of officials."""

from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import key_ring
from supervision.foundation.actors import Actor
from supervision.identity.key_rotation import ROTATION_LOCK, Survey
from supervision.publication.comment_contacts import seal_contact, unseal_contact
from supervision.publication.models import PublicComment

_CONTACTS = (PublicComment.id, PublicComment.jurisdiction_id, PublicComment.contact_sealed)
_REENCRYPT = text("""
    UPDATE public_comment c SET contact_sealed = f.sealed
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[])) AS f (id, sealed) WHERE c.id = f.id
""")


async def count_contacts(session: AsyncSession) -> int:
    """Count the contacts that the session sees."""
    return await session.scalar(select(func.count()).where(PublicComment.contact_sealed.is_not(None))) or 0


async def survey_contacts(
    session: AsyncSession, *, after: UUID | None, limit: int, for_update: bool = False
) -> Survey[bytes]:
    """Look at the next comments after an id that have a contact: which keys they need, and what is outdated."""
    statement = select(*_CONTACTS).where(PublicComment.contact_sealed.is_not(None)).order_by(PublicComment.id)
    if after is not None:
        statement = statement.where(PublicComment.id > after)
    if for_update:
        statement = statement.with_for_update()
    rows = (await session.execute(statement.limit(limit))).all()
    found = Survey[bytes](rows[-1].id if len(rows) == limit else None)
    for comment_id, jurisdiction_id, sealed in rows:
        _look(found, jurisdiction_id, comment_id, sealed or b"")
    return found


async def reencrypt_contacts(session: AsyncSession, actor: Actor, *, after: UUID | None, limit: int) -> Survey[bytes]:
    """Encrypt with the writing key what the next comments of the county have under another; leaves the unreadable.

    Done again it changes nothing; ended anywhere it is taken up where it was.
    """
    await session.execute(select(func.pg_advisory_xact_lock(ROTATION_LOCK)))
    found = await survey_contacts(session, after=after, limit=limit, for_update=True)
    if found.outdated:
        facts = {"ids": list(found.outdated), "sealed": list(found.outdated.values())}
        await session.execute(_REENCRYPT, facts)
        told = {"key": key_ring.writing_key().id, "count": len(found.outdated)}
        await audit.record(session, actor, "comment_contacts.reencrypted", None, **told)
    return found


def _look(found: Survey[bytes], jurisdiction_id: UUID, comment_id: UUID, sealed: bytes) -> None:
    owner = {"jurisdiction_id": jurisdiction_id, "comment_id": comment_id}
    try:
        found.by_key[sealed[0]] += 1
        contact = unseal_contact(sealed, **owner)
    except (key_ring.KeyMissing, InvalidTag, ValueError, IndexError):
        found.unreadable.append(comment_id)
        return
    if sealed[0] != key_ring.writing_key().id:
        found.outdated[comment_id] = seal_contact(contact, **owner)
