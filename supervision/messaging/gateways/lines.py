"""The lines of the generic JSON protocol (`openapi/gateway.md`), and what is said of one that is wrong."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from supervision.foundation import strict_json
from supervision.foundation.clock import read_moment
from supervision.foundation.errors import FieldError
from supervision.messaging.errors import MalformedReceipt


def _moment(value: Any) -> Any:
    try:
        return read_moment(value)
    except ValueError:
        raise PydanticCustomError("moment", "not an RFC 3339 moment with offset") from None


# What a gateway sends ends up in columns: ids must fit a bigint, words may hold no NUL, moments must be storable.
_Id = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
_Word = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]
_Moment = Annotated[
    datetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
    BeforeValidator(_moment),
]
_WORD_TEXTS = ("应为 1 至 128 个可见的 ASCII 字符。", "This must be 1 to 128 visible ASCII characters.")
# What a place must hold, by the name at its end.
_TEXTS = {
    "receipts": ("应为状态报告的列表。", "This must be a list of receipts."),
    "replies": ("应为至多 1000 条回复的列表。", "This must be a list of at most 1,000 replies."),
    "telephone": ("应为 +86 开头的手机号码。", "This must be a mobile number that begins with +86."),
    "text": ("应为 1 至 1000 个字符的文字。", "This must be text of 1 to 1,000 characters."),
    "id": ("应为 1 至 18 位数字的文字。", "This must be text of 1 to 18 digits."),
    "reference": _WORD_TEXTS,
    "code": _WORD_TEXTS,
    "status": ("应为 delivered 或 failed。", "This must be delivered or failed."),
    "at": (
        "应为带时区的 RFC 3339 时间，在 2000 年至 2099 年之间。",
        "This must be an RFC 3339 time with its offset, in the years 2000 to 2099.",
    ),
}
_LINE_TEXTS = ("应为一条状态报告，并带有 id 或 reference。", "This must be a receipt with its id or reference.")
_WHOLE_TEXTS = ("应为带有 receipts 列表的 JSON 对象。", "This must be a JSON object with a list of receipts.")


class WireResult(BaseModel):
    id: _Id
    status: Literal["accepted", "refused", "throttled"]
    reference: _Word | None = None
    code: _Word | None = None


class WireFound(BaseModel):
    id: _Id
    status: Literal["accepted", "refused", "delivered", "failed", "absent"]
    reference: _Word | None = None
    code: _Word | None = None
    at: _Moment | None = None


class WireReceipt(BaseModel):
    id: _Id | None = None
    reference: _Word | None = None
    status: Literal["delivered", "failed"]
    code: _Word | None = None
    at: _Moment | None = None

    @model_validator(mode="after")
    def _names_its_message(self) -> Self:
        if self.id is None and self.reference is None:
            raise ValueError("a receipt names its message")
        return self


class WireReply(BaseModel):
    telephone: Annotated[str, StringConstraints(pattern=r"^\+861[0-9]{10}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    at: _Moment | None = None


class _Receipts(BaseModel):
    receipts: list[WireReceipt]
    replies: Annotated[list[WireReply], Field(max_length=1000)] = []


def read_receipts(raw: bytes) -> Sequence[WireReceipt]:
    """Read the receipts of one call; refuses the whole, naming each place that is wrong, also in its replies."""
    return _read(raw).receipts


def read_replies(raw: bytes) -> Sequence[WireReply]:
    """Read the replies of one call; refuses what `read_receipts` does."""
    return _read(raw).replies


def _read(raw: bytes) -> _Receipts:
    try:
        return _Receipts.model_validate(strict_json.loads(raw))
    except strict_json.NotJsonError:
        raise MalformedReceipt(problems=[FieldError("", "json_invalid", *_WHOLE_TEXTS)]) from None
    except strict_json.RepeatedKeyError as error:
        named = "".join(f"/{step}" for step in error.place if step in _TEXTS or isinstance(step, int))
        raise MalformedReceipt(problems=[FieldError(named, "repeated_key", error.zh, error.en)]) from None
    except ValidationError as error:
        raise MalformedReceipt(problems=list(_problems(error))) from None


def _problems(error: ValidationError) -> Iterator[FieldError]:
    # Only names of ours and places in the list come into a pointer, for unknown names are passed over.
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        place = each["loc"]
        code = each["type"] if each["type"] in {"missing", "moment"} else "invalid_value"
        texts = _TEXTS[str(place[-1])] if place and place[-1] in _TEXTS else _LINE_TEXTS if place else _WHOLE_TEXTS
        yield FieldError("".join(f"/{step}" for step in place), code, *texts)
