import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.folders import keep_settings
from deploy.stack import settings_file
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


def test_a_folder_without_a_stack_is_told(tmp_path: Path) -> None:
    answer = ducha(tmp_path, "audit", "verify")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
