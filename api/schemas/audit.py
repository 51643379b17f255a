from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.fields import Answer, Digits, Id, MassPageOf


class AuditEventOut(Answer):
    id: Digits
    at: datetime = Field(description="business time of the jurisdiction")
    recorded_at: datetime = Field(description="the machine's time")
    verb: str = Field(max_length=100, examples=["item.registered"])
    role: str = Field(max_length=40)
    client_id: Id | None
    official_id: Id | None
    subject_id: str | None = Field(max_length=100)
    facts: dict[str, Any]
    request_id: str = Field(max_length=100)


class AuditEventPage(MassPageOf[AuditEventOut]):
    pass
