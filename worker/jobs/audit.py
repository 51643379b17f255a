from supervision.audit import seals
from worker.runner import Runner


async def seal(runner: Runner) -> None:
    """Seal the audit rows of all finished transactions."""
    async with runner.everywhere() as session:
        await seals.seal(session)
