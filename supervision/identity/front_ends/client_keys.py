from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock, days
from supervision.foundation.actors import Actor
from supervision.foundation.errors import AnotherPersonNeeded
from supervision.foundation.locks import get_locked
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity import keys
from supervision.identity.front_ends.errors import (
    KeyAlreadyRevoked,
    KeyLivesTooLong,
    KeyNotWaiting,
    ScopeBeyondRole,
    TooManyKeys,
)
from supervision.identity.models import Client, ClientKey
from supervision.identity.queries import get_client_key

# A leap year: whoever changes keys each year on the same day is never late.
KEY_LIFE = timedelta(days=366)
ACTIVE_KEYS = 2


async def issue_key(
    session: AsyncSession,
    actor: Actor,
    client_id: UUID,
    *,
    kind: str,
    scopes: Sequence[str],
    allowed: frozenset[str],
    expires_at: datetime | None = None,
) -> tuple[UUID, str]:
    """Issue a key, whose text is shown this once, and which nobody is let in with before another has approved it.

    Refuses a third active key, those that wait included, scopes beyond `allowed`, and one that would live longer than
    a year.
    """
    if not allowed.issuperset(scopes):
        raise ScopeBeyondRole
    await get_locked(session, select(Client).where(Client.id == client_id))
    now = clock.real_now()
    if expires_at is not None:
        _check_expiry(expires_at, now)
    active = select(func.count()).where(
        ClientKey.client_id == client_id, ClientKey.revoked_at.is_(None), ClientKey.expires_at > now
    )
    if (await session.scalar(active) or 0) >= ACTIVE_KEYS:
        raise TooManyKeys
    text, parsed = keys.mint(kind)
    key = ClientKey(
        client_id=client_id,
        kind=kind,
        lookup=parsed.lookup,
        secret_hash=keys.hash_secret(parsed.secret),
        scopes=sorted(scopes),
        issued_by=actor.person,
        created_at=now,
        expires_at=expires_at or now + KEY_LIFE,
    )
    session.add(key)
    await audit.record(session, actor, "key.issued", key.id, client_id=client_id, kind=kind, scopes=sorted(scopes))
    return key.id, text


async def approve_key(session: AsyncSession, actor: Actor, client_id: UUID, key_id: UUID, version: int) -> None:
    """Approve a key that somebody else issued: from now on it lets in. Refuses what does not wait for it."""
    key = await _lock(session, client_id, key_id)
    signed = signatures.sign(key, version, await get_client_key(session, actor, client_id, key_id))
    _require_waiting(key)
    require_another(actor, CounterStep.APPROVE_KEY, {"issue_key": key.issued_by}, AnotherPersonNeeded)
    key.approved_by, key.approved_at = actor.person, clock.real_now()
    await audit.record(session, actor, "key.approved", key_id, client_id=client_id, signed_sha256=signed)


async def approve_on_server(session: AsyncSession, actor: Actor, client_id: UUID, key_id: UUID) -> None:
    """Let a key in from the server itself, where nobody is who could approve it; loud in the audit."""
    key = await _lock(session, client_id, key_id)
    _require_waiting(key)
    key.approved_at = clock.real_now()
    await audit.record(session, actor, "key.approved_on_server", key_id, client_id=client_id)


async def revoke_key(session: AsyncSession, actor: Actor, client_id: UUID, key_id: UUID) -> None:
    """Revoke a key at once, also one that waits; refuses one that was revoked before."""
    key = await _lock(session, client_id, key_id)
    if key.revoked_at:
        raise KeyAlreadyRevoked
    key.revoked_at = clock.real_now()
    await audit.record(session, actor, "key.revoked", key_id, client_id=client_id)


async def _lock(session: AsyncSession, client_id: UUID, key_id: UUID) -> ClientKey:
    return await get_locked(session, select(ClientKey).where(ClientKey.id == key_id, ClientKey.client_id == client_id))


def _require_waiting(key: ClientKey) -> None:
    if key.approved_at or key.revoked_at or key.expires_at <= clock.real_now():
        raise KeyNotWaiting


def _check_expiry(expires_at: datetime, now: datetime) -> None:
    # By the machine's clock, as keys are: a held one must not let a key live for ever.
    day, today = (moment.astimezone(clock.SHANGHAI).date() for moment in (expires_at, now))
    if refusal := days.find_refusal(days.REACHES["issue_key"]["/expires_at"], "/expires_at", day, today=today):
        raise refusal
    if expires_at > now + KEY_LIFE:
        raise KeyLivesTooLong(last=(now + KEY_LIFE).astimezone(clock.SHANGHAI).date())
