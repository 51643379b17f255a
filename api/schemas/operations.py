from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.fields import Answer, Id
from supervision.operations.states import OperationState


class OperationProblem(Answer):
    """What is wrong at one place of the table that was sent, and what would be right."""

    row: int | None = Field(ge=1, le=10_000_000, description="as the sheet numbers it; null: the whole file")
    column: str | None = Field(max_length=200, description="the column's name; null: the whole file")
    code: str = Field(max_length=100)
    detail_zh: str = Field(max_length=1000)
    detail_en: str = Field(max_length=1000)


class OperationOut(Answer):
    """Long work: ask again as Retry-After says until `finished_at` is there."""

    id: Id
    kind: str = Field(max_length=40, examples=["ledger_import"])
    state: OperationState
    done: int = Field(ge=0, le=1_000_000)
    total: int = Field(ge=0, le=1_000_000)
    problems: list[OperationProblem] = Field(max_length=2000)
    result: dict[str, Any] | None = Field(description="by kind; null until the operation has succeeded")
    created_at: datetime
    finished_at: datetime | None
    version: int = Field(ge=1)
