import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from supervision.foundation import texts
from supervision.foundation.clock import read_moment

FIRST_YEAR, LAST_YEAR = 1900, 2200
# More than anybody reads; who has mended these is told the rest.
MOST_PROBLEMS = 2000
_DATE = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d|2200-\d\d-\d\d", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,12})(\.\d{1,4})?", re.ASCII)
_POINTS = re.compile(r"(0|[1-9]\d{0,3})(\.\d{1,4})?", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# Control characters but tab and line ends, lone surrogates and what XML cannot hold have no place in a record.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_YEAR = "((19|20|21)[0-9]{2}|2200)"
_DAY_PATTERN = f"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}"
# Characters of a line.
_LINE = 200


def _full_date(value: Any) -> Any:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("full_date", "not a full date")


def _moment(value: Any) -> Any:
    if isinstance(value, str) and _DATE.match(value):
        with suppress(ValueError):
            return read_moment(value)
    raise PydanticCustomError("moment", "not an RFC 3339 moment with offset")


def _decimal(value: Any) -> Any:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("decimal_text", "not a decimal number as text")


def _points(value: Any) -> Any:
    if isinstance(value, str) and _POINTS.fullmatch(value):
        return Decimal(value)
    raise PydanticCustomError("decimal_text", "not a decimal number as text")


def _uuid(value: Any) -> Any:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    raise PydanticCustomError("uuid_parsing", "not a UUID")


def whole(value: Any) -> Any:
    # JSON Schema calls 2.0 an integer, so it is taken as one; true and "2" are not.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _seen(value: Any) -> Any:
    if isinstance(value, str) and _CONTROL.search(value):
        raise PydanticCustomError("control_characters", "control characters")
    # An empty one is too short, as it always was.
    if isinstance(value, str) and value and texts.is_blank(value):
        raise PydanticCustomError("blank_text", "nothing to be seen")
    return value


def _named(value: str) -> str:
    name = texts.read_name(value)
    # NFC takes some characters apart.
    if len(name) > _LINE:
        raise PydanticCustomError("string_too_long", "too long as it is kept")
    return name


FullDate = Annotated[
    date,
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"{_DAY_PATTERN}$", "examples": ["2016-12-31"]}),
    BeforeValidator(_full_date),
]
Moment = Annotated[
    datetime,
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": f"{_DAY_PATTERN}[Tt]",
            "examples": ["2016-03-01T09:00:00+08:00"],
        }
    ),
    BeforeValidator(_moment),
]
DecimalText = Annotated[
    Decimal,
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?(0|[1-9]\d{0,12})(\.\d{1,4})?$", "maxLength": 19, "examples": ["6.5"]}
    ),
    BeforeValidator(_decimal),
]
PointsText = Annotated[
    Decimal,
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?$", "maxLength": 9}),
    BeforeValidator(_points),
]
Listed = TypeVar("Listed")
Id = Annotated[UUID, WithJsonSchema({"type": "string", "format": "uuid", "maxLength": 36}), BeforeValidator(_uuid)]
# The bounds hold for what is sent, as the document says; only then is the white space around it taken away.
Line = Annotated[
    str,
    Field(min_length=1, max_length=_LINE, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(texts.read_text),
]
# What people name, by which it is found and told apart.
Name = Annotated[
    str,
    Field(min_length=1, max_length=_LINE, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(_named),
]
# How an identity provider calls somebody or a front end; OpenID Connect allows 255 characters.
ProviderName = Annotated[
    str,
    Field(min_length=1, max_length=255, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(texts.read_text),
]
Prose = Annotated[
    str,
    Field(min_length=1, max_length=4000, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(texts.read_text),
]
# Quoted in messages and papers, where a whole report would have no room.
Reason = Annotated[
    str,
    Field(min_length=1, max_length=1000, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(texts.read_text),
]
# A whole paper, such as a circular.
Paper = Annotated[
    str,
    Field(min_length=1, max_length=50_000, pattern=texts.VISIBLE),
    BeforeValidator(_seen),
    AfterValidator(texts.read_text),
]
# Of 19 digits not all fit a bigint, and no table will ever have so many rows.
Digits = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$", max_length=18)]
Percent = Annotated[int, Field(ge=0, le=100, strict=True), BeforeValidator(whole)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
# In a body, where a number is a number.
GivenYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True), BeforeValidator(whole)]
GivenDays = Annotated[int, Field(ge=0, le=1000, strict=True), BeforeValidator(whole)]
GivenQuarter = Annotated[int, Field(ge=1, le=4, strict=True), BeforeValidator(whole)]
# A place in a list of the same body, from 1.
GivenPlace = Annotated[int, Field(ge=1, le=50, strict=True), BeforeValidator(whole)]
Flag = Annotated[bool, Field(strict=True)]


class Body(BaseModel):
    """What is sent: unknown fields are refused, and nothing is converted behind the sender's back."""

    model_config = ConfigDict(extra="forbid")


class GiveReason(Body):
    reason: Reason


class Answer(BaseModel):
    """What is answered; every field is always there."""

    model_config = ConfigDict(extra="forbid")


class PageOf(Answer, Generic[Listed]):
    """A page of a list, and the cursor of the next one."""

    data: list[Listed] = Field(max_length=100)
    next: Id | None


class MassPageOf(Answer, Generic[Listed]):
    """The same of rows that come in masses."""

    data: list[Listed] = Field(max_length=100)
    next: Digits | None


class ProblemItem(Answer):
    pointer: str = Field(max_length=500, description="JSON pointer to the place in the request")
    code: str = Field(max_length=100)
    detail: str = Field(max_length=1000)


class ProblemDetails(Answer):
    """RFC 9457; `code` is stable, the texts are for people."""

    type: str = Field(max_length=200)
    title: str = Field(max_length=200)
    status: int = Field(ge=400, le=599)
    detail: str = Field(max_length=2000)
    instance: str = Field(max_length=200)
    code: str = Field(max_length=100)
    errors: list[ProblemItem] = Field(max_length=MOST_PROBLEMS, description="the first of them, where there are more")
    trace_id: str = Field(max_length=100)
