from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import CircularCounter


async def take_number(session: AsyncSession, year: int) -> tuple[int, str]:
    """Take the year's next number, such as (3, 督查通报〔2016〕3号).

    The counter's row is written in the transaction that issues, so that what rolls back leaves no gap.
    """
    counter = insert(CircularCounter).values(year=year, last=1)
    counter = counter.on_conflict_do_update(
        index_elements=[CircularCounter.jurisdiction_id, CircularCounter.year],
        set_={"last": CircularCounter.last + 1},
    )
    last: int = (await session.execute(counter.returning(CircularCounter.last))).scalar_one()
    return last, f"督查通报〔{year}〕{last}号"
