from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.publication import disclosure, policy, queries, rules, sources
from supervision.publication.errors import NotUnderReview
from supervision.publication.states import FOLLOWS, PublicationState, ReviewVerdict


async def review_publication(
    session: AsyncSession,
    actor: Actor,
    publication_id: UUID,
    version: int,
    *,
    verdict: ReviewVerdict,
    legal_basis: str | None = None,
    reason: str | None = None,
    redactions: Sequence[dict[str, str]] = (),
) -> None:
    """Approve a draft with its legal basis, without the passages to be left out, or refuse it with a reason.

    Refused are the drafter, a stale version, what is no draft, and to approve what a returned report says, a work
    secret, or a person's name without a basis.
    """
    rules.check_verdict(verdict, legal_basis, reason)
    publication = await queries.get_for_update(session, actor, publication_id)
    signed = signatures.sign(publication, version, await queries.get_publication(session, actor, publication_id))
    following = PublicationState(verdict)
    if following not in FOLLOWS[PublicationState(publication.state)]:
        raise NotUnderReview(state=publication.state)
    policy.require_another_person(actor, publication)
    is_approved = following is PublicationState.APPROVED
    texts = (publication.title, publication.body)
    publication.title, publication.body = rules.redact(texts, redactions, is_approved=is_approved)
    if is_approved:
        await sources.recheck(session, publication)
        await disclosure.require_disclosable(session, publication)
    publication.state, publication.verdict = following, verdict
    publication.legal_basis, publication.reason = legal_basis, reason
    publication.redactions = list(redactions)
    publication.reviewed_by, publication.reviewed_at = actor.person, await clock.now(session)
    facts = {"legal_basis": legal_basis, "reason": reason, "redactions": len(redactions), "signed_sha256": signed}
    await audit.record(session, actor, f"publication.{verdict}", publication_id, **facts)
