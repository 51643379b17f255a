"""How many of the published tasks go as they should, area by area; units are not compared with one another."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from supervision.items.states import ItemKind
from supervision.progress.rules import Light, light
from supervision.publication.portal.contents import ShownEntry

AREAS: dict[str, str] = {
    ItemKind.MAJOR_DECISION: "重大决策",
    ItemKind.SPECIAL_WORK: "专项工作",
    ItemKind.INSTRUCTION: "领导批办交办",
    ItemKind.SUPERIOR_ASSIGNMENT: "上级部署",
    ItemKind.MAJOR_PROBLEM: "重大问题",
    ItemKind.OFFICE_NOTICE: "通知事项",
}


@dataclass(frozen=True, slots=True)
class Share:
    area: str
    on_track: int
    tasks: int

    @property
    def percent(self) -> int:
        return round(100 * self.on_track / self.tasks) if self.tasks else 0


def count_shares(entries: Collection[ShownEntry], *, behind_percent: int) -> Sequence[Share]:
    """Count by area the tasks of which progress is published, and those on track when that was last confirmed."""
    latest: dict[UUID, ShownEntry] = {}
    for entry in sorted(entries, key=lambda each: (each.fact_on, each.updated_at)):
        if entry.task_id is not None and entry.facts.percent is not None:
            latest[entry.task_id] = entry
    tasks = Counter(each.kind for each in latest.values())
    on_track = Counter(each.kind for each in latest.values() if _is_on_track(each, behind_percent))
    return [Share(area, on_track[kind], tasks[kind]) for kind, area in AREAS.items() if tasks[kind]]


def whole(shares: Sequence[Share]) -> Share:
    return Share("全部", sum(each.on_track for each in shares), sum(each.tasks for each in shares))


def _is_on_track(entry: ShownEntry, behind_percent: int) -> bool:
    assert entry.received_on and entry.deadline_on  # noqa: S101, PT018 - a task has an item, which has both
    found = light(
        entry.facts.percent,
        received_on=entry.received_on,
        deadline_on=entry.deadline_on,
        on=entry.fact_on,
        behind_percent=behind_percent,
    )
    return found is Light.ON_TRACK
