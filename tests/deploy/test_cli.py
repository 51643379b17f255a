import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.folders import keep_settings
from deploy.stack import settings_file
from supervision.audit.seal_keys import read_seal_keys
from supervision.audit.timestamps import read_timestamp
from tests.factories.audit import seal_up_to, tamper
from tests.factories.messaging import ask
from tests.factories.timestamps import open_authority
from tests.places import Committed

ROOT = Path(__file__).parents[2]


def ducha(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as its user does, in a process of its own."""
    env = os.environ | settings
    argv = [sys.executable, "-m", "deploy.cli", *arguments, "--folder", str(folder)]
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
async def folder(tmp_path: Path, committed: Committed) -> Path:
    """A folder such as a running `ducha up` keeps, that points at the test's database."""
    (tmp_path / "secrets").mkdir(mode=0o700)
    for role in ("owner", "worker"):
        settings = {
            "DUCHA_DATABASE_URL": getattr(committed.urls, role),
            "DUCHA_REDIS_URL": os.environ["DUCHA_TEST_REDIS_URL"],
            "DUCHA_SECRET_FILE": os.environ["DUCHA_SECRET_FILE"],
            "DUCHA_AUDIT_SEALS": str(tmp_path / "seals"),
        }
        keep_settings(settings_file(tmp_path, role), settings)
    return tmp_path


async def test_a_county_is_founded_once_and_its_audit_verifies(folder: Path) -> None:
    founded = ducha(folder, "found", "330326", "示例县", "--kind", "test")
    assert founded.returncode == 0, founded.stderr
    assert "ducha_test_" in founded.stdout
    again = ducha(folder, "found", "330326", "示例县")
    assert again.returncode == 2
    assert "已开户" in again.stderr
    assert "Traceback" not in again.stderr
    assert ducha(folder, "tick", "330326").returncode == 0
    assert ducha(folder, "audit", "seal").returncode == 0
    verified = ducha(folder, "audit", "verify")
    assert verified.returncode == 0
    assert "0 damaged" in verified.stdout.replace("\n", " ")


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b", "\u3164", "\u2800"])
async def test_a_county_without_a_name_is_not_founded(folder: Path, blank: str) -> None:
    refused = ducha(folder, "found", "330326", blank)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "空白" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("code", [" ", "", "３３０３２６", "330 326", "示例", "330326\u200b"])
async def test_a_county_has_a_code(folder: Path, code: str) -> None:
    refused = ducha(folder, "found", code, "示例县")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "GB/T 2260" in refused.stderr


async def test_the_exported_seals_tell_of_a_rewritten_database(folder: Path, committed: Committed) -> None:
    await sealed_county(folder, committed)
    seals = folder / "seals"
    good = ducha(folder, "audit", "verify", "--against", str(seals))
    assert (good.returncode, "0 damaged" in good.stdout) == (0, True), good.stdout + good.stderr
    await tamper(committed, "DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)")
    alone = ducha(folder, "audit", "verify")
    assert (alone.returncode, "--against" in alone.stdout) == (0, True)
    cut = ducha(folder, "audit", "verify", "--against", str(seals))
    assert cut.returncode == 1
    assert "封存已导出，库中已不存在" in cut.stdout
    assert "gone from the database" in cut.stdout


async def test_time_stamps_are_asked_for_and_verified(folder: Path, committed: Committed) -> None:
    await seal_counties(committed, 1)
    seals = ("--against", str(folder / "seals"))
    with open_authority(folder / "authority") as authority:
        roots = str(authority.root)
        chosen = {"DUCHA_TIMESTAMP_URL": authority.url, "DUCHA_TIMESTAMP_CA_FILE": roots}
        assert ducha(folder, "audit", "seal").returncode == 0
        none = ducha(folder, "audit", "verify", *seals, "--timestamp-ca", roots)
        assert (none.returncode, "没有时间戳" in none.stderr) == (2, True), none.stdout + none.stderr
        assert ducha(folder, "audit", "seal", **chosen).returncode == 0
    good = ducha(folder, "audit", "verify", *seals, DUCHA_TIMESTAMP_CA_FILE=roots)
    assert (good.returncode, "1 time-stamps compared" in good.stdout) == (0, True), good.stdout + good.stderr
    stamp = next(filter(None, map(read_timestamp, (folder / "seals").read_text().splitlines())))
    # Another last byte than it has, whichever that is.
    other = bytes([stamp.answer[-1] ^ 1])
    write(folder / "forged", replace(stamp, answer=stamp.answer[:-1] + other).line())
    forged = ducha(folder, "audit", "verify", *seals, "--against", str(folder / "forged"), "--timestamp-ca", roots)
    assert (forged.returncode, "time-stamp was not given" in forged.stdout) == (1, True), forged.stdout + forged.stderr
    wrong = ducha(folder, "audit", "verify", *seals, "--timestamp-ca", str(folder / "forged"))
    assert (wrong.returncode, "PEM" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("missing", [1, 2])
async def test_a_seal_that_is_missing_is_noticed(folder: Path, committed: Committed, missing: int) -> None:
    await seal_counties(committed, 3)
    await tamper(committed, f"DELETE FROM audit_seal WHERE id = {missing}")  # noqa: S608 - a number of ours
    answer = ducha(folder, "audit", "verify")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert f"seal {missing + 1}，" in answer.stdout
    assert "a seal before it removed" in answer.stdout
    assert "1 damaged" in answer.stdout


async def test_a_key_that_did_not_make_the_seals_is_noticed(folder: Path, committed: Committed) -> None:
    await seal_counties(committed, 2)
    right = read_seal_keys().current.hex()
    # Another key; the right one, said to have made the first seal only; and then as it should be.
    for words, damaged in (("ab" * 32, 2), (f"{'ab' * 32}\n{right} 1", 1), (f"{'ab' * 32}\n{right} 2", 0)):
        write(folder / "seal-key", words)
        answer = ducha(folder, "audit", "verify", DUCHA_AUDIT_SEAL_KEY_FILE=str(folder / "seal-key"))
        assert answer.returncode == (1 if damaged else 0), answer.stdout + answer.stderr
        assert f"{damaged} damaged" in answer.stdout
        assert answer.stdout.count("封存被修改") == damaged


async def test_without_a_key_nothing_is_said_to_be_whole(folder: Path, committed: Committed) -> None:
    await seal_counties(committed, 1)
    answer = ducha(folder, "audit", "verify", DUCHA_AUDIT_SEAL_KEY_FILE=str(folder / "nowhere"))
    assert (answer.returncode, "damaged" in answer.stdout) == (2, False)
    assert "DUCHA_AUDIT_SEAL_KEY_FILE" in answer.stderr
    assert "Traceback" not in answer.stderr


async def test_a_file_without_seals_vouches_for_nothing(folder: Path, committed: Committed) -> None:
    await sealed_county(folder, committed)
    empty = folder / "empty"
    write(empty)
    answer = ducha(folder, "audit", "verify", "--against", str(empty))
    assert (answer.returncode, "没有封存记录" in answer.stderr) == (2, True)


async def test_a_countys_rows_are_exported_with_their_seals(folder: Path, committed: Committed) -> None:
    await sealed_county(folder, committed)
    await committed.found("330327")
    # Who is at work in any database of the server holds the sealer back; what has happened is exported all the same.
    async with committed.engines["owner"].begin() as busy:
        await busy.execute(text("SELECT pg_current_xact_id()"))
        exported = ducha(folder, "audit", "export", "330326")
    assert exported.returncode == 0, exported.stderr
    lines = [json.loads(line) for line in exported.stdout.splitlines()]
    rows = [line for line in lines if line["kind"] == "row"]
    hashes = {line["seal"]: line["hashes"] for line in lines if line["kind"] == "seal"}
    assert [rows[0]["verb"], rows[-1]["verb"]] == ["jurisdiction.founded", "audit.exported"]
    assert len({row["jurisdiction_id"] for row in rows}) == 1
    assert all(row["hash"] in hashes[row["seal"]] for row in rows if row["seal"])
    assert any(row["seal"] for row in rows)
    later = ducha(folder, "audit", "export", "330326", "--since", "2199-01-01").stdout.splitlines()
    assert {json.loads(line)["seal"] for line in later} == {None}


async def test_no_county_no_export(folder: Path) -> None:
    refused = ducha(folder, "audit", "export", "990000")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Traceback" not in refused.stderr


async def seal_counties(committed: Committed, many: int) -> None:
    """Found so many counties, each with a seal of its own."""
    for number in range(1, many + 1):
        await committed.found(f"33032{number}")
        await seal_up_to(committed, number)
    assert [row[0] for row in await ask(committed, "SELECT id FROM audit_seal ORDER BY id")] == [*range(1, many + 1)]


async def sealed_county(folder: Path, committed: Committed) -> None:
    """Found a county and seal it: transactions of other databases of the server may hold the sealer back."""
    await committed.found("330326")
    for _ in range(20):
        assert ducha(folder, "audit", "seal").returncode == 0
        if "1 rows" in ducha(folder, "audit", "verify").stdout:
            return
    raise TimeoutError


def write(file: Path, words: str = "\n") -> None:
    file.write_text(words)


def test_a_folder_without_a_stack_is_told(tmp_path: Path) -> None:
    answer = ducha(tmp_path, "audit", "verify")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
