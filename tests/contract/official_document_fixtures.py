"""What a county needs so that the operations on official documents can succeed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.official_documents import pdf_copies
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.states import DocumentKind
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import notices


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Give notices that earlier rooms issued their PDFs, and draft some more."""
    del standing
    issued = select(IssuedDocument.id).where(IssuedDocument.kind == DocumentKind.NOTICE)
    document_ids = list(await session.scalars(issued.order_by(IssuedDocument.id).limit(8)))
    for document_id in document_ids:
        await pdf_copies.keep_pdf(session, document_id, b"%PDF-1.7\n")
    made.put("document_id", values=document_ids)
    made.put("sha256", values=["0" * 64])
    drafted = [await notices.make_notice(session, actor) for _ in range(4)]
    made.place("preview_official_document", subject_id=drafted)
    words = {"title": "督查通知", "body": "{text}", "signature": "{county}督查室"}
    made.bodies["write_document_template"] = [{"kind": kind, **words} for kind in ("notice", "slip")]
    made.bodies["propose_document_template"] = made.bodies["write_document_template"]
