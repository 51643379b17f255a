from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins.models import CircularCounter
from supervision.foundation.numbers import take_next


async def take_number(session: AsyncSession, year: int) -> tuple[int, str]:
    """Take the year's next number, such as (3, 督查通报〔2016〕3号)."""
    last = await take_next(session, CircularCounter, year=year)
    return last, f"督查通报〔{year}〕{last}号"
