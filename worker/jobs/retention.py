from uuid import UUID

import structlog

from supervision.desk.retention import RULES, RetentionRule
from supervision.foundation import settings
from supervision.foundation.actors import system
from supervision.identity.queries import list_jurisdictions
from supervision.messaging import retention
from worker.runner import Runner

log = structlog.get_logger()

BATCH = 500


async def erase(runner: Runner) -> None:
    """Erase the personal data whose time is over, in every county, batch by batch; what is due comes once a day."""
    async with runner.everywhere() as session:
        counties = await list_jurisdictions(session)
    for jurisdiction_id in counties:
        for rule in RULES:
            try:
                await _erase_all(runner, jurisdiction_id, rule)
            except Exception:
                # Whatever is wrong with one kind in one county, the others' time does not stand still.
                log.exception("erasing_failed", jurisdiction=str(jurisdiction_id), kind=rule.kind)
    receipts = BATCH
    while receipts == BATCH:
        async with runner.everywhere() as session:
            keep_days = settings.current().keep_messages_days
            receipts = await retention.erase_receipts(session, keep_days=keep_days, limit=BATCH)


async def _erase_all(runner: Runner, jurisdiction_id: UUID, rule: RetentionRule) -> None:
    keep_days = getattr(settings.current(), rule.setting)
    erased = 1
    while erased:
        async with runner.within(jurisdiction_id) as session:
            erased = await rule.erase(session, system(jurisdiction_id), keep_days=keep_days, limit=BATCH)
