from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.numbers import take_next
from supervision.items.models import ItemCounter
from supervision.items.states import ItemKind

PREFIXES: Mapping[str, str] = {
    ItemKind.MAJOR_DECISION: "重决",
    ItemKind.SPECIAL_WORK: "专项",
    ItemKind.INSTRUCTION: "领办",
    ItemKind.SUPERIOR_ASSIGNMENT: "上办",
    ItemKind.MAJOR_PROBLEM: "难题",
    ItemKind.OFFICE_NOTICE: "两办",
}


async def take_numbers(session: AsyncSession, kind: str, year: int, count: int) -> list[tuple[int, str]]:
    """Take the next numbers of a kind and year, such as (12, 领办2026-012) (§3)."""
    last = await take_next(session, ItemCounter, count=count, kind=kind, year=year)
    return [(sequence, f"{PREFIXES[kind]}{year}-{sequence:03d}") for sequence in range(last - count + 1, last + 1)]
