from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.audit import signatures
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.two_persons import CounterStep
from supervision.identity.two_person_steps import require_another_if_asked
from supervision.official_documents.issued_documents import keep_document
from supervision.publication import disclosure, queries, sources
from supervision.publication.document_facts import read_release_facts
from supervision.publication.errors import NotApproved
from supervision.publication.feed_changes import note_change
from supervision.publication.states import FOLLOWS, PublicationState


async def publish(session: AsyncSession, actor: Actor, publication_id: UUID, version: int) -> None:
    """Publish what was approved, which freezes it and replaces the edition before; refuses everything else.

    A stale version, what a report says that was returned meanwhile, what became a work secret, and a name without a
    basis are refused as well. The worker renders the feeds.
    """
    publication, editions = await queries.get_entry_for_update(session, actor, publication_id)
    signed = signatures.sign(publication, version, await queries.get_publication(session, actor, publication_id))
    if PublicationState.PUBLISHED not in FOLLOWS[PublicationState(publication.state)]:
        raise NotApproved(state=publication.state)
    taken_by = {"review_publication": publication.reviewed_by}
    await require_another_if_asked(session, actor, CounterStep.PUBLISH_BY_ANOTHER, taken_by)
    await sources.recheck(session, publication)
    await disclosure.require_disclosable(session, publication)
    now = await clock.now(session)
    await note_change(session, [now])
    for before in editions:
        if before.state == PublicationState.PUBLISHED:
            before.state = PublicationState.REPLACED
    publication.state, publication.published_at = PublicationState.PUBLISHED, now
    facts = {"tag": publication.tag, "edition": publication.edition, "signed_sha256": signed}
    await audit.record(session, actor, "publication.published", publication_id, **facts)
    await keep_document(session, actor, await read_release_facts(session, actor, publication_id))
