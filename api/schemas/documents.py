from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Id
from supervision.documents.models import MediaType, Secrecy


class AttachmentOut(Answer):
    id: Id
    sha256: str = Field(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")
    size: int = Field(ge=1, description="bytes")
    media_type: MediaType
    name: str | None = Field(max_length=200, description="as it came first; null without one, and once it is erased")
    secrecy: Secrecy
    uploaded_by: Id | None
    uploaded_at: datetime
