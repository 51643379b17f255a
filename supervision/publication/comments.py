"""What the public writes of an entry, and what the office makes of it (群众监督)."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor, system
from supervision.foundation.errors import NotFound
from supervision.foundation.texts import is_blank, read_text
from supervision.items.queries import require_items
from supervision.publication import comment_contacts, comment_queries, disclosure
from supervision.publication.errors import (
    CommentBlank,
    CommentDecided,
    CommentNamesPerson,
    CommentTakenUp,
    CommentTellsNumber,
    CommentTellsSecret,
    CommentTooLong,
    OpinionNeedsItem,
    QuestionNotAnswered,
    TooManyComments,
)
from supervision.publication.feed_changes import note_change
from supervision.publication.models import PublicComment
from supervision.publication.portal import comment_codes, comment_question
from supervision.publication.states import COMMENT_FOLLOWS, CommentState, CommentUse

LONGEST, LONGEST_CONTACT = 1000, 100
# Of one address.
MOST_AN_HOUR = 5


class SentComment(NamedTuple):
    """What somebody wrote into the form, and from where."""

    text: str
    contact: str
    question: str
    answer: str
    address: str


async def receive_comment(session: AsyncSession, jurisdiction_id: UUID, entry_id: UUID, sent: SentComment) -> str:
    """Keep what somebody wrote of an entry until it is moderated, and return the code to follow it with.

    Refuses a blank or long text, a question that is not answered, more than 5 of one address an hour, and what is not
    published.
    """
    now = clock.real_now()
    if not comment_question.is_answered(entry_id, sent.question, sent.answer, now):
        raise QuestionNotAnswered
    if is_blank(sent.text):
        raise CommentBlank
    text, contact = read_text(sent.text).replace("\r\n", "\n"), sent.contact.strip()
    if len(text) > LONGEST or len(contact) > LONGEST_CONTACT:
        raise CommentTooLong(longest=LONGEST, longest_contact=LONGEST_CONTACT)
    if await comment_queries.find_entry(session, entry_id) is None:
        raise NotFound
    sender = comment_contacts.name_sender(sent.address, now)
    recent = select(func.count()).where(
        PublicComment.sender == sender, PublicComment.received_at > now - timedelta(hours=1)
    )
    if (await session.scalar(recent) or 0) >= MOST_AN_HOUR:
        raise TooManyComments(most=MOST_AN_HOUR)
    code = comment_codes.make_code()
    comment = PublicComment(
        entry_id=entry_id, text=text, received_at=now, code_sha256=comment_codes.digest_of(code), sender=sender
    )
    if contact:
        owner = {"jurisdiction_id": jurisdiction_id, "comment_id": comment.id}
        comment.contact_sealed = comment_contacts.seal_contact(contact, **owner)
    session.add(comment)
    await audit.record(session, system(jurisdiction_id), "comment.received", comment.id, entry=entry_id)
    return code


async def approve_comment(session: AsyncSession, actor: Actor, comment_id: UUID, version: int) -> None:
    """Let the public see a comment; refuses a stale version, what is decided, and what no page may show.

    Nobody is named in public by a comment, and no work secret told.
    """
    comment, signed = await _signed(session, actor, comment_id, version)
    _require_following(comment, CommentState.PUBLISHED)
    if await disclosure.tells_secret(session, [comment.text]):
        raise CommentTellsSecret
    if await disclosure.names_person(session, [comment.text]):
        raise CommentNamesPerson
    if disclosure.tells_number([comment.text]):
        raise CommentTellsNumber
    await _decide(session, actor, comment, CommentState.PUBLISHED)
    await audit.record(session, actor, "comment.approved", comment_id, signed_sha256=signed)


async def refuse_comment(session: AsyncSession, actor: Actor, comment_id: UUID, version: int, *, reason: str) -> None:
    """Keep a comment from the public, or take it down, with the reason that its author reads."""
    comment, signed = await _signed(session, actor, comment_id, version)
    _require_following(comment, CommentState.REFUSED)
    comment.reason = reason
    await _decide(session, actor, comment, CommentState.REFUSED)
    await audit.record(session, actor, "comment.refused", comment_id, reason=reason, signed_sha256=signed)


async def take_up_comment(
    session: AsyncSession,
    actor: Actor,
    comment_id: UUID,
    version: int,
    *,
    use: CommentUse,
    item_id: UUID | None,
    note: str,
) -> None:
    """Make a clue for an inspection of a comment, or an opinion on an item; whether it is public is another question.

    Refuses a stale version, what was taken up already, an item out of sight, and an opinion on none.
    """
    comment, signed = await _signed(session, actor, comment_id, version)
    if comment.taken_up_as is not None:
        raise CommentTakenUp
    if use is CommentUse.OPINION and item_id is None:
        raise OpinionNeedsItem
    await require_items(session, actor, {item_id})
    comment.taken_up_as, comment.item_id, comment.taken_up_note = use, item_id, note
    comment.taken_up_by, comment.taken_up_at = actor.person, await clock.now(session)
    await note_change(session, [])
    await audit.record(session, actor, "comment.taken_up", comment_id, use=use, item=item_id, signed_sha256=signed)


async def _signed(session: AsyncSession, actor: Actor, comment_id: UUID, version: int) -> tuple[PublicComment, str]:
    comment = await comment_queries.get_for_update(session, comment_id)
    return comment, signatures.sign(comment, version, await comment_queries.get_comment(session, actor, comment_id))


def _require_following(comment: PublicComment, state: CommentState) -> None:
    if state not in COMMENT_FOLLOWS[CommentState(comment.state)]:
        raise CommentDecided(state=comment.state)


async def _decide(session: AsyncSession, actor: Actor, comment: PublicComment, state: CommentState) -> None:
    comment.state, comment.decided_by, comment.decided_at = state, actor.person, await clock.now(session)
    await note_change(session, [])
