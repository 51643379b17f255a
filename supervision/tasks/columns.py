from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision.documents.spreadsheets import CellProblem
from supervision.foundation.texts import fold


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a ledger's spreadsheet; the first header is the one that we name when we speak of it."""

    field: str
    headers: tuple[str, ...]
    is_required: bool = True


COLUMNS = (
    Column("no", ("序号", "no")),
    Column("goal", ("目标", "目标任务", "goal")),
    Column("indicator", ("指标", "indicator")),
    Column("comparator", ("比较", "比较方式", "comparator")),
    Column("target", ("目标值", "target")),
    Column("target_high", ("目标上限", "target_high"), is_required=False),
    Column("unit_of_measure", ("单位", "计量单位", "unit", "unit_of_measure")),
    Column("responsible_unit", ("责任单位", "responsible_unit")),
    Column("lead_leader", ("牵头领导", "lead_leader")),
    Column("responsible_person", ("责任人", "responsible_person")),
    Column("deadline", ("时限", "完成时限", "deadline"), is_required=False),
    Column("source", ("来源", "source"), is_required=False),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Under which header of one sheet each field stands, and which headers say nothing to us."""

    header_of: Mapping[str, str]
    ignored: tuple[str, ...]


def name_columns(header: Sequence[str]) -> tuple[Columns, list[CellProblem]]:
    """Find each field's column by its Chinese or English header; missing and repeated ones are problems."""
    header_of: dict[str, str] = {}
    ignored: list[str] = []
    problems: list[CellProblem] = []
    for text in header:
        field = _FIELD_OF.get(folded(text))
        if field is None:
            ignored.append(text)
        elif field in header_of:
            zh = f"表中已有“{CHINESE[field]}”列，此列与其含义相同，请只保留一列。"
            en = f"There is a column for {CHINESE[field]} already, and this one means the same; keep one of them."
            problems.append(CellProblem(1, text, "repeated_column", zh, en))
        else:
            header_of[field] = text
    for column in COLUMNS:
        if column.is_required and column.field not in header_of:
            zh, *_, en = column.headers
            problems.append(_missing(zh, en))
    return Columns(header_of, tuple(ignored)), problems


def _missing(zh: str, en: str) -> CellProblem:
    return CellProblem(
        1,
        zh,
        "missing_column",
        f"缺少“{zh}”列（或写作 {en}），请在首行补上此列。",
        f"The column {zh} (or {en}) is missing; add it to the first line.",
    )


def folded(text: str) -> str:
    """Return a text as it is compared: full-width forms, capitals and blanks make no difference."""
    return fold(text)


_FIELD_OF = {folded(header): column.field for column in COLUMNS for header in column.headers}
CHINESE = {column.field: column.headers[0] for column in COLUMNS}
