from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.damage import Damage, DamageKind, Findings
from supervision.audit.models import AuditSeal
from supervision.audit.rules import seal_digest
from supervision.audit.seal_exports import ExportedSeal, read_line
from supervision.audit.seal_keys import read_seal_keys
from supervision.audit.seals import FIRST, hash_row, list_events

_SEALS = select(*AuditSeal.__table__.columns)
# Exported lines that are looked up in one query.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    seal_id: int
    compared: int
    damages: list[Damage]


async def verify(session: AsyncSession, exported: Iterable[str] | None = None) -> Findings:
    """Compare every sealed row with its seal, and every seal with the lines that were exported, if there are any."""
    findings = Findings()
    async for checked in check_seals(session):
        findings.compared += checked.compared
        findings.add(checked.damages)
    if exported is not None:
        await compare_exported(session, exported, findings)
    return findings


async def check_seals(session: AsyncSession, *, after: int = 0, most: int | None = None) -> AsyncIterator[CheckedSeal]:
    """Compare the rows of each seal, `most` seals after one of them at most, of which one at a time is in memory."""
    last = await _read_seal(session, AuditSeal.id == after) if after else None
    while most is None or most > 0:
        seal_row = await _read_seal(session, AuditSeal.id > after)
        if seal_row is None:
            return
        yield CheckedSeal(seal_row["id"], len(seal_row["event_ids"]), await _check(session, seal_row, last))
        last, after = seal_row, seal_row["id"]
        most = None if most is None else most - 1


async def compare_exported(session: AsyncSession, lines: Iterable[str], findings: Findings) -> int | None:
    """Find the seals that were exported and are gone or differ; returns the last that was exported, None without one.

    A seal that is bound by the next one is whole, so a line that got lost on its way is no damage.
    """
    last: int | None = None
    exported = filter(None, map(read_line, lines))
    while chunk := list(islice(exported, CHUNK)):
        wanted = select(AuditSeal.id, AuditSeal.digest).where(AuditSeal.id.in_([each.seal_id for each in chunk]))
        found = {row.id: row.digest for row in await session.execute(wanted)}
        findings.add([damage for each in chunk for damage in _differences(each, found.get(each.seal_id))])
        last = max(last or 0, *(each.seal_id for each in chunk))
    return last


async def count_seals_after(session: AsyncSession, seal_id: int) -> int:
    """Count the seals that no exported line vouches for yet."""
    return await session.scalar(select(func.count()).where(AuditSeal.id > seal_id)) or 0


def _differences(exported: ExportedSeal, digest: bytes | None) -> list[Damage]:
    if digest is None:
        return [Damage(exported.seal_id, None, DamageKind.SEAL_MISSING)]
    return [] if digest == exported.digest else [Damage(exported.seal_id, None, DamageKind.SEAL_REPLACED)]


async def _read_seal(session: AsyncSession, condition: ColumnElement[bool]) -> RowMapping | None:
    statement = _SEALS.where(condition).order_by(AuditSeal.id).limit(1)
    return (await session.execute(statement)).mappings().one_or_none()


async def _check(session: AsyncSession, seal_row: RowMapping, last: RowMapping | None) -> list[Damage]:
    previous, low = (last["digest"], last["high"]) if last else (b"", FIRST)
    key = read_seal_keys().key_of(seal_row["id"])
    expected = seal_digest(key, previous, low, seal_row["high"], seal_row["hashes"])
    is_whole = seal_row["low"] == low and expected == seal_row["digest"]
    broken = [] if is_whole else [Damage(seal_row["id"], None, DamageKind.SEAL_CHANGED)]
    return broken + _compare(seal_row, await list_events(session, seal_row["low"], seal_row["high"]))


def _compare(seal_row: RowMapping, events: Sequence[RowMapping]) -> list[Damage]:
    sealed = dict(zip(seal_row["event_ids"], seal_row["hashes"], strict=True))
    found = {event["id"]: hash_row(event) for event in events}
    kinds = {
        DamageKind.ROW_INSERTED: found.keys() - sealed.keys(),
        DamageKind.ROW_REMOVED: sealed.keys() - found.keys(),
        DamageKind.ROW_CHANGED: {each for each in found.keys() & sealed.keys() if found[each] != sealed[each]},
    }
    damages = [Damage(seal_row["id"], event_id, kind) for kind, ids in kinds.items() for event_id in ids]
    return sorted(damages, key=lambda damage: damage.event_id or 0)
