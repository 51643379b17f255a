from collections.abc import Mapping, Sequence
from typing import Any

from supervision.foundation.errors import Invalid


class RowsRefused(Invalid):
    """Rows of a table are wrong, so that nothing of it was stored; `rows` says for each what, and what is right."""

    zh = "表格中有错误，未保存任何内容，详见各行说明。"
    en = "The table has mistakes and nothing of it was stored; see what is said of each row."

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.rows = rows
