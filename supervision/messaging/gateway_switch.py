from dataclasses import dataclass

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.messaging.models import GatewayChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    gateway: str
    is_test: bool
    is_on: bool


_LAST = text("""
    SELECT is_on FROM gateway_change WHERE gateway = :gateway AND is_test = :is_test ORDER BY id DESC LIMIT 1
""")


async def switch(session: AsyncSession, change: Change, *, reason: str, changed_by: str) -> None:
    """Switch a gateway off for maintenance, or on again; the change is kept with its reason."""
    values = {"gateway": change.gateway, "is_test": change.is_test, "is_on": change.is_on}
    await session.execute(insert(GatewayChange).values(**values, reason=reason, changed_by=changed_by))


async def is_on(session: AsyncSession, gateway: str, *, is_test: bool) -> bool:
    """Tell whether a gateway may be handed messages; one that was never switched may."""
    found = await fetch(session, _LAST, {"gateway": gateway, "is_test": is_test})
    return all(row["is_on"] for row in found)
