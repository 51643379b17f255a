from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service as audit
from supervision.foundation import key_ring
from supervision.foundation.actors import Actor
from supervision.identity import telephones
from supervision.identity.models import Official

# Two that change keys take turns; the number is only a name.
ROTATION_LOCK = 4_701_228
_NUMBERS = (Official.id, Official.jurisdiction_id, Official.telephone_sealed, Official.telephone_index)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A number sealed anew, its index as it stood, and as it must be."""

    sealed: bytes
    stood: bytes | None
    index: bytes


Anew = TypeVar("Anew")


@dataclass
class Survey(Generic[Anew]):
    """What was found in some rows, in the order of their ids; `last` is None when there are no more."""

    last: UUID | None
    by_key: Counter[int] = field(default_factory=Counter)
    outdated: dict[UUID, Anew] = field(default_factory=dict)
    unreadable: list[UUID] = field(default_factory=list)


# A number has other posts beyond these rows: all of a county's rows with one number keep one index.
_REENCRYPT = text("""
    WITH fresh AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:sealed AS bytea[]), CAST(:stood AS bytea[]), CAST(:indexes AS bytea[])
        ) AS f (id, sealed, stood, index)
    ), reencrypted AS (
        UPDATE official o SET telephone_sealed = f.sealed, telephone_index = f.index FROM fresh f WHERE o.id = f.id
    )
    UPDATE official o SET telephone_index = f.index
    FROM (SELECT DISTINCT stood, index FROM fresh WHERE stood <> index) f
    WHERE o.telephone_index = f.stood AND o.id NOT IN (SELECT id FROM fresh)
""")


async def count_numbers(session: AsyncSession) -> int:
    """Count the numbers that the session sees."""
    return await session.scalar(select(func.count()).where(Official.telephone_sealed.is_not(None))) or 0


async def keys_in_use(session: AsyncSession) -> set[int]:
    """Return the ids of the keys that some number needs, across all that the session sees."""
    heads = select(func.substring(Official.telephone_sealed, 1, 2)).where(Official.telephone_sealed.is_not(None))
    return {key_id for head in await session.scalars(heads.distinct()) if (key_id := _key_id(head)) is not None}


async def survey(session: AsyncSession, *, after: UUID | None, limit: int, for_update: bool = False) -> Survey[Fresh]:
    """Look at the next officials after an id who have a number: which keys they need, and what is outdated."""
    statement = select(*_NUMBERS).where(Official.telephone_sealed.is_not(None)).order_by(Official.id).limit(limit)
    if after is not None:
        statement = statement.where(Official.id > after)
    if for_update:
        statement = statement.with_for_update()
    rows = (await session.execute(statement)).all()
    found = Survey[Fresh](rows[-1].id if len(rows) == limit else None)
    for row in rows:
        _look(found, row)
    return found


async def reencrypt(session: AsyncSession, actor: Actor, *, after: UUID | None, limit: int) -> Survey[Fresh]:
    """Encrypt with the writing key what the next officials of the county have under another; leaves the unreadable.

    Done again it changes nothing; ended anywhere it is taken up where it was.
    """
    await session.execute(select(func.pg_advisory_xact_lock(ROTATION_LOCK)))
    found = await survey(session, after=after, limit=limit, for_update=True)
    if found.outdated:
        facts = {
            "ids": list(found.outdated),
            "sealed": [each.sealed for each in found.outdated.values()],
            "stood": [each.stood for each in found.outdated.values()],
            "indexes": [each.index for each in found.outdated.values()],
        }
        await session.execute(_REENCRYPT, facts)
        await audit.record(
            session, actor, "telephones.reencrypted", None, key=key_ring.writing_key().id, count=len(found.outdated)
        )
    return found


def _look(found: Survey[Fresh], row: Row[UUID, UUID, bytes | None, bytes | None]) -> None:
    official_id, jurisdiction_id, sealed, stood = row
    sealed = sealed or b""
    owner = {"jurisdiction_id": jurisdiction_id, "official_id": official_id}
    try:
        found.by_key[telephones.key_id_of(sealed)] += 1
        number = telephones.unseal(sealed, **owner)
    except (key_ring.KeyMissing, InvalidTag, ValueError):
        found.unreadable.append(official_id)
        return
    index = telephones.blind_index(number)
    if not telephones.is_current(sealed) or stood != index:
        found.outdated[official_id] = Fresh(telephones.seal(number, **owner), stood, index)


def _key_id(head: bytes) -> int | None:
    try:
        return telephones.key_id_of(head)
    except ValueError:
        return None
