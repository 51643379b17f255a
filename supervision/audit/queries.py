from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditEvent
from supervision.foundation.actors import Actor
from supervision.foundation.paging import Page, PageRequest, Rows, page, where_given


async def list_audit_events(
    session: AsyncSession,
    _actor: Actor,
    request: PageRequest[int],
    *,
    verb: str | None = None,
    subject_id: str | None = None,
) -> Page:
    """List the audit rows of the jurisdiction, newest first; row-level security is what the actor may see."""
    events = AuditEvent
    statement: Rows = select(
        cast(events.id, String).label("id"),
        events.at,
        events.recorded_at,
        events.verb,
        events.role,
        events.client_id,
        events.official_id,
        events.subject_id,
        events.facts,
        events.request_id,
    )
    statement = where_given(statement, {events.verb: verb, events.subject_id: subject_id})
    return await page(session, statement, request, identity=events.id, descending=True)
