import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from supervision.foundation.errors import FieldError
from supervision.foundation.texts import without_hidden
from supervision.official_documents.states import DocumentKind

_FIELD = re.compile(r"\{([a-z_]*)\}")
# What every document knows: county and office, its number, the day in Chinese, who signed it, and whom it goes to.
COMMON = frozenset({"county", "office", "number", "date", "signer", "recipients"})
# What a kind knows besides.
_NOTICE = frozenset({"item", "item_number", "text", "limit"})
FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        DocumentKind.NOTICE: _NOTICE,
        DocumentKind.SLIP: _NOTICE,
        DocumentKind.URGING: frozenset({"notice", "delivered", "limit", "note"}),
        DocumentKind.REWORK: frozenset({"task", "reported", "round", "opinion", "unmet", "until"}),
        DocumentKind.FEEDBACK: frozenset({"unit", "task", "feedback"}),
        DocumentKind.CIRCULAR: frozenset({"title", "text", "cut_off"}),
        DocumentKind.RECTIFICATION: frozenset({"matter", "limit"}),
        DocumentKind.WARNING: frozenset({"quarter", "points", "level"}),
        DocumentKind.PRESS_RELEASE: frozenset({"title", "text", "correction"}),
        DocumentKind.ACCOUNTABILITY: frozenset({"unit", "person", "facts", "traced"}),
    }
)
# 机关代字 of the kinds whose things have no number of their own; a press release bears none.
NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        DocumentKind.URGING: "督查催办",
        DocumentKind.REWORK: "督查退办",
        DocumentKind.FEEDBACK: "督查反馈",
        DocumentKind.RECTIFICATION: "督查整改",
        DocumentKind.WARNING: "督查预警",
        DocumentKind.ACCOUNTABILITY: "督查问责",
    }
)


# What stands in the place of what a work secret is called, and of what is said of it.
_SECRET, _SAID = "工作秘密事项", "内容属工作秘密，请登录督查系统查阅。"
_WITHHELD: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("item", "task", "title"), _SECRET),
        **dict.fromkeys(("text", "note", "opinion", "unmet", "feedback", "matter", "facts"), _SAID),
    }
)
# A mobile number, however it is spaced, its digits narrow or wide.
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?([1１][3-9３-９]\d)[-\s]?\d{4}[-\s]?(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a kind with {named} fields, element by element; what a document has none of is empty."""

    head: str = "{office}文件"
    title: str
    recipients: str = "{recipients}："
    body: str
    signature: str = "{office}"
    copies: str = ""


def check_words(kind: str, words: Words) -> list[FieldError]:
    """Tell what is wrong with the words of a kind: fields that it does not know, and braces that name none."""
    known = FIELDS[kind] | COMMON
    listed = "、".join(sorted(known))
    return [
        FieldError(f"/{name}", "unknown_field", f"此类公文只能使用字段：{listed}。", f"This kind has only: {listed}.")
        for name, text in _each(words)
        if set(_FIELD.findall(text)) - known or set("{}") & set(_FIELD.sub("", text))
    ]


def fill(words: Words, values: Mapping[str, str]) -> Words:
    """Put the facts into the words; a value is never read as words with fields of their own."""
    return Words(**{name: _FIELD.sub(lambda found: values[found[1]], text) for name, text in _each(words)})


def mask(words: Words) -> Words:
    """Return filled words without personal telephone numbers."""
    return Words(**{name: mask_numbers(text) for name, text in _each(words)})


def withhold(values: Mapping[str, str]) -> dict[str, str]:
    """Return the facts of a work secret without what tells of it; numbers, days and names of those concerned stay."""
    return {name: _WITHHELD.get(name, value) for name, value in values.items()}


def mask_numbers(text: str) -> str:
    """Return a text with the middle of each personal telephone number taken out, as in every answer."""
    return _MOBILE.sub(r"\1****\2", without_hidden(text))


def number_of(kind: str, year: int, sequence: int) -> str:
    """Write a document's number (发文字号), such as 督查催办〔2016〕3号."""
    return f"{NUMBERS[kind]}〔{year}〕{sequence}号"


def _each(words: Words) -> Iterator[tuple[str, str]]:
    for field in fields(words):
        yield field.name, getattr(words, field.name)
