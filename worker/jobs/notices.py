import structlog

from supervision.foundation.actors import system
from supervision.messaging import replies
from supervision.notices import reply_acknowledgement
from worker.runner import Runner

log = structlog.get_logger()


async def acknowledge_replied(runner: Runner) -> None:
    """Acknowledge the notices that officials acknowledged by SMS."""
    async with runner.everywhere() as session:
        counties = await replies.find_counties(session)
    for jurisdiction_id in counties:
        async with runner.within(jurisdiction_id) as session:
            done = await reply_acknowledgement.acknowledge_replied(session, system(jurisdiction_id))
        log.info("acknowledged_by_reply", jurisdiction=str(jurisdiction_id), deliveries=done)
