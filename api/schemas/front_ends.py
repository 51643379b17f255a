from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Body, Id, PageOf
from api.schemas.identity import ClientRole


class NameOfficial(Body):
    official_id: Id
    role: ClientRole


class ClientOfficialOut(Answer):
    """For whom a front end acts with its key, in which role."""

    id: Id
    client_id: Id
    official_id: Id
    role: ClientRole
    proposed_by: Id | None
    proposed_at: datetime
    approved_by: Id | None
    approved_at: datetime | None = Field(description="until then it waits")
    ended_by: Id | None
    ended_at: datetime | None
    version: int = Field(ge=1)


class ClientOfficialPage(PageOf[ClientOfficialOut]):
    pass
