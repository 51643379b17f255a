from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.items.models import ItemCounter, ItemKind

PREFIXES: Mapping[str, str] = {
    ItemKind.MAJOR_DECISION: "重决",
    ItemKind.SPECIAL_WORK: "专项",
    ItemKind.INSTRUCTION: "领办",
    ItemKind.SUPERIOR_ASSIGNMENT: "上办",
    ItemKind.MAJOR_PROBLEM: "难题",
    ItemKind.OFFICE_NOTICE: "两办",
}


async def take_number(session: AsyncSession, kind: str, year: int) -> tuple[int, str]:
    """Take the next number of a kind and year, such as (12, 领办2026-012); it rolls back with its registration (§3)."""
    counter = insert(ItemCounter).values(kind=kind, year=year, last=1)
    counter = counter.on_conflict_do_update(
        index_elements=[ItemCounter.jurisdiction_id, ItemCounter.kind, ItemCounter.year],
        set_={"last": ItemCounter.last + 1},
    )
    sequence: int = (await session.execute(counter.returning(ItemCounter.last))).scalar_one()
    return sequence, f"{PREFIXES[kind]}{year}-{sequence:03d}"
