from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.driver import fetch
from supervision.messaging.delivery import OUR_OWN_CODES
from supervision.messaging.gateway_parts import Standing
from supervision.messaging.gateway_shares import SLOWER_SECONDS, WINDOW, Judged, Measured, judge
from supervision.messaging.gateways import Verdict
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from supervision.messaging.gateways.route import Route

_log = structlog.get_logger()
# A look goes back to so many attempts at most, so that it costs the same after a large broadcast.
_NEWEST = 5000
# Of several workers one looks at a time, and the others not at once again.
_LOOK_AGAIN = timedelta(seconds=15)

_READ = text("""
    SELECT named.gateway, coalesce(s.share, 100) AS share, coalesce((
        SELECT c.is_on FROM gateway_change c
        WHERE c.gateway = named.gateway AND c.is_test = :is_test ORDER BY c.id DESC LIMIT 1
    ), true) AS is_on
    FROM unnest(CAST(:names AS text[])) AS named (gateway)
    LEFT JOIN gateway_standing s ON s.gateway = named.gateway AND s.is_test = :is_test
""")


async def read_standings(session: AsyncSession, routes: Sequence[Route], *, is_test: bool) -> list[Standing]:
    """Return how each gateway stands; one that nobody has switched or looked at has all of its weight."""
    rows = await fetch(session, _READ, {"names": [route.name for route in routes], "is_test": is_test})
    found = {row["gateway"]: row for row in rows}
    return [Standing(route, found[route.name]["is_on"], found[route.name]["share"]) for route in routes]


@dataclass(frozen=True, slots=True)
class _Look:
    gateway: str
    share: int
    unchanged: timedelta


_MAKE = text("""
    INSERT INTO gateway_standing (gateway, is_test)
    SELECT named.gateway, :is_test FROM unnest(CAST(:names AS text[])) AS named (gateway) ON CONFLICT DO NOTHING
""")
_TAKE = text("""
    SELECT gateway, share, now() - coalesce(changed_at, '2000-01-01') AS unchanged FROM gateway_standing
    WHERE is_test = :is_test AND gateway = ANY(CAST(:names AS text[]))
        AND (looked_at IS NULL OR looked_at < now() - :look_again)
    ORDER BY gateway FOR UPDATE SKIP LOCKED
""")
_NEWEST_ATTEMPTS = """
    SELECT a.gateway, a.verdict, a.code, a.finished_at, m.state, m.accepted_at,
        extract(epoch FROM coalesce(m.finished_at, now()) - m.accepted_at)::float AS seconds
    FROM (SELECT * FROM attempt ORDER BY id DESC LIMIT :newest) a
    JOIN message m ON m.id = a.message_id AND m.is_test = :is_test
    JOIN gateway_standing s ON s.gateway = a.gateway AND s.is_test = m.is_test
    WHERE a.started_at > greatest(now() - :window, s.changed_at) AND a.verdict IS NOT NULL
"""
_VERDICTS = text(f"""
    SELECT gateway, verdict, code, count(*) AS attempts, max(finished_at) AS finished_at
    FROM ({_NEWEST_ATTEMPTS}) newest GROUP BY gateway, verdict, code
""")  # noqa: S608 - our own text
# What has waited long for its receipt counts with what it has waited until now: receipts that do not come are slow.
_RECEIPTS = text(f"""
    SELECT gateway, count(*) AS receipts, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds
    FROM ({_NEWEST_ATTEMPTS}) newest
    WHERE verdict = 'accepted' AND seconds IS NOT NULL
        AND (state IN ('delivered', 'failed') OR state = 'accepted' AND seconds > :slower)
    GROUP BY gateway
""")  # noqa: S608 - our own text
_KEEP = text("""
    WITH looked AS (
        SELECT * FROM unnest(CAST(:names AS text[]), CAST(:moments AS timestamptz[])) AS l (gateway, succeeded_at)
    )
    UPDATE gateway_standing s SET looked_at = now(), succeeded_at = greatest(s.succeeded_at, l.succeeded_at)
    FROM looked l WHERE s.gateway = l.gateway AND s.is_test = :is_test
""")
_CHANGE = text("""
    WITH judged AS (
        SELECT * FROM unnest(CAST(:names AS text[]), CAST(:shares AS int[]), CAST(:reasons AS text[]))
            AS j (gateway, share, reason)
    ), noted AS (
        INSERT INTO gateway_share_change (gateway, is_test, share_before, share, reason)
        SELECT j.gateway, s.is_test, s.share, j.share, j.reason
        FROM judged j JOIN gateway_standing s ON s.gateway = j.gateway AND s.is_test = :is_test
    )
    UPDATE gateway_standing s SET share = j.share, changed_at = clock_timestamp()
    FROM judged j WHERE s.gateway = j.gateway AND s.is_test = :is_test
""")


