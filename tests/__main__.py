"""Every check and every test, one after the other: `python -m tests`.

With `--only-checks` no test runs; with arguments of pytest those tests run, and nothing else.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
MIGRATIONS = "from alembic import command; from deploy.roles import migrations; command.upgrade(migrations(''), 'head', sql=True)"  # noqa: E501 - one statement of Python for a shell
CheckOutcome = tuple[bool, str]


def run(*argv: str | Path, text: str | None = None) -> CheckOutcome:
    done = subprocess.run(argv, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def check_migrations() -> CheckOutcome:
    """Lint the SQL of all migrations for what would block or break a running system."""
    written = subprocess.run([sys.executable, "-c", MIGRATIONS], cwd=ROOT, capture_output=True, text=True, check=False)
    if written.returncode:
        return False, written.stderr
    return run(
        BIN / "squawk", "--config", "migrations/squawk.toml", "--stdin-filepath", "migrations.sql", text=written.stdout
    )


def check_document() -> CheckOutcome:
    """Lint the OpenAPI document; a machine without Node.js says so, and only CI must have it."""
    spectral = ROOT / "node_modules" / ".bin" / "spectral"
    if not spectral.exists() and shutil.which("npm"):
        run("npm", "ci", "--no-audit", "--no-fund")
    if not spectral.exists():
        return os.environ.get("CI") != "true", "not run: Node.js is not here, or `npm ci` has failed"
    done = run(spectral, "lint", "--ruleset", ".spectral.yaml", "--fail-severity", "hint", "openapi/openapi.json")
    return done[0], "" if done[0] else done[1]


def run_tests() -> CheckOutcome:
    # Its output is for reading while it runs, so it is not kept back.
    argv = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *sys.argv[1:]]
    return subprocess.run(argv, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0, ""


STEPS: dict[str, Callable[[], CheckOutcome]] = {
    "lint": lambda: run(BIN / "ruff", "check", "--quiet", "."),
    "format": lambda: run(BIN / "ruff", "format", "--check", "--quiet", "."),
    "types": lambda: run(BIN / "mypy", "--no-error-summary"),
    "imports": lambda: run(BIN / "lint-imports", "--no-cache"),
    "migrations": check_migrations,
    "openapi": check_document,
    "tests": run_tests,
}
QUIET_WHEN_RIGHT = {"lint", "format", "types", "imports", "migrations"}


def steps() -> dict[str, Callable[[], CheckOutcome]]:
    if sys.argv[1:] == ["--only-checks"]:
        return {name: step for name, step in STEPS.items() if name != "tests"}
    return {"tests": STEPS["tests"]} if sys.argv[1:] else STEPS


def main() -> int:
    failed = []
    for name, step in steps().items():
        print(f"── {name} …", flush=True)
        began = time.monotonic()
        is_right, output = step()
        if output.strip() and not (is_right and name in QUIET_WHEN_RIGHT):
            print(output.strip())
        print(f"── {name}: {'ok' if is_right else 'FAILED'} ({time.monotonic() - began:.0f} s)", flush=True)
        if not is_right:
            failed.append(name)
    print("all checks passed" if not failed else f"FAILED: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
