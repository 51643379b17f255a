import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.folders import keep_settings
from deploy.stack import settings_file
from tests.factories.audit import tamper
from tests.places import Committed

ROOT = Path(__file__).parents[2]


def ducha(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as its user does, in a process of its own."""
    argv = [sys.executable, "-m", "deploy.cli", *arguments, "--folder", str(folder)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


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


async def test_a_file_without_seals_vouches_for_nothing(folder: Path, committed: Committed) -> None:
    await sealed_county(folder, committed)
    empty = folder / "empty"
    write(empty)
    answer = ducha(folder, "audit", "verify", "--against", str(empty))
    assert (answer.returncode, "没有封存记录" in answer.stderr) == (2, True)


async def test_a_countys_rows_are_exported_with_their_seals(folder: Path, committed: Committed) -> None:
    await sealed_county(folder, committed)
    await committed.found("330327")
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


async def sealed_county(folder: Path, committed: Committed) -> None:
    """Found a county and seal it: transactions of other databases of the server may hold the sealer back."""
    await committed.found("330326")
    for _ in range(20):
        assert ducha(folder, "audit", "seal").returncode == 0
        if "1 rows" in ducha(folder, "audit", "verify").stdout:
            return
    raise TimeoutError


def write(file: Path) -> None:
    file.write_text("\n")


def test_a_folder_without_a_stack_is_told(tmp_path: Path) -> None:
    answer = ducha(tmp_path, "audit", "verify")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
