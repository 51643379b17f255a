from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import clock, settings
from supervision.foundation.actors import Actor
from supervision.foundation.ids import new_id
from supervision.foundation.insertion import insert_or_refuse
from supervision.identity.models import Official, Unit
from supervision.progress.models import Figure, Obligation, ProgressEntry, ProgressReport
from supervision.publication import feeds, queries, rules
from supervision.publication.errors import AlreadyDrafted
from supervision.publication.models import Publication
from supervision.publication.states import PublicationState
from supervision.tasks.models import Indicator, Task


async def draft_publication(session: AsyncSession, actor: Actor, *, progress_entry_id: UUID) -> UUID:
    """Draft a publication from a progress entry (§4(1), §5(2)); refuses an unknown entry and a second draft of one.

    What belongs to a work secret, or to a report that was returned, is refused as well.
    """
    await queries.require_publishable(session, progress_entry_id)
    title, body = rules.compose(await _read_progress(session, progress_entry_id))
    now = await clock.now(session)
    publication_id = new_id()
    day = now.astimezone(clock.SHANGHAI).date()
    publication = Publication(
        id=publication_id,
        progress_entry_id=progress_entry_id,
        tag=feeds.make_tag(settings.current().public_url, day, "publications", str(publication_id)),
        title=title,
        body=body,
        state=PublicationState.DRAFTED,
        drafted_by=actor.person,
        drafted_at=now,
    )
    await insert_or_refuse(session, publication, uq_publication_progress_entry_id=AlreadyDrafted)
    await audit.record(session, actor, "publication.drafted", publication_id, progress_entry_id=progress_entry_id)
    return publication_id


async def _read_progress(session: AsyncSession, entry_id: UUID) -> rules.Progress:
    statement = (
        select(
            Task.goal,
            Unit.name.label("unit"),
            Official.post,
            ProgressEntry.percent,
            Obligation.period_first.label("first"),
            Obligation.period_last.label("last"),
        )
        .join_from(ProgressEntry, Task, Task.id == ProgressEntry.task_id)
        .join(Unit, Unit.id == Task.responsible_unit_id)
        .join(Official, Official.id == Task.responsible_person_id)
        .join(ProgressReport, ProgressReport.id == ProgressEntry.report_id)
        .join(Obligation, Obligation.id == ProgressReport.obligation_id)
        .where(ProgressEntry.id == entry_id)
    )
    facts = (await session.execute(statement)).mappings().one()
    figures = (
        select(Indicator.name, Figure.value, Indicator.unit_of_measure)
        .join_from(Figure, Indicator, Indicator.id == Figure.indicator_id)
        .where(Figure.entry_id == entry_id)
        .order_by(Figure.id)
    )
    return rules.Progress(**facts, figures=[rules.Measured(*row) for row in await session.execute(figures)])
