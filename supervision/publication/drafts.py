from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, settings
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.foundation.insertion import insert_or_refuse
from supervision.foundation.locks import require_version
from supervision.items.rules import check_unclassified
from supervision.publication import feeds, policy, queries, sources
from supervision.publication.deadlines import read_publish_by
from supervision.publication.errors import AlreadyDrafted, CorrectionWaits, NoLongerDraft, NotPublished
from supervision.publication.models import Publication
from supervision.publication.states import PublicationState


async def draft_publication(
    session: AsyncSession, actor: Actor, source: sources.Source, *, name_basis: str | None = None
) -> UUID:
    """Draft a publication from a progress entry, a circular or a rectification order (§4(1), §5(2)).

    Refuses what is unknown, what was drafted already, a work secret, a report that was returned, and a circular that is
    not issued. Persons are shown by post; by name only where the basis of it is given.
    """
    draft = await sources.read_draft(session, source, with_names=name_basis is not None)
    now = await clock.now(session)
    publication_id = new_id()
    day = now.astimezone(clock.SHANGHAI).date()
    publication = Publication(
        id=publication_id,
        entry_id=publication_id,
        edition=1,
        channel=draft.channel,
        progress_entry_id=source.progress_entry_id,
        circular_id=source.circular_id,
        rectification_order_id=source.rectification_order_id,
        tag=feeds.make_tag(settings.current().public_url, day, "publications", str(publication_id)),
        title=draft.title,
        body=draft.body,
        name_basis=name_basis,
        redactions=[],
        fact_on=draft.fact_on,
        publish_by_on=(await read_publish_by(session, {draft.fact_on}))[draft.fact_on],
        state=PublicationState.DRAFTED,
        drafted_by=actor.person,
        drafted_at=now,
    )
    await insert_or_refuse(session, publication, uq_publication_source=AlreadyDrafted)
    await audit.record(session, actor, "publication.drafted", publication_id, channel=draft.channel)
    return publication_id


async def amend_publication(
    session: AsyncSession, actor: Actor, publication_id: UUID, version: int, *, changes: Mapping[str, Any]
) -> None:
    """Change the text of a draft until it is reviewed; refuses everybody but its drafter, and a stale version."""
    publication = await queries.get_for_update(session, actor, publication_id)
    require_version(publication, version)
    if publication.state != PublicationState.DRAFTED:
        raise NoLongerDraft(state=publication.state)
    policy.require_drafter(actor, publication)
    check_unclassified(*changes.values())
    for name, value in changes.items():
        setattr(publication, name, value)
    await audit.record(session, actor, "publication.amended", publication_id, changed=sorted(changes))


async def draft_correction(
    session: AsyncSession, actor: Actor, publication_id: UUID, version: int, *, title: str, body: str, note: str
) -> UUID:
    """Draft the next edition of what is published, which says what it puts right; the older one stays until then.

    Refuses what is not out, a stale version, and a second correction at a time.
    """
    published = await queries.get_for_update(session, actor, publication_id)
    require_version(published, version)
    if published.state != PublicationState.PUBLISHED:
        raise NotPublished(state=published.state)
    check_unclassified(title, body, note)
    now = await clock.now(session)
    day = now.astimezone(clock.SHANGHAI).date()
    kept = ("entry_id", "channel", "progress_entry_id", "circular_id", "rectification_order_id", "tag", "name_basis")
    correction = Publication(
        **{name: getattr(published, name) for name in kept},
        edition=published.edition + 1,
        title=title,
        body=body,
        note=note,
        redactions=[],
        fact_on=day,
        publish_by_on=(await read_publish_by(session, {day}))[day],
        state=PublicationState.DRAFTED,
        drafted_by=actor.person,
        drafted_at=now,
    )
    await insert_or_refuse(session, correction, uq_publication_source=CorrectionWaits)
    await audit.record(session, actor, "publication.correction_drafted", correction.id, corrects=publication_id)
    return correction.id