async def look_at_gateways(session: AsyncSession, routes: Sequence[Route], *, is_test: bool) -> list[Standing]:
    """Lower or raise the shares of gateways by what they did of late, and return how they stand.

    Each change is kept with its reason. The only gateway that is on keeps what it has.
    """
    facts = {"names": [route.name for route in routes], "is_test": is_test}
    await session.execute(_MAKE, facts)
    taken = [_Look(**row) for row in await fetch(session, _TAKE, {**facts, "look_again": _LOOK_AGAIN})]
    standings = await read_standings(session, routes, is_test=is_test)
    if not taken:
        return standings
    within = {"newest": _NEWEST, "window": WINDOW, "is_test": is_test}
    verdicts = await fetch(session, _VERDICTS, within)
    waits = await fetch(session, _RECEIPTS, {**within, "slower": SLOWER_SECONDS})
    succeeded = {row["gateway"]: row["finished_at"] for row in verdicts if row["verdict"] == Verdict.ACCEPTED}
    names = [each.gateway for each in taken]
    moments = [succeeded.get(name) for name in names]
    await session.execute(_KEEP, {"names": names, "moments": moments, "is_test": is_test})
    if sum(standing.is_on for standing in standings) == 1:
        return standings
    measured = _measure(routes, verdicts, waits)
    judged = {each.gateway: judge(each.share, measured[each.gateway], unchanged=each.unchanged) for each in taken}
    changes = {name: change for name, change in judged.items() if change}
    await _change(session, changes, is_test=is_test)
    shares = {name: change.share for name, change in changes.items()}
    return [replace(each, share=shares.get(each.route.name, each.share)) for each in standings]


async def _change(session: AsyncSession, changes: Mapping[str, Judged], *, is_test: bool) -> None:
    facts = {
        "names": list(changes),
        "shares": [change.share for change in changes.values()],
        "reasons": [change.reason for change in changes.values()],
        "is_test": is_test,
    }
    if changes:
        await session.execute(_CHANGE, facts)
    for name, change in changes.items():
        _log.warning("gateway_share_changed", gateway=name, is_test=is_test, share=change.share, reason=change.reason)


def _measure(
    routes: Sequence[Route], verdicts: Sequence[Mapping[str, Any]], waits: Sequence[Mapping[str, Any]]
) -> dict[str, Measured]:
    tellers = {route.name for route in routes if route.gateway.capabilities.sends_receipts}
    waited = {row["gateway"]: row for row in waits if row["gateway"] in tellers}
    handed, failed = defaultdict[str, int](int), defaultdict[str, int](int)
    for row in verdicts:
        if row["verdict"] != Verdict.THROTTLED and row["code"] not in OUR_OWN_CODES:
            handed[row["gateway"]] += row["attempts"]
            failed[row["gateway"]] += row["attempts"] if _is_failure(row["verdict"], row["code"]) else 0
    return {
        route.name: Measured(
            handed[route.name],
            failed[route.name],
            waited[route.name]["receipts"] if route.name in waited else 0,
            waited[route.name]["seconds"] if route.name in waited else None,
            min((row["seconds"] for name, row in waited.items() if name != route.name), default=None),
        )
        for route in routes
    }


def _is_failure(verdict: str, code: str | None) -> bool:
    if verdict == Verdict.REFUSED:
        return classify(code).kind is CodeClass.GATEWAY
    return verdict in (Verdict.UNREACHABLE, Verdict.UNKNOWN)
