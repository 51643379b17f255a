"""Seals that were written down are stamped by an authority, and what it gave is verified against the database."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from prometheus_client import REGISTRY

from supervision.audit.damage import DamageKind, Findings
from supervision.audit.timestamp_verification import Stamped, compare_timestamps
from supervision.audit.timestamps import Timestamp, choose_authority, read_roots, read_timestamp
from supervision.foundation import settings
from supervision.foundation.settings import SettingRefused
from tests.factories.audit import seal_up_to
from tests.factories.messaging import ask
from tests.factories.timestamps import Authority, open_authority
from tests.places import Committed
from worker.jobs import audit
from worker.runner import Runner

Seal = Callable[[str], Awaitable[None]]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, Authority]]:
    folder = tmp_path_factory.mktemp("authorities")
    with open_authority(folder / "ours") as ours, open_authority(folder / "another") as another:
        yield ours, another


@pytest.fixture
def authority(
    authorities: tuple[Authority, Authority], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Authority]:
    ours, _ = authorities
    ours.instead, ours.asked = None, 0
    monkeypatch.setenv("DUCHA_AUDIT_SEALS", str(tmp_path / "seals"))
    monkeypatch.setenv("DUCHA_TIMESTAMP_URL", ours.url)
    monkeypatch.setenv("DUCHA_TIMESTAMP_CA_FILE", str(ours.root))
    settings.current.cache_clear()
    yield ours
    settings.current.cache_clear()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seals"


@pytest.fixture
async def runner(committed: Committed, authority: Authority) -> Runner:
    assert authority.url
    return Runner(committed.worker, {})


@pytest.fixture
def seal(committed: Committed, runner: Runner) -> Seal:
    counties = 0

    async def make(code: str) -> None:
        nonlocal counties
        await committed.found(code)
        counties += 1
        await seal_up_to(committed, counties)
        await audit.seal(runner)
        await audit.stamp(runner)

    return make


async def seals_of(committed: Committed) -> list[int]:
    return [row.id for row in await ask(committed, "SELECT id FROM audit_seal ORDER BY id")]


def lines_in(file: Path) -> list[str]:
    return file.read_text().splitlines()


def stamps_in(file: Path) -> list[Timestamp]:
    return [stamp for stamp in map(read_timestamp, lines_in(file)) if stamp]


async def compare(committed: Committed, file: Path, root: Path) -> tuple[Stamped | None, list[DamageKind]]:
    findings, lines = Findings(), lines_in(file)
    async with committed.worker() as session:
        stamped = await compare_timestamps(session, lines, read_roots(root), findings)
    return stamped, [damage.kind for damage in findings.first]


def rewrite(file: Path, change: Callable[[Timestamp], Timestamp | None]) -> None:
    """Write the file anew with other time-stamps, as whoever owns it can."""
    lines = []
    for line in lines_in(file):
        stamp = read_timestamp(line)
        kept = change(stamp) if stamp else None
        lines += [line] if stamp is None else [kept.line()] if kept else []
    file.write_text("".join(f"{line}\n" for line in lines))


async def test_each_seal_is_stamped_once(committed: Committed, seal: Seal, runner: Runner, file: Path) -> None:
    await seal("330326")
    await seal("330327")
    await audit.stamp(runner)
    assert [stamp.seal_id for stamp in stamps_in(file)] == await seals_of(committed) != []
    assert REGISTRY.get_sample_value("ducha_audit_seals_unstamped") == 0


async def test_what_nobody_touched_agrees(
    committed: Committed, seal: Seal, authorities: tuple[Authority, Authority], file: Path
) -> None:
    await seal("330326")
    await seal("330327")
    ours, another = authorities
    assert await compare(committed, file, ours.root) == (Stamped(2, 2), [])
    assert await compare(committed, file, another.root) == (Stamped(2, 2), [DamageKind.TIMESTAMP_FORGED] * 2)


@pytest.mark.parametrize("instead", [(503, b""), (200, b"<html>"), (200, b"0" * 70_000)])
async def test_an_authority_that_fails_stops_no_export_and_is_asked_again(
    committed: Committed, seal: Seal, runner: Runner, authority: Authority, file: Path, instead: tuple[int, bytes]
) -> None:
    await seal("330326")
    authority.instead = instead
    failures = REGISTRY.get_sample_value("ducha_audit_timestamp_failures_total") or 0
    await seal("330327")
    await seal("330328")
    assert len(lines_in(file)) == 4, "three seals and a time-stamp"
    assert REGISTRY.get_sample_value("ducha_audit_timestamp_failures_total") == failures + 2
    assert REGISTRY.get_sample_value("ducha_audit_seals_unstamped") == 2
    assert await compare(committed, file, authority.root) == (Stamped(1, 1), []), "what waits is no damage"
    authority.instead = None
    await audit.stamp(runner)
    assert [stamp.seal_id for stamp in stamps_in(file)] == await seals_of(committed)


async def test_an_answer_to_another_question_is_not_kept(
    committed: Committed, seal: Seal, runner: Runner, authority: Authority, file: Path
) -> None:
    await seal("330326")
    authority.instead = (200, stamps_in(file)[0].answer)
    await seal("330327")
    assert len(stamps_in(file)) == 1, "it is the word for another seal"
    await ask(committed, "UPDATE audit_seal_export SET seal_id = 0 WHERE destination LIKE 'timestamps%'")
    await audit.stamp(runner)
    assert len(stamps_in(file)) == 1, "it is the word for this seal, and bears the nonce of another question"


async def test_it_begins_with_the_newest_seal(
    seal: Seal, runner: Runner, authority: Authority, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("DUCHA_TIMESTAMP_URL", "")
    settings.current.cache_clear()
    for code in ("330326", "330327", "330328"):
        await seal(code)
    assert (stamps_in(file), authority.asked) == ([], 0)
    monkeypatch.setenv("DUCHA_TIMESTAMP_URL", authority.url)
    settings.current.cache_clear()
    await audit.stamp(runner)
    assert [stamp.seal_id for stamp in stamps_in(file)] == [3]


async def test_a_forged_one_is_noticed(
    committed: Committed, seal: Seal, authorities: tuple[Authority, Authority], file: Path
) -> None:
    for code in ("330326", "330327", "330328"):
        await seal(code)
    first, second, third = stamps_in(file)
    ours, another = authorities
    # Another seal's, a changed byte, and one of an authority that nobody trusts.
    forged = {
        first.seal_id: replace(first, answer=second.answer),
        second.seal_id: replace(second, answer=second.answer[:-1] + bytes([second.answer[-1] ^ 1])),
        third.seal_id: replace(third, answer=another.answer((ours.folder / "query").read_bytes())[1]),
    }
    rewrite(file, lambda stamp: forged[stamp.seal_id])
    assert (await compare(committed, file, ours.root))[1] == [DamageKind.TIMESTAMP_FORGED] * 3


async def test_a_missing_one_is_noticed(committed: Committed, seal: Seal, authority: Authority, file: Path) -> None:
    for code in ("330326", "330327", "330328"):
        await seal(code)
    rewrite(file, lambda stamp: None if stamp.seal_id == 2 else stamp)
    assert await compare(committed, file, authority.root) == (Stamped(2, 3), [DamageKind.TIMESTAMP_MISSING])
    rewrite(file, lambda stamp: stamp if stamp.seal_id == 1 else None)
    assert await compare(committed, file, authority.root) == (Stamped(1, 1), []), "how far they reach is told"
    rewrite(file, lambda _: None)
    assert await compare(committed, file, authority.root) == (None, [])


@pytest.mark.parametrize(
    "line", ["", "words", '{"seal": 1}', '{"timestamp_of": "x"}', '{"timestamp_of": 1, "answer": "§"}', "[1]"]
)
def test_what_is_no_time_stamp_is_passed_over(line: str) -> None:
    assert read_timestamp(line) is None
    known = Timestamp(7, b"\x01\x02")
    assert read_timestamp(known.line()) == known
    assert orjson.loads(known.line()) == {"timestamp_of": 7, "answer": b64encode(b"\x01\x02").decode()}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DUCHA_TIMESTAMP_URL", "http://tsa.example.gov.cn/"),
        ("DUCHA_TIMESTAMP_URL", "https:///"),
        ("DUCHA_TIMESTAMP_CA_FILE", "/nowhere"),
        ("DUCHA_AUDIT_SEALS", "udp://127.0.0.1:514"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    chosen = choose_authority()
    assert chosen is not None
    assert chosen.url == authority.url
    monkeypatch.setenv(setting, value)
    settings.current.cache_clear()
    with pytest.raises(SettingRefused, match=setting):
        choose_authority()
