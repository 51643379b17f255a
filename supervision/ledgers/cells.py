import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from supervision.tasks.models import Comparator

# What may be wrong with a cell of a ledger's sheet: what is wrong, and what would be right. The facts are ours, or
# names that the jurisdiction itself has registered, never the cell's text.
WRONG_WITH_CELL: Mapping[str, tuple[str, str]] = {
    "no_rows": ("表头之下没有数据，请逐行填写任务。", "There are no rows below the header; fill in one for each task."),
    "missing_value": ("此格为空，请填写。", "The cell is empty; fill it in."),
    "too_long": ("内容超过 {limit} 个字符，请缩短。", "The text is longer than {limit} characters; shorten it."),
    "bad_number": (
        "不是有效的数值，请只填写数字（整数至多 13 位、小数至多 4 位），如 6.5；注释请写入“备注”列。",
        "This is no number; give digits alone, at most 13 before the point and 4 after it, such as 6.5.",
    ),
    "bad_no": ("序号应为 1 至 99999 的整数。", "The number must be a whole one from 1 to 99999."),
    "bad_date": (
        "不是完整、有效的日期。请写明四位年份、月和日，如 {year}-12-31 或 {year}年12月31日。",
        "This is no whole date. Give a year of four digits, month and day, such as {year}-12-31.",
    ),
    "date_outside_year": (
        "时限不在 {year} 年内，请填写 {year}-01-01 至 {year}-12-31 之间的日期。",
        "The deadline lies outside {year}; give a day from {year}-01-01 to {year}-12-31.",
    ),
    "bad_comparator": (
        "比较方式应为“不低于”“不高于”“介于”（at_least、at_most、between）之一。",
        "The comparator must be at_least, at_most or between.",
    ),
    "comparator_without_target": (
        "填写了比较方式而没有目标值，请填写目标值。",
        "There is a comparator and no target; give the target.",
    ),
    "between_without_two_ends": (
        "比较方式为“介于”时须有目标值和目标上限，请补上目标上限。",
        "The comparator between needs two ends; give target_high too.",
    ),
    "target_high_without_between": (
        "仅“介于”可填写目标上限，请删去，或将比较方式改为“介于”。",
        "Only between takes target_high; leave it out, or make the comparator between.",
    ),
    "target_high_below_target": (
        "目标上限低于目标值，请核对两个数值。",
        "target_high lies below target; check both figures.",
    ),
    "unknown_unit": (
        "没有登记此单位。{nearest_zh}请填写已登记单位的全称，或先登记该单位。",
        "No such unit is registered. {nearest_en}Give a registered unit's full name, or register it first.",
    ),
    "unknown_leader": (
        "没有登记此县领导。{nearest_zh}请填写在职县领导的姓名，或“职务 姓名”。",
        "No such county leader is registered. {nearest_en}Give the name, or post and name, of one in post.",
    ),
    "not_a_county_leader": (
        "此人员不是县领导，请填写在职县领导。",
        "This official is no county leader; name a county leader in post.",
    ),
    "unknown_person": (
        "责任单位没有此在职人员。{nearest_zh}请填写该单位已登记人员的姓名。",
        "The responsible unit has no such official in post. {nearest_en}Name one who is registered there.",
    ),
    "person_of_another_unit": (
        "此人员登记在其他单位，请填写责任单位的在职人员。",
        "This official is registered with another unit; name one of the responsible unit.",
    ),
    "ambiguous_name": (
        "有 {count} 名同名人员，请写作“职务 姓名”以区分。",
        "{count} officials have this name; write post and name to tell them apart.",
    ),
    "duplicate_no": (
        "序号与{first_zh}重复，请改为未使用的序号。",
        "The number stands in {first_en} already; choose one that is not used.",
    ),
    "no_taken": (
        "该年度台账已有此序号，请改为未使用的序号。",
        "The year's ledger has this number already; choose one that is not used.",
    ),
    "duplicate_goal": (
        "目标与{first_zh}重复，请删去一行。",
        "The goal stands in {first_en} already; delete one of them.",
    ),
    "goal_taken": (
        "该年度台账已有此目标，请删去此行。",
        "The year's ledger has this goal already; delete the row.",
    ),
}
# What a reader of the result should know, although nothing is wrong.
WORTH_KNOWING: Mapping[str, tuple[str, str]] = {
    "sheet_without_rows": ("工作表只有表头，没有数据。", "The sheet has a header and no rows."),
    "ignored_columns": ("这些列与台账无关，未读取。", "These columns say nothing to a ledger and were not read."),
    "absent_columns": (
        "表中没有这些列，各行按默认处理：时限为当年 12 月 31 日，来源为该年度台账，目标上限为空。",
        "The sheet has no such columns; each row took the year's last day, the year's ledger, and no upper end.",
    ),
    "left_open": (
        "这些行的此格为空，按默认处理：时限为当年 12 月 31 日，来源为该年度台账。",
        "The cell is empty in these rows, which took the year's last day as deadline, its ledger as source.",
    ),
}
COMPARATORS: Mapping[str, Comparator] = {
    **{str(each): each for each in Comparator},
    "不低于": Comparator.AT_LEAST,
    "不高于": Comparator.AT_MOST,
    "介于": Comparator.BETWEEN,
}
# The forms that Chinese keyboards give to the characters of ASCII. Nothing else that resembles a digit is one: not ①,
# ², ٣ or 〇, of which nobody can say whether they belong to the figure.
_HALF_WIDTH: dict[int, int | str] = {**{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}, 0x3000: " "}
_NUMBER = re.compile(r"[+-]?\d{1,13}(\.\d{1,4})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_NO = re.compile(r"[1-9]\d{0,4}", re.ASCII)
# A year of four digits, then month and day: whatever else is left open is not guessed. Midnight is what programs add.
_DATE = re.compile(
    r"(\d{4}) *(?:- *(\d{1,2}) *- *(\d{1,2})|/ *(\d{1,2}) */ *(\d{1,2})|\. *(\d{1,2}) *\. *(\d{1,2})"
    r"|年 *(\d{1,2}) *月 *(\d{1,2}) *[日号])(?:(?: +|T)0?0:00(?::00(?:\.0+)?)?)?",
    re.ASCII,
)


class Unfit(Exception):  # noqa: N818 - states the fact
    """A cell cannot be read as what its column holds."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def read_text(text: str, *, limit: int) -> str:
    if not text:
        raise Unfit("missing_value")
    if len(text) > limit:
        raise Unfit("too_long", limit=limit)
    return text


def half_width(text: str) -> str:
    return text.translate(_HALF_WIDTH).strip()


def read_no(text: str) -> int:
    plain = half_width(read_text(text, limit=100))
    if not _NO.fullmatch(plain):
        raise Unfit("bad_no")
    return int(plain)


def read_comparator(text: str) -> Comparator:
    found = COMPARATORS.get(half_width(read_text(text, limit=100)).casefold())
    if found is None:
        raise Unfit("bad_comparator")
    return found


def read_number(text: str, *, unit_of_measure: str | None) -> Decimal:
    """Read a figure as people write it: 6.5, 1,000, and 6.5% where percent is the unit of measure."""
    plain = half_width(text)
    if unit_of_measure is not None and half_width(unit_of_measure) == "%":
        plain = plain.removesuffix("%").rstrip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise Unfit("bad_number")
    return Decimal(plain)


def read_deadline(text: str, *, year: int) -> date:
    """Read a day of the year, which is its last one if nothing is written."""
    if not text:
        return date(year, 12, 31)
    match = _DATE.fullmatch(half_width(text))
    if match is None:
        raise Unfit("bad_date", year=year)
    try:
        found = date(*[int(part) for part in match.groups() if part])
    except ValueError:
        raise Unfit("bad_date", year=year) from None
    if found.year != year:
        raise Unfit("date_outside_year", year=year)
    return found
