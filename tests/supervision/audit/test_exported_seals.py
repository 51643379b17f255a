"""Whoever owns the database cannot rewrite what was written down outside it."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from supervision.audit import verification
from supervision.audit.damage import DamageKind, Findings
from supervision.audit.models import AuditSeal
from supervision.audit.rules import seal_digest
from supervision.audit.seal_exports import (
    ExportedSeal,
    FileDestination,
    SyslogDestination,
    UdpDestination,
    list_unexported,
    read_line,
)
from supervision.audit.seal_keys import read_seal_keys
from supervision.audit.seals import hash_row, list_events
from supervision.foundation.database import enter
from supervision.foundation.keys import derive
from tests.factories.audit import seal_up_to, tamper, verify
from tests.places import Committed

ONE = ExportedSeal(7, b"\x01" * 32, datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC), 12)


@pytest.fixture
async def exported(sealed: Committed) -> list[str]:
    """The lines of all seals, as they stood before anybody touched them."""
    async with sealed.worker() as session:
        return [each.line() for each in await list_unexported(session, "nowhere")]


async def reseal(committed: Committed, key: bytes) -> None:
    """Make all seals anew over whatever rows there are now."""
    async with committed.owner() as session:
        await enter(session, None)
        await session.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER never_changed"))
        previous = b""
        for seal in list(await session.scalars(select(AuditSeal).order_by(AuditSeal.id))):
            events = await list_events(session, seal.low, seal.high)
            seal.event_ids, seal.hashes = [each["id"] for each in events], [hash_row(each) for each in events]
            seal.digest = previous = seal_digest(key, previous, seal.low, seal.high, seal.hashes)
        await session.flush()
        await session.execute(text("ALTER TABLE audit_seal ENABLE TRIGGER never_changed"))
        await session.commit()


async def cut_the_tail(committed: Committed) -> None:
    await tamper(committed, "DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)")


async def empty_both(committed: Committed) -> None:
    await committed.empty()


async def rewrite(committed: Committed) -> None:
    await tamper(committed, "UPDATE audit_event SET facts = '{}' WHERE id = 4")
    await reseal(committed, read_seal_keys().current)


async def rewrite_after_emptying(committed: Committed) -> None:
    await committed.empty()
    await committed.found("330326")
    await seal_up_to(committed, 1)


async def test_what_nobody_touched_agrees(sealed: Committed, exported: list[str]) -> None:
    assert await verify(sealed, exported) == Findings(compared=7)
    assert await verify(sealed, ["a line of another program", *exported, exported[-1], '{"seal": 3, "dig']) == Findings(
        compared=7
    ), "a line that was written twice, or cut short by a crash, is no damage"


async def test_what_the_api_knows_makes_no_seal(sealed: Committed) -> None:
    await tamper(sealed, "UPDATE audit_event SET facts = '{}' WHERE id = 4")
    await reseal(sealed, derive("audit"))
    assert {each.kind for each in (await verify(sealed)).first} == {DamageKind.SEAL_CHANGED}


@pytest.mark.parametrize(
    ("attack", "kind"),
    [
        (cut_the_tail, DamageKind.SEAL_MISSING),
        (empty_both, DamageKind.SEAL_MISSING),
        (rewrite, DamageKind.SEAL_REPLACED),
        (rewrite_after_emptying, DamageKind.SEAL_REPLACED),
    ],
)
async def test_the_file_tells_what_the_database_cannot(
    sealed: Committed, exported: list[str], attack: Callable[[Committed], Awaitable[None]], kind: DamageKind
) -> None:
    await attack(sealed)
    assert (await verify(sealed)).damaged == 0, "it has no way to know"
    assert kind in {each.kind for each in (await verify(sealed, exported)).first}


async def test_the_last_line_tells_how_far_it_vouches(sealed: Committed, exported: list[str]) -> None:
    async with sealed.worker() as session:
        last = await verification.compare_exported(session, exported[:2], Findings())
        assert last
        assert await verification.count_seals_after(session, last) == len(exported) - 2
        assert await verification.compare_exported(session, [], Findings()) is None


def test_a_line_is_read_as_it_was_written() -> None:
    assert read_line(ONE.line()) == ONE
    assert read_line(f"Nov 28 09:02:03 here ducha: {ONE.line()}\n") == ONE


@pytest.mark.parametrize(
    "line", ["", "words", '{"seal": 1}', '{"seal": "x", "digest": "zz", "sealed_at": "", "rows": 1}']
)
def test_what_is_no_line_of_a_seal_is_passed_over(line: str) -> None:
    assert read_line(line) is None


class TestFile:
    def test_lines_are_only_added(self, tmp_path: Path) -> None:
        file = FileDestination(tmp_path / "seals")
        file.write([ONE])
        file.write([ONE])
        assert file.path.read_text().splitlines() == [ONE.line()] * 2

    def test_a_line_that_was_cut_short_spoils_no_other(self, tmp_path: Path) -> None:
        file = FileDestination(tmp_path / "seals")
        file.path.write_text(ONE.line()[:20])
        file.write([ONE])
        assert [read_line(line) for line in file.path.read_text().splitlines()] == [None, ONE]

    def test_a_place_that_takes_nothing_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            FileDestination(tmp_path / "missing" / "seals").write([ONE])


class TestSyslog:
    @pytest.fixture
    def device(self, tmp_path: Path) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            listening.bind(str(tmp_path / "log"))
            yield listening

    def test_the_machines_own(self, device: socket.socket) -> None:
        SyslogDestination(device.getsockname()).write([ONE])
        assert device.recv(1000).decode() == f"<109>ducha: {ONE.line()}"

    def test_one_that_is_away_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            SyslogDestination(str(tmp_path / "log")).write([ONE])

    def test_one_elsewhere(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
            listening.bind(("127.0.0.1", 0))
            UdpDestination(*listening.getsockname()).write([ONE])
            told = listening.recv(1000).decode()
        assert told == f"<109>1 2026-11-28T01:02:03+00:00 - ducha - seal - {ONE.line()}"
        assert read_line(told) == ONE
