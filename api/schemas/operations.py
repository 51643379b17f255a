from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.fields import Answer, Id, Year
from supervision.operations.states import OperationState

SheetName = Annotated[str, Field(max_length=31)]
SheetRow = Annotated[int, Field(ge=1, le=10_000_000)]
ColumnName = Annotated[str, Field(max_length=200)]


class OperationProblem(Answer):
    """What is wrong at one place of the table that was sent, and what would be right."""

    sheet: SheetName | None = Field(
        description="工作表名称；csv 文件或者针对整个文件时为空 / the worksheet; null: a csv, or the whole file"
    )
    row: int | None = Field(ge=1, le=10_000_000, description="as the sheet numbers it; null: the whole file")
    column: str | None = Field(max_length=200, description="the column's name; null: the whole file")
    code: str = Field(max_length=100)
    detail_zh: str = Field(max_length=1000)
    detail_en: str = Field(max_length=1000)


class OperationNote(Answer):
    """What of the file was passed over, or read although it may not have been meant; nothing of it is wrong."""

    sheet: SheetName | None = Field(description="工作表名称；csv 文件为空 / the worksheet; null: a csv")
    code: str = Field(max_length=100, examples=["hidden_rows"])
    detail_zh: str = Field(max_length=1000, description="说明，可直接显示 / in Chinese, to be shown as it is")
    detail_en: str = Field(max_length=1000, description="英文说明 / in English, to be shown as it is")
    rows: list[SheetRow] = Field(
        max_length=10_000, description="所指的行，按表中行号；不针对行时为空 / the rows, as the sheet numbers them"
    )
    columns: list[ColumnName] = Field(
        max_length=100, description="所指的列，按列名；不针对列时为空 / the columns, by their names"
    )


class LedgerImportResult(Answer):
    """What came of a ledger's import, and what of the file is not in the ledger."""

    ledger_id: Id
    year: Year
    items: int = Field(ge=0, le=1_000_000, description="立项数 / how many items were registered")
    ignored_columns: list[ColumnName] = Field(
        max_length=10_000, description="未读取的列 / the columns of all sheets that were not read"
    )
    notes: list[OperationNote] = Field(
        max_length=10_000,
        description="未读取的工作表、行、列，以及隐藏或留空而照常读取之处，请显示给导入人核对 / what was passed over, "
        "hidden or left open: to be shown to whoever imports",
    )


class OperationOut(Answer):
    """Long work: ask again as Retry-After says until `finished_at` is there."""

    id: Id
    kind: str = Field(max_length=40, examples=["ledger_import"])
    state: OperationState
    done: int = Field(ge=0, le=1_000_000)
    total: int = Field(ge=0, le=1_000_000)
    problems: list[OperationProblem] = Field(max_length=2000)
    result: LedgerImportResult | None = Field(description="结果；成功之前为空 / null until the operation has succeeded")
    created_at: datetime
    finished_at: datetime | None
    version: int = Field(ge=1)
