import asyncio
from collections.abc import Iterable

from sqlalchemy import text

from supervision.audit import seals, verification
from supervision.audit.damage import Findings
from supervision.foundation.database import enter
from tests.places import Committed


async def seal(committed: Committed) -> int:
    async with committed.worker() as session:
        count = await seals.seal(session)
        await session.commit()
        return count


async def seal_up_to(committed: Committed, count: int) -> None:
    """Seal until `count` rows are: transactions of other databases of the server hold the sealer back as well."""
    async with asyncio.timeout(60):
        while (await verify(committed)).compared < count:
            await seal(committed)
            await asyncio.sleep(0.02)


async def verify(committed: Committed, exported: Iterable[str] | None = None) -> Findings:
    async with committed.worker() as session:
        return await verification.verify(session, exported)


async def tamper(committed: Committed, statement: str) -> None:
    """Do what only the tables' owner can, and only after taking the guard away."""
    async with committed.owner() as session:
        await enter(session, None)
        await session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER never_changed"))
        await session.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER never_changed"))
        await session.execute(text(statement))
        await session.execute(text("ALTER TABLE audit_event ENABLE TRIGGER never_changed"))
        await session.execute(text("ALTER TABLE audit_seal ENABLE TRIGGER never_changed"))
        await session.commit()
