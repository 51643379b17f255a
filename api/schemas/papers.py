from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, FullDate, Id, Line, Name, PageOf, Prose
from supervision.documents.models import Secrecy
from supervision.papers.states import TransferState

Leaders = Annotated[list[Id], Field(min_length=1, max_length=20)]


class RegisterInstructionPaper(Body):
    sender: Line = Field(examples=["县委办公室"])
    document_number: Line | None = Field(default=None, examples=["县委办〔2016〕3号"])
    title: Name
    instructed_on: FullDate
    words: Prose = Field(description="the leaders' exact words; they are never sent by message")
    leader_ids: Leaders = Field(description="the county leaders who wrote on the paper")
    secrecy: Secrecy
    attachment_id: Id | None = Field(default=None, description="the scan")
    follows_id: Id | None = Field(default=None, description="the earlier paper that this instruction follows")
    item_id: Id | None = None


class LinkInstructionPaper(Body):
    item_id: Id


class InstructionPaperOut(Answer):
    id: Id
    sender: str = Field(max_length=200)
    document_number: str | None = Field(max_length=200)
    title: str = Field(max_length=200)
    instructed_on: FullDate
    words: str = Field(max_length=4000)
    secrecy: Secrecy
    leader_ids: Leaders
    attachment_id: Id | None
    follows_id: Id | None
    item_id: Id | None
    registered_by: Id | None
    registered_at: datetime


class InstructionPaperPage(PageOf[InstructionPaperOut]):
    pass


class HandOver(Body):
    official_id: Id = Field(description="the county leader to whom the paper is handed personally")
    handed_on: FullDate


class LogLiaison(Body):
    text: Prose


class ConcludeTransfer(Body):
    outcome: Prose


class TransferOut(Answer):
    id: Id
    paper_id: Id
    official_id: Id
    handed_on: FullDate
    state: TransferState
    handed_by: Id | None
    handed_at: datetime
    outcome: str | None = Field(max_length=4000)
    concluded_by: Id | None
    concluded_at: datetime | None


class TransferPage(PageOf[TransferOut]):
    pass


class LiaisonOut(Answer):
    id: Id
    text: str = Field(max_length=4000)
    logged_by: Id | None
    logged_at: datetime


class LiaisonPage(PageOf[LiaisonOut]):
    pass
