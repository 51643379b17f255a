import structlog

from supervision.foundation import settings
from supervision.foundation.actors import system
from supervision.identity.queries import list_jurisdictions
from supervision.messaging import retention
from worker.runner import Runner

log = structlog.get_logger()

BATCH = 500


async def erase(runner: Runner) -> None:
    """Erase the personal data whose time is over, in every county, batch by batch; what is due comes once a day."""
    keep_days = settings.current().keep_messages_days
    async with runner.everywhere() as session:
        counties = await list_jurisdictions(session)
    for jurisdiction_id in counties:
        try:
            is_done = False
            while not is_done:
                async with runner.within(jurisdiction_id) as session:
                    actor = system(jurisdiction_id)
                    erased = await retention.erase_messages(session, actor, keep_days=keep_days, limit=BATCH)
                is_done = erased.is_nothing
        except Exception:
            # Whatever is wrong in one county, the others' time does not stand still.
            log.exception("erasing_failed", jurisdiction=str(jurisdiction_id))
    receipts = BATCH
    while receipts == BATCH:
        async with runner.everywhere() as session:
            receipts = await retention.erase_receipts(session, keep_days=keep_days, limit=BATCH)
