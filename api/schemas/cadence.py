from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.schemas.fields import Answer, Body, Digits, Flag, FullDate, Id, MassPageOf, Year, whole
from supervision.cadence.rules import CountedIn, StepKind


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


class CadenceRunPage(MassPageOf[CadenceRunOut]):
    pass


# Together they must end before the next holidays' calendar does, and a reminder comes before what it reminds of.
Days = Annotated[int, Field(ge=0, le=10, strict=True), BeforeValidator(whole)]
SomeDays = Annotated[int, Field(ge=1, le=5, strict=True), BeforeValidator(whole)]
Grace = Annotated[int, Field(ge=0, le=5, strict=True), BeforeValidator(whole)]
Points = Annotated[int, Field(ge=1, le=100, strict=True), BeforeValidator(whole)]
# A day has no rhythm to be set.
Kind = Literal["week", "half_month", "month", "quarter"]
_KIND = "week: feedback on instructions; month: inspection plans and the instructions' summary; quarter: the look"


class SetRhythm(Body):
    kind: Kind = Field(description=_KIND)
    is_running: Flag | None = Field(default=None, description="whether anything is done for this kind of period")
    due_after: Days | None = Field(default=None, description="days from the period's last day to its deadline")
    counted_in: CountedIn | None = None
    grace_working_days: Grace | None = Field(default=None, description="only after them is a report late")
    remind_working_days_before: SomeDays | None = None
    urge_working_days_after: SomeDays | None = None
    digest_working_days_after: SomeDays | None = None
    behind_percent: Points | None = Field(default=None, description="points below its share of time: a task is behind")


class RhythmOut(Answer):
    kind: Kind = Field(description=_KIND)
    is_running: bool
    due_after: int = Field(ge=0, le=10)
    counted_in: CountedIn
    grace_working_days: int = Field(ge=0, le=5)
    remind_working_days_before: int = Field(ge=1, le=5)
    urge_working_days_after: int = Field(ge=1, le=5)
    digest_working_days_after: int = Field(ge=1, le=5)
    behind_percent: int = Field(ge=1, le=100)
    effective_from: FullDate | None = Field(description="the first day of the first period; none: the usual way")
    set_by: Id | None
    set_at: datetime | None


class RhythmList(Answer):
    data: list[RhythmOut] = Field(max_length=1000)
    next: None
