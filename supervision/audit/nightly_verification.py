from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog
from prometheus_client import Gauge
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.damage import Findings
from supervision.audit.models import AuditVerification
from supervision.audit.verification import check_seals, compare_exported
from supervision.foundation.clock import SHANGHAI

log = structlog.get_logger()

# One worker at a time verifies, and others do not wait for it; the number is only a name.
VERIFYING_LOCK = 4_701_228
# At two o'clock in the morning the night's verification is due.
DUE = timedelta(hours=2)
DAMAGED = Gauge("ducha_audit_damaged", "Audit rows and seals that the last verification found damaged")
VERIFIED_AT = Gauge("ducha_audit_verified_at_seconds", "When the last whole verification ended, Unix time")
# Seals of one step, after which it is noted how far the verification has come.
STEP = 100
# Of one step's damage, as many lines in the log; `ducha audit verify` tells all of it.
LOGGED = 20


def night_of(now: datetime) -> date:
    return (now.astimezone(SHANGHAI) - DUE).date()


async def verify_on(session: AsyncSession, now: datetime, exported: Iterable[str]) -> bool:
    """Take the night's verification a step on, or the one before it that was left open; tells whether there was one."""
    run = await _claim(session, night_of(now))
    if run is None:
        return False
    findings, seals = Findings(), 0
    async for checked in check_seals(session, after=run.seal_id, most=STEP):
        run.seal_id, seals = checked.seal_id, seals + 1
        findings.compared += checked.compared
        findings.add(checked.damages)
    if seals < STEP:
        await compare_exported(session, exported, findings)
        run.finished_at = now
    run.compared += findings.compared
    run.damaged += findings.damaged
    for damage in findings.first[:LOGGED]:
        log.error("audit_damaged", seal=damage.seal_id, row=damage.event_id, kind=damage.kind)
    await session.flush()
    return True


async def show_verification(session: AsyncSession) -> None:
    """Show the damage that was found, by the last whole verification or already by the one that runs, and its time."""
    run = AuditVerification
    last = select(run).where(run.finished_at.is_not(None)).order_by(run.night.desc()).limit(1)
    finished = (await session.execute(last)).scalar_one_or_none()
    running = await session.scalar(select(func.max(run.damaged)).where(run.finished_at.is_(None)))
    DAMAGED.set(max(running or 0, finished.damaged if finished else 0))
    if finished is not None and finished.finished_at is not None:
        VERIFIED_AT.set(finished.finished_at.timestamp())


async def _claim(session: AsyncSession, night: date) -> AuditVerification | None:
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(VERIFYING_LOCK))):
        return None
    await session.execute(insert(AuditVerification).values(night=night).on_conflict_do_nothing())
    unfinished = select(AuditVerification).where(AuditVerification.finished_at.is_(None))
    return (await session.execute(unfinished.order_by(AuditVerification.night).limit(1))).scalar_one_or_none()
