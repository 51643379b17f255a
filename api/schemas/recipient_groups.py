from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, Name, PageOf
from api.schemas.messaging import Count

Members = Annotated[list[Id], Field(max_length=1000, description="officials in post; a group may wait for its members")]


class KeepRecipientGroup(Body):
    name: Name
    official_ids: Members = Field(default=[])


class AmendRecipientGroup(Body):
    """What is left out stays as it is; members that are given take the place of all before."""

    name: Name | None = None
    official_ids: Members | None = None


class RecipientGroupOut(Answer):
    id: Id
    name: str = Field(max_length=200)
    members: Count = Field(description="how many, those included who have left since")
    amended_at: datetime
    version: int = Field(ge=1)


class RecipientGroupDetail(RecipientGroupOut):
    official_ids: list[Id] = Field(max_length=1000)


class RecipientGroupPage(PageOf[RecipientGroupOut]):
    pass
