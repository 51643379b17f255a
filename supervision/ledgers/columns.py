import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supervision.documents.rules import CellProblem, Layout, Table, letters
from supervision.foundation.texts import fold

# How alike a header must be to be named as the one that may be meant, from 0 to 1.
_NEAR = 0.3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a ledger's spreadsheet: how we name it, what its cells hold, and what else offices call it."""

    field: str
    zh: str
    en: str
    # In Chinese and English, for those who fill in the sheet.
    holds: tuple[str, str]
    others: tuple[str, ...]
    is_required: bool = True
    # Characters that are raised or lowered would join what is read.
    is_figure: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        return (self.zh, self.en, *self.others)


# One header means one field; a test keeps them apart. What could mean two things stands in neither.
COLUMNS = (
    Column(
        *("no", "序号", "no"),
        ("1 至 99999 的整数，表内及该年度台账内不重复", "a whole number from 1 to 99999, once in a year's ledger"),
        ("编号", "任务编号", "台账编号", "顺序号", "number"),
        is_figure=True,
    ),
    Column(
        *("goal", "目标", "goal"),
        ("至多 2000 字，不重复", "up to 2,000 characters, once in a year's ledger"),
        (
            "目标任务",
            "任务目标",
            "工作目标",
            "年度目标",
            "任务",
            "工作任务",
            "重点任务",
            "任务内容",
            "任务名称",
            "督查事项",
        ),
    ),
    Column(
        *("indicator", "指标", "indicator"),
        ("至多 200 字", "up to 200 characters"),
        ("指标名称", "指标内容", "考核指标", "量化指标", "衡量指标"),
    ),
    Column(
        *("comparator", "比较", "comparator"),
        ("不低于、不高于、介于", "at_least, at_most, between"),
        ("比较方式", "比较关系", "比较符", "比较符号"),
    ),
    Column(
        *("target", "目标值", "target"),
        (
            "数值，整数至多 13 位、小数至多 4 位，可用千分位逗号；单位为 % 时可带百分号",
            "digits, 13 before the point and 4 after it, with or without thousands' commas; % where that is the unit",
        ),
        ("指标值", "目标数", "目标数值", "计划值", "计划数", "目标下限", "年度目标值"),
        is_figure=True,
    ),
    Column(
        *("target_high", "目标上限", "target_high"),
        ("数值，写法同目标值；仅“介于”填写", "digits as for the target, for between only"),
        ("上限", "上限值", "目标值上限", "指标上限", "最高值"),
        is_required=False,
        is_figure=True,
    ),
    Column(
        *("unit_of_measure", "单位", "unit_of_measure"),
        ("计量单位，至多 200 字", "the unit of measure, up to 200 characters"),
        ("计量单位", "度量单位", "数量单位", "指标单位", "unit"),
    ),
    Column(
        *("responsible_unit", "责任单位", "responsible_unit"),
        ("已登记单位的全称", "the full name of a registered unit"),
        ("承办单位", "主办单位", "牵头单位", "责任部门", "承办部门", "主办部门", "牵头部门", "落实单位", "主责单位"),
    ),
    Column(
        *("lead_leader", "牵头领导", "lead_leader"),
        ("在职县领导的姓名，或“职务 姓名”", "the name, or post and name, of a county leader in post"),
        ("牵头县领导", "责任领导", "责任县领导", "包抓领导", "分管县领导"),
    ),
    Column(
        *("responsible_person", "责任人", "responsible_person"),
        ("责任单位在职人员的姓名，或“职务 姓名”", "the name, or post and name, of an official of the responsible unit"),
        ("责任人姓名", "直接责任人", "具体责任人", "承办人", "经办人", "具体承办人"),
    ),
    Column(
        *("deadline", "时限", "deadline"),
        ("该年度内的日期，写明四位年份、月、日；留空为 12 月 31 日", "a whole date of the year; empty: 31 December"),
        (
            *("完成时限", "完成时间", "完成期限", "完成日期", "办结时限", "办结时间", "办结期限", "办结日期"),
            *("办理时限", "办理期限", "截止时间", "截止日期", "截止日", "时间节点", "期限", "时限要求", "完成时间要求"),
            *("要求完成时间", "计划完成时间", "限办时间", "限时", "due", "due_date", "due_on", "deadline_on"),
        ),
        is_required=False,
        is_figure=True,
    ),
    Column(
        *("source", "来源", "source"),
        ("至多 200 字；留空为该年度台账", "up to 200 characters; empty: the year's ledger"),
        ("任务来源", "事项来源", "来源文件", "依据", "文件依据", "立项依据", "任务依据", "出处", "文号", "来文文号"),
        is_required=False,
    ),
)
# What offices write beside a ledger, and of which nobody expects that it is read.
IGNORABLE = (
    *("备注", "备注说明", "说明", "附注", "注", "附件", "联系人", "联系电话", "联系方式", "电话", "办公电话", "手机"),
    *("手机号", "手机号码", "传真", "邮箱", "填报人", "填报单位", "填报日期", "填报时间", "填表人", "填表日期"),
    *("审核人", "审核意见", "进展情况", "工作进展", "落实情况", "完成情况", "完成率", "完成值", "实际值", "实际完成值"),
    *("实际完成时间", "分值", "方向", "remark", "remarks", "note", "notes", "comment", "comments", "contact", "phone"),
    *("telephone", "email", "actual", "published_completion", "direction"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Under which header of one sheet each field stands, and which headers say nothing to us."""

    header_of: Mapping[str, str]
    ignored: tuple[str, ...]

    @property
    def absent(self) -> list[Column]:
        return [column for column in COLUMNS if column.field not in self.header_of]


def name_columns(table: Table) -> tuple[Columns, list[CellProblem]]:
    """Find each field's column by what a header may be called.

    Missing columns are problems, and so are two of one meaning. A header that says nothing to us is one where an
    optional column is absent, because it may be that one under another name.
    """
    header_of: dict[str, str] = {}
    ignored: list[str] = []
    problems: list[CellProblem] = []
    for text, index in table.columns.items():
        field = field_of(text)
        if field is None:
            ignored.append(text)
        elif field in header_of:
            facts = (letters(table.columns[header_of[field]]), letters(index), NAMED[field])
            problems.append(_problem(table, text, "repeated_column", *_both_mean(*facts)))
        else:
            header_of[field] = text
    columns = Columns(header_of, tuple(ignored))
    unknown = [text for text in ignored if header_key(text) not in _IGNORABLE]
    optional = [column for column in columns.absent if not column.is_required]
    for column in columns.absent:
        if column.is_required:
            near = [letters(table.columns[text]) for text in unknown if column in _nearest(text, columns.absent)]
            problems.append(_problem(table, column.zh, "missing_column", *_missing(column, near)))
    if optional:
        problems += [_problem(table, text, "unknown_column", *_not_understood(text, optional)) for text in unknown]
    return columns, problems


def field_of(header: str) -> str | None:
    """Return the field that a header means, None if it means none of ours."""
    return _FIELD_OF.get(header_key(header))


def header_key(text: str) -> str:
    """Return a header as it is compared: marks of what must be filled in, colons and what cannot be seen left out."""
    return fold(text).strip("*:.")


def _problem(table: Table, header: str, code: str, zh: str, en: str) -> CellProblem:
    return CellProblem(table.header_row, header, code, zh, en, table.sheet)


def _both_mean(first: str, second: str, column: Column) -> tuple[str, str]:
    zh = f"{first} 列与 {second} 列都表示“{column.zh}”，请只保留一列。"
    return zh, f"Columns {first} and {second} both mean {column.zh} ({column.en}); keep one of them."


def _missing(column: Column, near: Sequence[str]) -> tuple[str, str]:
    zh = f"缺少“{column.zh}”列（或写作 {column.en}），请在表头补上此列。"
    en = f"The column {column.zh} (or {column.en}) is missing; add it to the header."
    if near:
        zh += f"如 {'、'.join(near)} 列即是，请将其列名改为“{column.zh}”。"
        en += f" If it is column {', '.join(near)}, rename that."
    return zh, en


def _not_understood(text: str, absent: Sequence[Column]) -> tuple[str, str]:
    near = _nearest(text, absent)
    zh = f"此列的列名不能识别，而表中没有{'、'.join(f'“{column.zh}”' for column in absent)}列。"
    en = f"This header is not known, and there is no column {', '.join(f'{each.zh} ({each.en})' for each in absent)}."
    if near:
        zh += f"与其最接近的是“{near[0].zh}”，如即为该列，请改用此名。"
        en += f" The nearest is {near[0].zh} ({near[0].en}); if it is meant, use that name."
    zh += "如为所缺的列，请改名；如与台账无关，请删去此列，或者补上所缺的列（内容可以留空）。"
    en += " Rename what is one of them; if it is none, delete it, or add the absent columns, which may be empty."
    return zh, en


def _nearest(text: str, among: Sequence[Column]) -> list[Column]:
    """Return the columns that a header may mean, the most alike first."""
    key = header_key(text)
    likeness = {
        column.field: max(difflib.SequenceMatcher(None, key, fold(header)).ratio() for header in column.headers)
        for column in among
    }
    near = [column for column in among if likeness[column.field] >= _NEAR]
    return sorted(near, key=lambda column: -likeness[column.field])


_FIELD_OF = {header_key(header): column.field for column in COLUMNS for header in column.headers}
_IGNORABLE = frozenset(map(header_key, IGNORABLE))
NAMED = {column.field: column for column in COLUMNS}
CHINESE = {column.field: column.zh for column in COLUMNS}
LAYOUT = Layout(
    field_of=field_of,
    header_fields=3,
    row_cells=sum(column.is_required for column in COLUMNS),
    figures=frozenset(column.field for column in COLUMNS if column.is_figure),
)
