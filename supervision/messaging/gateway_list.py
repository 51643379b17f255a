from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import fetch
from supervision.messaging.gateway_parts import Standing
from supervision.messaging.gateway_standings import read_standings
from supervision.messaging.gateways.chosen import listening_gateways

# Switched by a person, or its share changed by the worker: whichever came last.
_NEWS = text("""
    SELECT DISTINCT ON (gateway, is_test) gateway, is_test, share, reason, changed_at FROM (
        SELECT gateway, is_test, NULL::int AS share, reason, changed_at FROM gateway_change
        UNION ALL
        SELECT gateway, is_test, share, reason, changed_at FROM gateway_share_change
    ) changes ORDER BY gateway, is_test, changed_at DESC
""")
_SUCCEEDED = text("SELECT gateway, is_test, succeeded_at FROM gateway_standing")


async def list_gateways(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """List the gateways of live and of test messages, and how they stand; all counties have the same."""
    del actor
    news = {(row["gateway"], row["is_test"]): row for row in await fetch(session, _NEWS)}
    succeeded = {(row["gateway"], row["is_test"]): row["succeeded_at"] for row in await fetch(session, _SUCCEEDED)}
    listed = []
    for is_test, routes in listening_gateways().items():
        for standing in await read_standings(session, routes, is_test=is_test):
            key = (standing.route.name, is_test)
            told = {"is_test": is_test, "succeeded_at": succeeded.get(key), "last_change": _show(news.get(key))}
            listed.append(_describe(standing) | told)
    return listed


def _describe(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.route.name,
        "kind": standing.route.kind,
        "carriers": sorted(standing.route.carriers),
        "is_on": standing.is_on,
        "weight": standing.route.weight,
        "share": standing.share,
    }


def _show(change: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {field: change[field] for field in ("share", "reason", "changed_at")} if change else None
