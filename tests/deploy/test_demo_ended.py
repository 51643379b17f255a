"""A demonstration that runs in the background is ended by TERM, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.simulator import ROOT

DEMO = [sys.executable, "-m", "deploy.demo"]
MAKE = ["make", "-f", str(ROOT / "Makefile"), "-o", ".venv/installed", f"RUN={sys.executable}", "demo"]
# As a shell starts what stands before `&`: Ctrl-C is for what runs in front.
IN_BACKGROUND = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); os.execvp(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a server's unprivileged account may enter, with one for temporary files in it."""
    made = Path(tempfile.mkdtemp(prefix="ducha-ended-"))
    (made / "tmp").mkdir()
    for each in (made, made / "tmp"):
        each.chmod(0o711)
    yield made
    shutil.rmtree(made)


def running_in(folder: Path) -> list[str]:
    """Name the processes whose command line, or the folder in which they work, lies in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, works_in = (
                (process / "cmdline").read_bytes().decode(errors="replace"),
                (process / "cwd").readlink(),
            )
        except OSError:
            continue
        if str(folder) in command or works_in.is_relative_to(folder):
            found.append(command.replace("\0", " "))
    return found


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, "the demonstration ended by itself"
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.05)


@pytest.mark.parametrize("milestone", ["data/postgres", "data/logs/worker.log"])
@pytest.mark.parametrize("by_make", [False, True], ids=["python", "make"])
def test_a_demonstration_in_the_background_is_ended_by_term(folder: Path, milestone: str, *, by_make: bool) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DUCHA_")}
    environment = {**inherited, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)}
    # `make` names no folder, so that the demonstration's own lies where it runs.
    command, data = (MAKE, ".data/demo") if by_make else ([*DEMO, "--folder", str(folder / "data")], "data")
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", IN_BACKGROUND, *command],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_for(folder / milestone.replace("data", data, 1), process)
        assert running_in(folder)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        # `make` hands the signal on, waits, and ends by it itself.
        assert process.wait(30) in {128 + signal.SIGTERM, -signal.SIGTERM}, (folder / "out").read_text()
        assert running_in(folder) == []
        assert list((folder / "tmp").iterdir()) == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
