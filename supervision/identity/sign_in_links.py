import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Proof, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import AnotherPersonNeeded
from supervision.foundation.insertion import insert_or_refuse, refusing
from supervision.foundation.locks import find_locked, get_locked, require_version
from supervision.foundation.two_persons import CounterStep, require_another
from supervision.identity import queries, sign_in
from supervision.identity.appointment_queries import get_sign_in_link
from supervision.identity.errors import (
    AlreadyEnded,
    AlreadyLinked,
    InvitationNotValid,
    LinkNotWaiting,
    UnknownProvider,
)
from supervision.identity.keys import ALPHABET
from supervision.identity.models import IdentityProvider, SignInLink
from supervision.identity.tokens import CheckedToken

INVITATION_LIFE = timedelta(days=7)
# 16 characters of 5 bits: too many to be guessed in a week, few enough to be typed from paper.
_CODE_LENGTH = 16


async def link_official(
    session: AsyncSession, actor: Actor, official_id: UUID, *, provider_id: UUID, subject: str | None
) -> tuple[UUID, str | None]:
    """Link an official to a subject at the provider, or without one make an invitation code, shown this once.

    Either waits for another's approval. Refuses who left, and who is linked there already.
    """
    await queries.require_officials_in_post(session, {official_id})
    await _require_provider(session, provider_id)
    now = await clock.now(session)
    code = None if subject else "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LENGTH))
    link = SignInLink(
        official_id=official_id,
        provider_id=provider_id,
        subject=subject,
        code_hash=None if code is None else _hash(code),
        code_expires_at=None if code is None else clock.real_now() + INVITATION_LIFE,
        proposed_by=actor.person,
        proposed_at=now,
    )
    await insert_or_refuse(session, link, uq_sign_in_link_subject=AlreadyLinked, uq_sign_in_link_official=AlreadyLinked)
    facts = {"official_id": official_id, "provider_id": provider_id, "is_invitation": code is not None}
    await audit.record(session, actor, "sign_in.linked", link.id, **facts)
    return link.id, code


async def accept_invitation(session: AsyncSession, token: CheckedToken, *, code: str, request_id: str) -> UUID:
    """Take an invitation for the subject who has signed in; the link then waits for another's approval.

    One that was made on the server itself, as for the first administrators, waits for nobody. Refuses a code that is
    unknown, used, over, or made for another provider, all in the same words.
    """
    await enter(session, token.jurisdiction_id)
    await sign_in.require_front_end(session, token)
    link = await find_locked(session, select(SignInLink).where(SignInLink.code_hash == _hash(code)))
    if link is None or not _is_open(link, token, clock.real_now()):
        raise InvitationNotValid
    actor = Actor(
        token.jurisdiction_id, Role.SYSTEM, official_id=link.official_id, proof=Proof.TOKEN, request_id=request_id
    )
    now = await clock.now(session)
    async with refusing(session, uq_sign_in_link_subject=AlreadyLinked):
        link.subject, link.accepted_at = token.subject, now
        if link.proposed_by is None:
            link.approved_at = now
    await audit.record(session, actor, "sign_in.invitation_accepted", link.id, official_id=link.official_id)
    return link.official_id


async def approve_link(session: AsyncSession, actor: Actor, link_id: UUID, version: int) -> None:
    """Approve whose subject an official is; neither the proposer nor the official may."""
    link = await _lock(session, link_id, version)
    signed = signatures.sign(link, version, await get_sign_in_link(session, actor, link_id))
    if link.ended_at or link.approved_at or link.subject is None:
        raise LinkNotWaiting
    taken_by = {"link_official": link.proposed_by}
    step = CounterStep.APPROVE_SIGN_IN_LINK
    require_another(actor, step, taken_by, AnotherPersonNeeded, concerned=link.official_id)
    link.approved_by, link.approved_at = actor.person, await clock.now(session)
    facts = {"official_id": link.official_id, "subject": link.subject, "signed_sha256": signed}
    await audit.record(session, actor, "sign_in.approved", link_id, **facts)


async def end_link(session: AsyncSession, actor: Actor, link_id: UUID, version: int, *, reason: str) -> None:
    """End a link at once: whoever signs in with the subject is nobody here from now on."""
    link = await _lock(session, link_id, version)
    if link.ended_at:
        raise AlreadyEnded
    link.ended_by, link.ended_at = actor.person, await clock.now(session)
    await audit.record(session, actor, "sign_in.ended", link_id, official_id=link.official_id, reason=reason)


def _hash(code: str) -> bytes:
    return sha256(code.strip().lower().encode()).digest()


def _is_open(link: SignInLink, token: CheckedToken, now: datetime) -> bool:
    is_unused = link.subject is None and link.ended_at is None
    is_in_time = link.code_expires_at is not None and link.code_expires_at > now
    return is_unused and is_in_time and link.provider_id == token.provider_id


async def _lock(session: AsyncSession, link_id: UUID, version: int) -> SignInLink:
    link = await get_locked(session, select(SignInLink).where(SignInLink.id == link_id))
    require_version(link, version)
    return link


async def _require_provider(session: AsyncSession, provider_id: UUID) -> None:
    statement = select(IdentityProvider.id)
    statement = statement.where(IdentityProvider.id == provider_id, IdentityProvider.ended_at.is_(None))
    if await session.scalar(statement) is None:
        raise UnknownProvider
