from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import structlog

from supervision.documents import attachments
from supervision.documents.errors import StoreUnavailable
from supervision.documents.stores import Store, choose_store
from supervision.foundation import clock, metrics
from supervision.identity.queries import list_jurisdictions
from worker.runner import Runner

log = structlog.get_logger()

# What is younger may belong to a request that has not ended.
YOUNGEST = timedelta(days=1)
BATCH = 500


async def sweep(runner: Runner) -> None:
    """Take out of the store what no attachment has: uploads that were never committed, and what was erased.

    Only what lies under a county of this installation is touched; others may use the same bucket.
    """
    store = choose_store()
    if store is None:
        return
    async with runner.everywhere() as session:
        counties = await list_jurisdictions(session)
    try:
        for jurisdiction_id in counties:
            async for keys in _old_keys(store, jurisdiction_id):
                async with runner.within(jurisdiction_id) as session:
                    orphans = await attachments.list_orphans(session, keys)
                if orphans:
                    await store.delete(orphans)
                    metrics.ORPHANS_SWEPT.inc(len(orphans))
    except StoreUnavailable:
        log.warning("attachments_not_swept")


async def _old_keys(store: Store, jurisdiction_id: UUID) -> AsyncIterator[list[str]]:
    keys: list[str] = []
    async for key, since in store.list(str(jurisdiction_id)):
        if since < clock.real_now() - YOUNGEST:
            keys.append(key)
        if len(keys) == BATCH:
            yield keys
            keys = []
    if keys:
        yield keys
