from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.cadence.models import Rhythm
from supervision.cadence.periods import PeriodKind
from supervision.cadence.rules import Cadence, CountedIn, in_force
from supervision.cadence.timetable import USUAL, takes_effect_on
from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row

Rhythms = Mapping[PeriodKind, Sequence[Cadence]]

_NAMES = tuple(field.name for field in fields(Cadence))
_COLUMNS = (*(getattr(Rhythm, name) for name in _NAMES), Rhythm.set_by, Rhythm.set_at)


async def set_rhythm(session: AsyncSession, actor: Actor, *, kind: PeriodKind, changes: Mapping[str, Any]) -> None:
    """Set how a kind of period is kept from the next period on (§4(1)); what is not named stays as it was set last."""
    # Two who set at once take turns, and the second builds on what the first has set.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"rhythm:{actor.jurisdiction_id}"))))
    latest = (await read_rhythms(session))[kind][-1]
    effective_from = takes_effect_on(kind, await clock.today(session))
    rhythm = Rhythm(
        **asdict(replace(latest, **changes, effective_from=effective_from)),
        set_by=actor.person,
        set_at=await clock.now(session),
    )
    session.add(rhythm)
    await audit.record(
        session, actor, "rhythm.set", rhythm.id, kind=kind, effective_from=effective_from, **dict(changes)
    )


async def read_rhythms(session: AsyncSession) -> Rhythms:
    """Read every version of each kind's rhythm, in the order in which they count; the usual one comes first."""
    versions: defaultdict[PeriodKind, list[Cadence]] = defaultdict(list)
    for row in await _rows(session):
        versions[PeriodKind(row["kind"])].append(_cadence(row))
    return {kind: [usual, *versions[kind]] for kind, usual in USUAL.items()}


async def list_rhythms(session: AsyncSession, _actor: Actor) -> list[dict[str, Any]]:
    """List for each kind what counts for a period that holds today, and what will count after it."""
    today = await clock.today(session)
    rows = await _rows(session)
    listed: list[dict[str, Any]] = []
    for kind, usual in USUAL.items():
        # Of what was set for the same day, the last counts.
        own = list({row["effective_from"]: row for row in rows if row["kind"] == kind}.values())
        standing = {**asdict(usual), "effective_from": None, "set_by": None, "set_at": None}
        past = [row for row in own if row["effective_from"] <= today]
        listed += [past[-1] if past else standing, *own[len(past) :]]
    return listed


async def find_rhythm(session: AsyncSession, kind: PeriodKind, on: date) -> Cadence:
    """Return the rhythm that counts for a period of the kind beginning on the day."""
    return in_force((await read_rhythms(session))[kind], on)


async def _rows(session: AsyncSession) -> Sequence[Row]:
    statement = select(*_COLUMNS).order_by(Rhythm.effective_from, Rhythm.id)
    return [dict(row) for row in (await session.execute(statement)).mappings()]


def _cadence(row: Row) -> Cadence:
    values = {name: row[name] for name in _NAMES}
    return Cadence(**{**values, "kind": PeriodKind(row["kind"]), "counted_in": CountedIn(row["counted_in"])})
