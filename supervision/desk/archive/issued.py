from typing import Any

from sqlalchemy import Select, union_all
from sqlalchemy import select as columns

from supervision.bulletins.models import AccountabilityProposal, Circular, Criticism, RectificationOrder
from supervision.desk.archive.archive_event import ITEM, Statement, happening, seen_by, words
from supervision.desk.archive.judgement import IS_LAGGARD, IS_OF_ITEM
from supervision.desk.official_documents import documents_visible_to
from supervision.notices.models import Notice, NoticeDelivery, Urging
from supervision.official_documents.models import DocumentPdf, IssuedDocument
from supervision.publication.models import Publication
from supervision.reviews.models import CompletionReport
from supervision.tasks.models import Task

DOCX, PDF = "official_document", "official_document_pdf"
_NAMED = ("《", IssuedDocument.title, "》", IssuedDocument.number)


def _issued(*things: Select[Any]) -> tuple[Statement, ...]:
    """Tell of the documents that say these things, and of their copies; each with its digest."""
    is_of_item = IssuedDocument.subject_id.in_(union_all(*things))
    issued = happening(
        DOCX,
        at=IssuedDocument.made_at,
        title=words("印发公文", *_NAMED),
        text=IssuedDocument.sha256,
        by=IssuedDocument.made_by,
        of=IssuedDocument.id,
    ).where(is_of_item)
    copied = (
        happening(
            PDF,
            at=DocumentPdf.made_at,
            title=words("公文的PDF副本", *_NAMED),
            text=DocumentPdf.sha256,
            of=DocumentPdf.document_id,
        )
        .join(IssuedDocument, IssuedDocument.id == DocumentPdf.document_id)
        .where(DocumentPdf.content.is_not(None), is_of_item)
    )
    return seen_by(issued, documents_visible_to), seen_by(copied, documents_visible_to)


_URGED = columns(Urging.id).join(NoticeDelivery, NoticeDelivery.id == Urging.delivery_id)

OF_NOTICES = _issued(
    columns(Notice.id).where(Notice.item_id == ITEM),
    _URGED.join(Notice, Notice.id == NoticeDelivery.notice_id).where(Notice.item_id == ITEM),
)
OF_REVIEWS = _issued(
    columns(CompletionReport.id).join(Task, Task.id == CompletionReport.task_id).where(Task.item_id == ITEM)
)
OF_BULLETINS = _issued(
    columns(Circular.id).where(IS_LAGGARD),
    columns(Criticism.circular_id).where(Criticism.item_id == ITEM),
    columns(RectificationOrder.id).where(RectificationOrder.item_id == ITEM),
    columns(AccountabilityProposal.id)
    .join(Task, Task.id == AccountabilityProposal.task_id)
    .where(Task.item_id == ITEM),
)
OF_PUBLICATIONS = _issued(columns(Publication.id).where(IS_OF_ITEM))
