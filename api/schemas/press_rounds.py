from datetime import date
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, Line, PageOf
from supervision.publication.states import Channel

MOST_RELEASES = 10_000
PressMonth = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7)]


class SendPressRound(Body):
    month: PressMonth = Field(description="either of the two months", examples=["2016-11"])
    media: Line = Field(description="who was given it", examples=["示例县电视台、《示例日报》"])


class PressReleaseOut(Answer):
    publication_id: Id
    channel: Channel
    title: str = Field(max_length=400)
    document_id: Id | None = Field(description="its release as an official document, to be downloaded and sent")
    sha256: str | None = Field(max_length=64)


class SentPressRoundOut(Answer):
    id: Id
    month: PressMonth
    media: str = Field(max_length=200)
    sent_on: date
    releases: list[PressReleaseOut] = Field(max_length=MOST_RELEASES)


class PressRoundOut(Answer):
    id: Id | None = Field(description="null while it was not sent")
    month: PressMonth = Field(description="the first of the two months")
    first: date
    last: date
    due_on: date
    media: str | None = Field(max_length=200)
    sent_on: date | None
    releases: list[PressReleaseOut] = Field(
        max_length=MOST_RELEASES, description="what was sent; before, what is fit to be"
    )


class PressRoundPage(PageOf[SentPressRoundOut]):
    pass
