"""The worker seals, writes the seals down, and compares everything once a night, whatever ends it in between."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from supervision.audit import nightly_verification, seal_exports, seals
from supervision.audit.seal_exports import read_line
from supervision.foundation import settings
from supervision.foundation.database import enter
from supervision.identity import service
from tests.factories.audit import tamper
from tests.factories.messaging import ask
from tests.places import Committed
from worker.jobs import audit
from worker.runner import Runner


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("DUCHA_AUDIT_SEALS", str(tmp_path / "disk" / "seals"))
    (tmp_path / "disk").mkdir()
    settings.current.cache_clear()
    yield tmp_path / "disk" / "seals"
    settings.current.cache_clear()


@pytest.fixture
async def runner(committed: Committed, file: Path) -> Runner:
    assert file.parent.is_dir()
    return Runner(committed.worker, {})


async def seal(committed: Committed, runner: Runner, name: str) -> None:
    """Let something happen, and seal it: transactions of other databases of the server may hold the sealer back."""
    place = await committed.found(name)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await service.register_unit(session, place.actor, name="教育局", kind="department")
        await session.commit()
    async with asyncio.timeout(60):
        while await count_unsealed(committed):
            await audit.seal(runner)
            await asyncio.sleep(0.02)


async def count_unsealed(committed: Committed) -> int:
    rows = await ask(
        committed,
        "SELECT (SELECT count(*) FROM audit_event) - (SELECT coalesce(sum(cardinality(event_ids)), 0) FROM audit_seal) "
        "AS unsealed",
    )
    return int(rows[0].unsealed)


async def list_seals(committed: Committed) -> list[int]:
    return [row.id for row in await ask(committed, "SELECT id FROM audit_seal ORDER BY id")]


def written(file: Path) -> list[int]:
    lines = file.read_text().splitlines() if file.exists() else []
    return [each.seal_id for each in map(read_line, lines) if each]


def block(file: Path) -> None:
    """Let nothing be written where the file should be."""
    file.mkdir()


def free(file: Path) -> None:
    file.rmdir()


def take_away(file: Path) -> None:
    file.unlink()


def metric(name: str) -> float:
    return REGISTRY.get_sample_value(name) or 0


async def test_each_seal_is_written_down_once(committed: Committed, runner: Runner, file: Path) -> None:
    await seal(committed, runner, "330326")
    await seal(committed, runner, "330327")
    await audit.seal(runner)
    assert written(file) == await list_seals(committed) != []


async def test_a_crash_between_line_and_mark_loses_nothing(committed: Committed, runner: Runner, file: Path) -> None:
    await seal(committed, runner, "330326")
    # The line was written, and it was not noted any more.
    await ask(committed, "UPDATE audit_seal_export SET seal_id = 0")
    await seal(committed, runner, "330327")
    assert set(written(file)) == set(await list_seals(committed))


async def test_a_crash_between_seal_and_line_loses_nothing(committed: Committed, runner: Runner, file: Path) -> None:
    await committed.found("330326")
    async with asyncio.timeout(60):
        while await count_unsealed(committed):
            async with runner.everywhere() as session:
                await seals.seal(session)
    assert written(file) == []
    await audit.seal(runner)
    assert written(file) == await list_seals(committed) != []


async def test_a_failing_disk_is_loud_and_stops_no_seal(committed: Committed, runner: Runner, file: Path) -> None:
    block(file)
    failures = metric("ducha_audit_seal_export_failures_total")
    with capture_logs() as logged:
        await seal(committed, runner, "330326")
    assert await list_seals(committed)
    assert {each["event"] for each in logged} == {"audit_seals_not_exported"}
    assert metric("ducha_audit_seal_export_failures_total") > failures
    assert metric("ducha_audit_seals_unexported") > 0
    free(file)
    await audit.seal(runner)
    assert written(file) == await list_seals(committed)
    assert metric("ducha_audit_seals_unexported") == 0


async def test_a_record_that_was_emptied_is_loud(committed: Committed, runner: Runner) -> None:
    await seal(committed, runner, "330326")
    await tamper(committed, "DELETE FROM audit_seal")
    with capture_logs() as logged:
        await audit.seal(runner)
    assert "audit_cut" in {each["event"] for each in logged}


async def test_more_rows_than_a_seal_holds_are_several_seals(
    committed: Committed, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "MOST_ROWS", 2)
    place = await committed.found("330326")
    for number in range(3):
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            # The second transaction alone is more than a seal holds.
            for each in range(3 if number == 1 else 1):
                await service.register_unit(session, place.actor, name=f"{number}{each}局", kind="department")
            await session.commit()
    await seal(committed, runner, "330327")
    sizes = [row.size for row in await ask(committed, "SELECT cardinality(event_ids) size FROM audit_seal ORDER BY id")]
    assert (sum(sizes), max(sizes)) == (8, 3)
    await audit.verify(runner)
    assert metric("ducha_audit_damaged") == 0


class TestNight:
    async def test_it_is_done_once(self, committed: Committed, runner: Runner) -> None:
        await seal(committed, runner, "330326")
        await audit.verify(runner)
        began = metric("ducha_audit_verified_at_seconds")
        await audit.verify(runner)
        rows = await ask(committed, "SELECT compared, damaged, finished_at FROM audit_verification")
        assert [(row.compared, row.damaged) for row in rows] == [(2, 0)]
        assert began == metric("ducha_audit_verified_at_seconds") == rows[0].finished_at.timestamp()

    async def test_it_shows_damage(self, committed: Committed, runner: Runner) -> None:
        await seal(committed, runner, "330326")
        await tamper(committed, "UPDATE audit_event SET facts = '{}'")
        with capture_logs() as logged:
            await audit.verify(runner)
        assert metric("ducha_audit_damaged") == 2
        assert [(each["event"], each["kind"]) for each in logged] == [("audit_damaged", "row_changed")] * 2

    async def test_it_compares_with_the_file(self, committed: Committed, runner: Runner, file: Path) -> None:
        await seal(committed, runner, "330326")
        await tamper(committed, "DELETE FROM audit_seal")
        await audit.verify(runner)
        assert metric("ducha_audit_damaged") == len(written(file)) > 0

    async def test_a_file_that_is_away_is_loud(self, committed: Committed, runner: Runner, file: Path) -> None:
        await seal(committed, runner, "330326")
        take_away(file)
        with capture_logs() as logged:
            await audit.verify(runner)
        assert [each["event"] for each in logged] == ["audit_seals_not_read"]

    async def test_killed_between_two_steps_it_goes_on(
        self, committed: Committed, runner: Runner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for code in ("330326", "330327", "330328"):
            await seal(committed, runner, code)
        total = len(await list_seals(committed))
        monkeypatch.setattr(nightly_verification, "STEP", 1)
        monkeypatch.setattr(audit, "LONGEST_SECONDS", 0)
        now = datetime(2026, 11, 28, tzinfo=UTC)
        for step in range(1, total + 1):
            async with runner.everywhere() as session:
                assert await nightly_verification.verify_on(session, now, [])
            rows = await ask(committed, "SELECT seal_id, finished_at FROM audit_verification")
            assert (rows[0].seal_id, rows[0].finished_at) == ((await list_seals(committed))[step - 1], None)
        # The next night finds the one before it open, and ends it first.
        later = datetime(2026, 11, 29, tzinfo=UTC)
        async with runner.everywhere() as session:
            assert await nightly_verification.verify_on(session, later, [])
        rows = await ask(committed, "SELECT compared, damaged, finished_at FROM audit_verification ORDER BY night")
        assert [(row.compared, row.damaged, row.finished_at) for row in rows] == [(6, 0, later), (0, 0, None)]

    async def test_two_workers_take_turns(self, committed: Committed, runner: Runner) -> None:
        await seal(committed, runner, "330326")
        now = datetime(2026, 11, 28, tzinfo=UTC)
        async with runner.everywhere() as session:
            assert await nightly_verification.verify_on(session, now, [])
        await ask(committed, "UPDATE audit_verification SET finished_at = NULL")
        async with committed.worker() as one, committed.worker() as other:
            assert await nightly_verification.verify_on(one, now, [])
            assert not await nightly_verification.verify_on(other, now, [])

    @pytest.mark.parametrize(("hour", "night"), [(17, date(2026, 11, 27)), (18, date(2026, 11, 28))])
    def test_it_is_due_at_two_in_the_morning(self, hour: int, night: date) -> None:
        assert nightly_verification.night_of(datetime(2026, 11, 27, hour, 59, tzinfo=UTC)) == night


def test_nothing_is_written_down_where_no_place_is_named() -> None:
    assert seal_exports.choose_destination() is None
