from dataclasses import dataclass, field
from enum import StrEnum

# Of more damage than anybody reads, only the number is kept.
MOST_TOLD = 1000


class DamageKind(StrEnum):
    ROW_CHANGED = "row_changed"
    ROW_REMOVED = "row_removed"
    ROW_INSERTED = "row_inserted"
    SEAL_CHANGED = "seal_changed"
    SEAL_MISSING = "seal_missing"
    SEAL_REPLACED = "seal_replaced"
    TIMESTAMP_FORGED = "timestamp_forged"
    TIMESTAMP_MISSING = "timestamp_missing"


# Each kind of damage in Chinese and in English.
TEXTS = {
    DamageKind.ROW_CHANGED: ("记录被修改", "row changed"),
    DamageKind.ROW_REMOVED: ("记录被删除", "row removed"),
    DamageKind.ROW_INSERTED: ("记录系事后插入", "row inserted afterwards"),
    DamageKind.SEAL_CHANGED: ("封存被修改，或此前的封存被删除", "seal changed, or a seal before it removed"),
    DamageKind.SEAL_MISSING: (
        "封存已导出，库中已不存在（被截断或清空）",
        "seal was exported and is gone from the database (cut off or emptied)",
    ),
    DamageKind.SEAL_REPLACED: (
        "封存与导出的不一致（数据库被重写）",
        "seal differs from the one that was exported (the database was rewritten)",
    ),
    DamageKind.TIMESTAMP_FORGED: (
        "时间戳不是受信服务为该封存签发的",
        "time-stamp was not given for this seal by an authority that is trusted",
    ),
    DamageKind.TIMESTAMP_MISSING: (
        "前后封存均有时间戳，该封存的被删除",
        "time-stamp was removed: seals before and after have one",
    ),
}


@dataclass(frozen=True, slots=True)
class Damage:
    """A row, or a seal, that is not as it was sealed."""

    seal_id: int
    event_id: int | None
    kind: DamageKind

    def __str__(self) -> str:
        zh, en = TEXTS[self.kind]
        return f"封存 seal {self.seal_id}，记录 row {self.event_id or '—'}：{zh} {en}"


@dataclass(slots=True)
class Findings:
    """What a verification has found: how many rows it compared, how much is damaged, and the first damages."""

    compared: int = 0
    damaged: int = 0
    first: list[Damage] = field(default_factory=list)

    def add(self, damages: list[Damage]) -> None:
        self.damaged += len(damages)
        self.first += damages[: MOST_TOLD - len(self.first)]
