from typing import Annotated

from pydantic import BeforeValidator, Field

from api.schemas.fields import Answer, Body, DecimalText, Id, whole
from api.schemas.messaging import Count

Parts = Annotated[int, Field(ge=0, le=100_000_000, strict=True), BeforeValidator(whole)]


class SetMessageQuota(Body):
    """Counted in parts, as gateways bill; null: no limit."""

    per_day: Parts | None
    per_month: Parts | None


class MessageQuotaOut(Answer):
    per_day: Count | None = Field(description="parts that broadcasts may not pass; null: no limit")
    per_month: Count | None
    used_today: Count = Field(description="parts that leave today, reminders among them, which are never refused")
    used_this_month: Count
    version: Count = Field(description="0: never set")


class MessageCost(Answer):
    unit_id: Id = Field(description="the unit that the officials have now")
    unit_name: str = Field(max_length=200)
    template: str = Field(max_length=40)
    gateway: str = Field(max_length=20)
    messages: Count
    parts: Count
    price_fen: DecimalText | None = Field(description="of one part, as it is set now; null: none is set")
    cost_fen: DecimalText | None


class MessageCosts(Answer):
    month: str = Field(max_length=7)
    messages: Count = Field(description="that a gateway took, arrived or not; tests are left out")
    parts: Count
    cost_fen: DecimalText
    unpriced_parts: Count = Field(description="of gateways without a price; `cost_fen` lacks them")
    rows: list[MessageCost] = Field(max_length=100_000)
