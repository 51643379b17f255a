from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.moments import shanghai_day
from supervision.foundation.actors import Actor
from supervision.official_documents.facts import DocumentFacts
from supervision.official_documents.states import DocumentKind
from supervision.publication.queries import get_publication


async def read_release_facts(session: AsyncSession, actor: Actor, publication_id: UUID) -> DocumentFacts:
    """Read what a publication says as a press release; what was redacted is not in its text any more."""
    row = await get_publication(session, actor, publication_id)
    return DocumentFacts(
        kind=DocumentKind.PRESS_RELEASE,
        subject_id=publication_id,
        values={
            "title": row["title"],
            "text": row["body"],
            "correction": f"更正说明：{row['note']}" if row["note"] else "",
        },
        dated_on=row["published_at"] and shanghai_day(row["published_at"]),
        signer_id=row["reviewed_by"],
    )
