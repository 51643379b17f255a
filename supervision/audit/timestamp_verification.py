from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from cryptography.x509 import Certificate
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.damage import Damage, DamageKind, Findings
from supervision.audit.models import AuditSeal
from supervision.audit.seal_exports import ExportedSeal, read_seals
from supervision.audit.timestamps import Timestamp, read_timestamp

# Time-stamps whose seals are looked up in one query; each is some thousand bytes.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Stamped:
    """How far the time-stamps of a file reach: how many seals have one, and the last that has."""

    count: int
    last: int


async def compare_timestamps(
    session: AsyncSession, lines: Iterable[str], roots: Sequence[Certificate], findings: Findings
) -> Stamped | None:
    """Find the time-stamps that do not hold, and those that lack between others; returns None if there are none at all.

    A time-stamp is compared with the seal in the database, whose line it was given for. Seals after the last one wait
    for the authority, or the file was cut: that is told, and is no damage.
    """
    stamped: set[int] = set()
    stamps = filter(None, map(read_timestamp, lines))
    while chunk := list(islice(stamps, CHUNK)):
        found = await read_seals(session, AuditSeal.id.in_([each.seal_id for each in chunk]))
        findings.add([damage for each in chunk for damage in _differences(each, found.get(each.seal_id), roots)])
        stamped.update(each.seal_id for each in chunk)
    if not stamped:
        return None
    within = select(AuditSeal.id).where(AuditSeal.id.between(min(stamped), max(stamped))).order_by(AuditSeal.id)
    lacking = [seal_id for seal_id in await session.scalars(within) if seal_id not in stamped]
    findings.add([Damage(seal_id, None, DamageKind.TIMESTAMP_MISSING) for seal_id in lacking])
    return Stamped(len(stamped), max(stamped))


def _differences(stamp: Timestamp, sealed: ExportedSeal | None, roots: Sequence[Certificate]) -> list[Damage]:
    if sealed is None:
        return [Damage(stamp.seal_id, None, DamageKind.SEAL_MISSING)]
    return [] if stamp.holds_for(sealed, roots) else [Damage(stamp.seal_id, None, DamageKind.TIMESTAMP_FORGED)]
