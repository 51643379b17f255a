from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from supervision.foundation.database import Local


class Counter(Local):
    """What a table has that keeps the last number given for each key."""

    last: Mapped[int]


async def take_next(session: AsyncSession, counter: type[Counter], *, count: int = 1, **key: Any) -> int:
    """Take the next numbers of a key and return the last of them.

    The counter's row is written in the transaction that uses them, so that what rolls back leaves no gap.
    """
    taking = insert(counter).values(**key, last=count)
    taking = taking.on_conflict_do_update(index_elements=["jurisdiction_id", *key], set_={"last": counter.last + count})
    last: int = (await session.execute(taking.returning(counter.last))).scalar_one()
    return last
