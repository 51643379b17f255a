from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.cadence.calendar_days import calendar_rows
from supervision.cadence.models import WorkingDay


async def seed_calendar(session: AsyncSession) -> None:
    """Write the announced calendar and correct what was announced anew; only the owner's session may."""
    statement = insert(WorkingDay)
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[WorkingDay.day],
            set_={"is_working": new.is_working, "name": new.name, "status": new.status, "source": new.source},
            where=or_(
                WorkingDay.is_working != new.is_working,
                WorkingDay.name.is_distinct_from(new.name),
                WorkingDay.status != new.status,
            ),
        ),
        list(calendar_rows()),
    )
