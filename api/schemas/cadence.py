from datetime import datetime

from pydantic import Field

from api.schemas.fields import Answer, Digits, FullDate, Year
from supervision.cadence.rules import StepKind


class CalendarDay(Answer):
    day: FullDate
    is_working: bool
    name: str | None = Field(max_length=40, description="the holiday, also on the days that make up for it")
    status: str = Field(max_length=20, examples=["official"])


class CalendarOut(Answer):
    year: Year
    data: list[CalendarDay] = Field(max_length=366)


class CadenceRunOut(Answer):
    id: Digits
    kind: StepKind
    period_first: FullDate
    period_last: FullDate
    due_at: datetime
    started_at: datetime
    finished_at: datetime | None
    outcome: dict[str, int] | None = Field(
        max_length=10, description="how many of what the step made", examples=[{"messages": 3}]
    )


class CadenceRunPage(Answer):
    data: list[CadenceRunOut] = Field(max_length=100)
    next: Digits | None
