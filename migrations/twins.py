"""Names that were registered beside each other before they were compared folded."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Executable, column, select, table

from supervision.foundation.texts import fold, show_hidden

# What is unique after folding, and within what.
NAMED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unit": (("jurisdiction_id",), ("name",)),
    "official": (("jurisdiction_id", "unit_id"), ("name", "post")),
    "client": (("jurisdiction_id",), ("name",)),
}
_KINDS = {"unit": ("单位", "unit"), "official": ("人员", "official"), "client": ("接入方", "client")}


@dataclass(frozen=True, slots=True)
class Twin:
    """One of several rows that people take for the same."""

    table: str
    jurisdiction_id: UUID
    id: UUID
    names: tuple[str, ...]

    def __str__(self) -> str:
        kind_zh, kind_en = _KINDS[self.table]
        return f"{kind_zh}/{kind_en} “{'，'.join(map(show_hidden, self.names))}” {self.id}"


class TwinsStand(RuntimeError):  # noqa: N818 - it states a fact, like every refusal
    """Names that are told apart by nothing but blanks, width, capitals or hidden characters must be mended first."""

    def __init__(self, twins: Sequence[Sequence[Twin]]) -> None:
        self.twins = twins
        zh = "；".join("、".join(map(str, group)) for group in twins)
        super().__init__(
            f"以下名称仅空格、全半角、大小写或不可见字符不同，须先改名再升级：{zh}。"
            "请运行 ducha names check 查看，用 ducha names rename 改名后重试。 "
            "These names differ by blanks, width, capitals or hidden characters only, and the database was left as it "
            "was. List them with `ducha names check`, mend them with `ducha names rename`, then migrate again."
        )


def find_twins(connection: Connection) -> list[list[Twin]]:
    """List the rows of each table that fold to one name, the oldest of each group first."""
    found = []
    for name, (within, of) in NAMED.items():
        wanted = dict.fromkeys(("id", "jurisdiction_id", *within, *of))
        statement: Executable = (
            select(*[column(each) for each in wanted]).select_from(table(name)).order_by(column("id"))
        )
        groups: dict[tuple[object, ...], list[Twin]] = defaultdict(list)
        for row in connection.execute(statement).mappings():
            key = (*(row[each] for each in within), *(fold(row[each]) for each in of))
            groups[key].append(Twin(name, row["jurisdiction_id"], row["id"], tuple(row[each] for each in of)))
        found += [group for group in groups.values() if len(group) > 1]
    return found
