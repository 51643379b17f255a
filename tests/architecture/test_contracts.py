import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import supervision

ROOT = Path(supervision.__file__).parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")

FLOORS = "Rooms import only from rooms on lower floors"
# One planted line for each contract, and the file that must not have it.
VIOLATIONS = [
    ("Only deploy knows how the system is run", "supervision/audit/service.py", "import deploy.roles"),
    ("The HTTP face is layered", "api/schemas/identity.py", "import api.dependencies"),
    ("The queue face is layered", "worker/runner.py", "import worker.jobs.audit"),
    (
        "Rooms import only from rooms on lower floors",
        "supervision/audit/service.py",
        "import supervision.identity.keys",
    ),
    (FLOORS, "supervision/garage/__init__.py", "import supervision.audit"),
    ("The domain knows neither HTTP frameworks nor the queue", "supervision/audit/queries.py", "import arq"),
    ("Rules and state tables are pure", "supervision/audit/rules.py", "import supervision.foundation.clock"),
    ("The worker loads no web framework", "worker/jobs/audit.py", "import starlette.responses"),
    ("Only the worker's settings and the doorbell know arq", "worker/jobs/audit.py", "import arq"),
]


def lint(root: Path) -> str:
    done = subprocess.run([LINTER, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for package in ("api", "worker", "supervision", "deploy", "migrations"):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_code_keeps_its_contracts(copy: Path) -> None:
    report = lint(copy)
    assert ", 0 broken" in report, (
        f"{report}\nThe lines above name the import. Move the use case up to the room that may know both, or hand the "
        "fact in; a new room gets its line in the contract `floors` of pyproject.toml"
    )


@pytest.mark.parametrize(("contract", "name", "line"), VIOLATIONS, ids=lambda value: value.replace(" ", "-"))
def test_a_planted_violation_breaks(copy: Path, contract: str, name: str, line: str) -> None:
    path = copy / name
    before = path.read_text("utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{line}\n", "utf-8")
    try:
        report = lint(copy)
    finally:
        if before is None:
            shutil.rmtree(path.parent)
        else:
            path.write_text(before, "utf-8")
    assert any(row.startswith(contract) and row.endswith("BROKEN") for row in report.splitlines()), (
        f"{report}\n`{line}` in {name} should have broken the contract `{contract}`: it was renamed or weakened. "
        "Mend it in pyproject.toml, or VIOLATIONS in tests/architecture/test_contracts.py"
    )
