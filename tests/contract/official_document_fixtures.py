"""What a county needs so that the operations on official documents can succeed."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import Circular
from supervision.bulletins.states import CircularState
from supervision.foundation.actors import Actor
from supervision.official_documents import pdf_copies
from supervision.official_documents.models import IssuedDocument
from supervision.official_documents.states import DocumentKind
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories import bulletins, notices, publication
from tests.factories.identity import make_unit


async def add_fixtures(session: AsyncSession, actor: Actor, standing: CallersByRole, made: FixtureValues) -> None:
    """Give notices that earlier rooms issued their PDFs, and draft some more."""
    del standing
    issued = select(IssuedDocument.id).where(IssuedDocument.kind == DocumentKind.NOTICE)
    document_ids = list(await session.scalars(issued.order_by(IssuedDocument.id).limit(8)))
    for document_id in document_ids:
        await pdf_copies.keep_pdf(session, document_id, b"%PDF-1.7\n")
    made.put("document_id", values=document_ids)
    made.put("sha256", values=["0" * 64])
    drafted = [pair for _ in range(2) for pair in await _draft_each(session, actor)]
    made.place(
        "preview_official_document",
        kind=[kind for kind, _ in drafted],
        subject_id=[subject_id for _, subject_id in drafted],
    )
    words = {"title": "督查通知", "body": "{text}", "signature": "{county}督查室"}
    made.bodies["write_document_template"] = [{"kind": kind, **words} for kind in ("notice", "slip")]
    made.bodies["propose_document_template"] = made.bodies["write_document_template"]


async def _draft_each(session: AsyncSession, actor: Actor) -> list[tuple[DocumentKind, UUID]]:
    """Draft one thing of each kind that can be seen before it is issued; of circulars one that others leave alone."""
    unit_id = await make_unit(session, actor)
    circular_id = await session.scalar(
        select(Circular.id).where(Circular.state == CircularState.DRAFTED).order_by(Circular.month).limit(1)
    )
    assert circular_id
    return [
        (DocumentKind.NOTICE, await notices.make_notice(session, actor)),
        (DocumentKind.SLIP, await notices.make_notice(session, actor, kind="slip")),
        (DocumentKind.CIRCULAR, circular_id),
        (DocumentKind.PRESS_RELEASE, await publication.draft(session, actor)),
        (DocumentKind.ACCOUNTABILITY, await bulletins.propose(session, bulletins.person(actor), unit_id)),
    ]
