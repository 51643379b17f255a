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


async def take_numbers(session: AsyncSession, kind: str, year: int, count: int) -> list[tuple[int, str]]:
    """Take the next numbers of a kind and year, such as (12, 领办2026-012) (§3).

    The counter's row is written in the transaction that registers, so that what rolls back leaves no gap.
    """
    counter = insert(ItemCounter).values(kind=kind, year=year, last=count)
    counter = counter.on_conflict_do_update(
        index_elements=[ItemCounter.jurisdiction_id, ItemCounter.kind, ItemCounter.year],
        set_={"last": ItemCounter.last + count},
    )
    last: int = (await session.execute(counter.returning(ItemCounter.last))).scalar_one()
    return [(sequence, f"{PREFIXES[kind]}{year}-{sequence:03d}") for sequence in range(last - count + 1, last + 1)]
