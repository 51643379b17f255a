"""The keys of personal data (数据密钥): a new one, everything encrypted with it, and who still needs an old one."""

import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import key_ring
from supervision.foundation.actors import system
from supervision.foundation.ciphers import KEY_BYTES, Algorithm
from supervision.foundation.database import Sessions, enter, make_engine, make_sessions
from supervision.foundation.key_ring import INSTALLATION_KEY, LAST_ID, Key
from supervision.foundation.settings import SettingRefused
from supervision.identity import key_rotation, queries
from supervision.publication import contact_rotation

# Rows of one transaction: few enough that nobody who amends an official waits for long.
BATCH = 300


@dataclass
class Tally:
    """How many numbers and contacts need which key, how many were encrypted anew, and whose cannot be read."""

    by_key: Counter[int] = field(default_factory=Counter)
    reencrypted: int = 0
    outdated: int = 0
    unreadable: list[tuple[str, UUID]] = field(default_factory=list)

    def add(self, kind: str, found: key_rotation.Survey[Any]) -> None:
        self.by_key += found.by_key
        self.outdated += len(found.outdated)
        self.unreadable += [(kind, each) for each in found.unreadable]


@dataclass(frozen=True)
class Encrypted:
    """One kind of what is encrypted, by whose rows it is: how it is looked at, and how it is encrypted anew."""

    kind: str
    survey: Callable[..., Awaitable[key_rotation.Survey[Any]]]
    reencrypt: Callable[..., Awaitable[key_rotation.Survey[Any]]]


ENCRYPTED = (
    Encrypted("official", key_rotation.survey, key_rotation.reencrypt),
    Encrypted("comment", contact_rotation.survey_contacts, contact_rotation.reencrypt_contacts),
)


def new_key(key_id: int, algorithm: Algorithm) -> Key:
    return Key(key_id, algorithm, secrets.token_bytes(KEY_BYTES))


def add_key(path: Path, algorithm: Algorithm, installation: Path | None) -> Key:
    """Put a new key first into the file of keys; a file that is not there begins with the installation's secret."""
    keys: Sequence[Key] = ()
    if path.exists():
        keys = key_ring.read_ring(path)
    elif installation is not None:
        keys = [Key(INSTALLATION_KEY, Algorithm.AES, key_ring.read_secret(installation))]
    key_id = max((key.id for key in keys), default=INSTALLATION_KEY) + 1
    if key_id > LAST_ID:
        raise SettingRefused(
            f"密钥编号已用到 {LAST_ID}。请先轮换并删除旧密钥，再人工编号。",
            f"The ids of keys have come to {LAST_ID}. Rotate, take old keys away, and number one by hand.",
        )
    fresh = new_key(key_id, algorithm)
    keep_ring(path, [fresh, *keys])
    return fresh


def keep_ring(path: Path, keys: Sequence[Key]) -> None:
    """Write the file of keys, whole or not at all, readable for its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(map(key_ring.write_line, keys))
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)


async def count_encrypted(owner_url: str) -> int:
    """Count the numbers of officials and the contacts of comments."""
    engine = make_engine(owner_url, pool_size=1)
    try:
        async with make_sessions(engine, "ducha_owner")() as session:
            return await key_rotation.count_numbers(session) + await contact_rotation.count_contacts(session)
    finally:
        await engine.dispose()


async def rotate(owner_url: str, advance: Callable[[int], None]) -> Tally:
    """Encrypt everything with the writing key, county by county and batch by batch, each batch one transaction."""
    tally = Tally()
    engine = make_engine(owner_url, pool_size=1)
    try:
        sessions = make_sessions(engine, "ducha_owner")
        async with sessions() as session:
            counties = await queries.list_jurisdictions(session)
        for jurisdiction_id in counties:
            for each in ENCRYPTED:
                await _rotate_county(sessions, jurisdiction_id, each, tally, advance)
    finally:
        await engine.dispose()
    return tally


async def _rotate_county(
    sessions: Sessions, jurisdiction_id: UUID, encrypted: Encrypted, tally: Tally, advance: Callable[[int], None]
) -> None:
    after: UUID | None = None
    while True:
        async with sessions() as session:
            await enter(session, jurisdiction_id, role="ducha_api")
            found = await encrypted.reencrypt(session, system(jurisdiction_id), after=after, limit=BATCH)
            await session.commit()
        tally.add(encrypted.kind, found)
        tally.reencrypted += len(found.outdated)
        advance(found.by_key.total())
        if (after := found.last) is None:
            return


async def check(owner_url: str) -> Tally:
    """Count numbers and contacts by the key that they need, those to be encrypted anew, and those nobody can read."""
    tally = Tally()
    engine = make_engine(owner_url, pool_size=1)
    try:
        async with make_sessions(engine, "ducha_owner")() as session:
            for each in ENCRYPTED:
                await _check_kind(session, each, tally)
    finally:
        await engine.dispose()
    return tally


async def _check_kind(session: AsyncSession, encrypted: Encrypted, tally: Tally) -> None:
    after: UUID | None = None
    while True:
        found = await encrypted.survey(session, after=after, limit=BATCH)
        tally.add(encrypted.kind, found)
        if (after := found.last) is None:
            return
