from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.messaging.gateways.models import GatewayChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    gateway: str
    is_test: bool
    is_on: bool


async def switch(session: AsyncSession, change: Change, *, reason: str, changed_by: str) -> None:
    """Switch a gateway off for maintenance, or on again; the change is kept with its reason."""
    values = {"gateway": change.gateway, "is_test": change.is_test, "is_on": change.is_on}
    await session.execute(insert(GatewayChange).values(**values, reason=reason, changed_by=changed_by))
