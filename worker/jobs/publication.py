import structlog

from supervision.foundation.actors import system
from supervision.publication import queries
from supervision.publication.feed_store import render_feeds as render
from supervision.publication.withdrawal import withdraw_secrets as withdraw
from worker.runner import Runner

log = structlog.get_logger()


async def render_feeds(runner: Runner) -> None:
    """Render the feeds of every county whose feeds lag behind what is published; done twice it is done once."""
    async with runner.everywhere() as session:
        counties = await queries.list_counties_to_render(session)
    for jurisdiction_id in counties:
        try:
            async with runner.within(jurisdiction_id) as session:
                await render(session, jurisdiction_id)
        except Exception:
            # Whatever is wrong in one county, the others' feeds go on.
            log.exception("rendering_failed", jurisdiction=str(jurisdiction_id))


async def withdraw_secrets(runner: Runner) -> None:
    """Withdraw in every county what became a work secret after it was published."""
    async with runner.everywhere() as session:
        counties = await queries.list_counties_with_secrets_out(session)
    for jurisdiction_id in counties:
        try:
            async with runner.within(jurisdiction_id) as session:
                await withdraw(session, system(jurisdiction_id))
        except Exception:
            # Whatever is wrong in one county, the others' secrets do not stay out.
            log.exception("withdrawing_failed", jurisdiction=str(jurisdiction_id))
