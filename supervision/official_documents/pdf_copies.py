from hashlib import sha256
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.official_documents.models import DocumentPdf

_FAILURE = "LibreOffice made nothing of it in time"


async def keep_pdf(session: AsyncSession, document_id: UUID, content: bytes | None) -> None:
    """Keep what was made of an issued document, or that nothing was; whoever came first has kept theirs."""
    made = {
        "content": content,
        "sha256": sha256(content).hexdigest() if content else None,
        "failure": None if content else _FAILURE,
        "made_at": await clock.now(session),
    }
    await session.execute(insert(DocumentPdf).values(document_id=document_id, **made).on_conflict_do_nothing())
