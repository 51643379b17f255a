from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from supervision.publication.errors import ApprovalNeedsBasis, RedactionNotFound, RefusalNeedsReason
from supervision.publication.states import ReviewVerdict

# A title is one line; a goal may be a paragraph.
GOAL_IN_TITLE = 60
# Working days from the fact until it is to be public (Order 711, art. 26).
PUBLISH_WITHIN = 20
LEFT_OUT = "［略］"
# How the lines of a composed text begin; the portal reads them again from what was published.
GOAL, LEADER, UNIT, PERSON = "目标任务", "牵头领导", "责任单位", "责任人"
PERIOD, PERCENT, MATTER, LIMIT = "报告期", "完成进度", "问题", "整改时限"

ORDER_STATES = {"ordered": "已责令整改", "reported": "单位已报告整改，待核实", "closed": "已核实整改到位"}


@dataclass(frozen=True, slots=True)
class Measured:
    indicator: str
    value: Decimal
    unit_of_measure: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What is shown of a progress entry: who by post, a name only with a basis, nothing of the report's own words."""

    goal: str
    unit: str
    post: str
    percent: int
    first: date
    last: date
    figures: Sequence[Measured] = ()
    name: str = ""
    leader: str = ""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A unit, or an official by post, whom a circular commends or criticises."""

    unit: str
    post: str
    name: str
    reason: str
    is_commended: bool


@dataclass(frozen=True, slots=True)
class IssuedCircular:
    title: str
    number: str
    issued_on: date
    mentioned: Sequence[Mentioned]


@dataclass(frozen=True, slots=True)
class OrderedRectification:
    unit: str
    matter: str
    limit_on: date
    state: str


def compose(progress: Progress) -> tuple[str, str]:
    """Write title and body of a publication of progress in Chinese (§5(2))."""
    goal = shorten(progress.goal)
    period = f"{_chinese(progress.first)}至{_chinese(progress.last)}"
    lines = [
        f"{GOAL}：{progress.goal}",
        *([f"{LEADER}：{progress.leader}"] if progress.leader else []),
        f"{UNIT}：{progress.unit}",
        f"{PERSON}：{progress.post}{progress.name}",
        f"{PERIOD}：{period}",
        f"{PERCENT}：{progress.percent}%",
        *(f"{figure.indicator}：{_plain(figure.value)}{figure.unit_of_measure}" for figure in progress.figures),
    ]
    return f"{goal}：完成进度{progress.percent}%（{period}）", "\n".join(lines)


def compose_circular(circular: IssuedCircular) -> tuple[str, str]:
    """Write title and body of the publication of a circular's commendations and criticisms (§4(4), §5(2))."""
    lines = [f"文号：{circular.number}", f"印发日期：{_chinese(circular.issued_on)}"]
    for heading, is_commended in (("通报表扬", True), ("通报批评", False)):
        named = [each for each in circular.mentioned if each.is_commended is is_commended]
        if named:
            lines += [f"{heading}：", *(f"{each.unit}{each.post}{each.name}：{each.reason}" for each in named)]
    return circular.title, "\n".join(lines)


def compose_rectification(order: OrderedRectification) -> tuple[str, str]:
    """Write title and body of the exposure of a matter that is to be put right in time (§5(2) 限时整改)."""
    lines = [
        f"{UNIT}：{order.unit}",
        f"{MATTER}：{order.matter}",
        f"{LIMIT}：{_chinese(order.limit_on)}",
        f"整改情况：{ORDER_STATES[order.state]}",
    ]
    return f"限时整改：{order.unit}——{shorten(order.matter)}", "\n".join(lines)


def shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= GOAL_IN_TITLE else f"{line[: GOAL_IN_TITLE - 1]}…"


def shown_body(body: str, *, edition: int, note: str | None) -> str:
    """Return what the public reads: a correction says that it is one, and what it puts right."""
    return body if note is None else f"{body}\n\n更正说明（第{edition}版）：{note}"


def check_verdict(verdict: ReviewVerdict, legal_basis: str | None, reason: str | None) -> None:
    """Refuse an approval without its legal basis, and a refusal without its reason."""
    if verdict is ReviewVerdict.APPROVED and not legal_basis:
        raise ApprovalNeedsBasis
    if verdict is ReviewVerdict.REFUSED and not reason:
        raise RefusalNeedsReason


def redact(texts: Sequence[str], redactions: Sequence[Mapping[str, str]], *, is_approved: bool) -> list[str]:
    """Return the texts without the passages that are left out; refuses a passage that stands in none of them."""
    redacted = list(texts)
    for place, redaction in enumerate(redactions, 1):
        passage = redaction["passage"]
        if not is_approved or not any(passage in text for text in redacted):
            raise RedactionNotFound(place=place)
        redacted = [text.replace(passage, LEFT_OUT) for text in redacted]
    return redacted


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
