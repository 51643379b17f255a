from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, PageOf, Prose
from supervision.official_documents.rules import Words
from supervision.official_documents.states import DocumentKind
from supervision.publication.states import DocumentState, FileMatch

Digest = Annotated[str, Field(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]

# What can be seen as a document before it is issued.
DraftKind = Literal[
    DocumentKind.NOTICE,
    DocumentKind.SLIP,
    DocumentKind.CIRCULAR,
    DocumentKind.PRESS_RELEASE,
    DocumentKind.ACCOUNTABILITY,
]


class OfficialDocumentOut(Answer):
    id: Id
    kind: DocumentKind
    subject_id: Id = Field(description="the notice, circular, publication … that it says")
    number: str | None = Field(max_length=60, examples=["督查催办〔2016〕3号"])
    title: str = Field(max_length=1000)
    dated_on: FullDate
    sha256: Digest = Field(description="of the docx as it was issued; it never changes")
    pdf_sha256: Digest | None = Field(description="of the PDF, where this installation makes them")
    made_by: Id | None
    made_at: datetime


class OfficialDocumentPage(PageOf[OfficialDocumentOut]):
    pass


class DocumentCheckOut(Answer):
    """That a document was issued, for anybody; what it is called only where the public reads what it says."""

    id: Id
    number: str | None = Field(max_length=60, examples=["督查催办〔2016〕3号"])
    dated_on: FullDate
    office: str = Field(max_length=200, description="the issuing office")
    state: DocumentState
    kind: DocumentKind | None = Field(description="null: not for the public")
    title: str | None = Field(max_length=1000, description="as it is published; null: not for the public")
    page: str | None = Field(max_length=500, description="where the portal shows what it says now")
    sha256: Digest = Field(description="of the docx as it was issued")
    pdf_sha256: Digest | None = Field(description="of the PDF, where this installation makes them")
    match: FileMatch | None = Field(description="which issued file the given digest is of; null: none was given")


class WriteDocumentTemplate(Body):
    """The words of a kind; {named} fields of its list are filled from the record, what is left out is not printed."""

    kind: DocumentKind
    head: Line | None = Field(default=None, description="the issuing office's name in red; none: no red head")
    title: Line
    recipients: Line | None = None
    body: Prose = Field(description="a paragraph a line; 一、（一）1.（1） begin the levels")
    signature: Line | None = None
    copies: Line | None = None

    def words(self) -> Words:
        return Words(**{name: value or "" for name, value in self.model_dump(exclude={"kind"}).items()})


class DocumentTemplateOut(Answer):
    kind: DocumentKind
    version: int = Field(ge=0, description="0: the system's own words")
    head: str = Field(max_length=200)
    title: str = Field(max_length=200)
    recipients: str = Field(max_length=200)
    body: str = Field(max_length=4000)
    signature: str = Field(max_length=200)
    copies: str = Field(max_length=200)
    fields: list[Annotated[str, Field(max_length=40)]] = Field(max_length=20, description="what the words may name")


class DocumentTemplates(Answer):
    data: list[DocumentTemplateOut] = Field(max_length=len(DocumentKind))
    next: None
