from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch

# Renewed while its owner lives, so that another worker has the gateway soon after one was lost.
LEASE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker that wants the session with one gateway."""

    gateway: str
    is_test: bool
    owner: UUID


_TAKE = text("""
    INSERT INTO gateway_session AS s (gateway, is_test, owner, leased_until)
    VALUES (:gateway, :is_test, :owner, clock_timestamp() + :lease)
    ON CONFLICT (gateway, is_test) DO UPDATE SET owner = excluded.owner, leased_until = excluded.leased_until
    WHERE s.owner = excluded.owner OR s.leased_until < clock_timestamp()
    RETURNING s.owner
""")
_GIVE_BACK = text("""
    DELETE FROM gateway_session WHERE gateway = :gateway AND is_test = :is_test AND owner = :owner
""")


async def take(session: AsyncSession, claim: Claim) -> bool:
    """Take the session or keep it, and tell whether it is ours: nobody else had it, or who had it is gone."""
    facts = {"gateway": claim.gateway, "is_test": claim.is_test, "owner": claim.owner, "lease": LEASE}
    return bool(await fetch(session, _TAKE, facts))


async def give_back(session: AsyncSession, claim: Claim) -> None:
    """Let the next worker have the session at once."""
    facts = {"gateway": claim.gateway, "is_test": claim.is_test, "owner": claim.owner}
    await session.execute(_GIVE_BACK, facts)
