import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.processes import Child, ChildFailed, free_port

WAITS = "import time; print('waiting', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS
# A program with a child of its own, which notes its number and is told about the end of neither.
PARENT = """
import signal, sys, time
from pathlib import Path
from deploy.processes import Child
from deploy.signals import unwound_by_signals
# A shell that starts a run in the background has SIGINT ignored, and whoever inherits that would never hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)
child = Child(name="child", argv=[sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]))
with unwound_by_signals(), child:
    child.wait_until_ready(lambda: "waiting" in child.log_tail())
    print(child.pid, flush=True)
    time.sleep(60)
"""


# A signal that comes while Python drops whatever is raised.
DEAF = """
import sys, time
from deploy.signals import unwound_by_signals
class Slow:
    def __del__(self):
        print("deaf", flush=True)
        time.sleep(1)
with unwound_by_signals():
    slow = Slow()
    for _ in range(int(sys.argv[1])):
        slow = Slow()
    time.sleep(60)
"""


def python(program: str, log: Path, *, patience_s: float = 10) -> Child:
    return Child(name="example", argv=[sys.executable, "-c", program], log=log, patience_s=patience_s)


def is_gone(pid: int, within_s: float = 5) -> bool:
    deadline = time.monotonic() + within_s
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_program_that_ends_early_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("of an earlier run\n")
    with python("raise SystemExit('the port is taken')", log) as child:
        with pytest.raises(ChildFailed, match="ended with status 1") as failure:
            child.wait_until_ready(lambda: False)
        assert "the port is taken" in str(failure.value)
        assert "an earlier run" not in str(failure.value)


def test_a_program_that_never_gets_ready_is_told_too(tmp_path: Path) -> None:
    with (
        python(WAITS, tmp_path / "log") as child,
        pytest.raises(ChildFailed, match=r"example: .* not ready after 0.3 s\nwaiting"),
    ):
        child.wait_until_ready(lambda: False, timeout_s=0.3)


def test_a_stubborn_program_is_killed(tmp_path: Path) -> None:
    with python(STUBBORN, tmp_path / "log", patience_s=0.2) as child:
        child.wait_until_ready(lambda: "waiting" in child.log_tail())
        pid = child.pid
    assert pid
    assert is_gone(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_us(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, WAITS, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert os.getpgid(pid) == pid
        parent.send_signal(number)
    # Those that can be caught are: `with` blocks end in order, rather than by the kernel's hand.
    expected = {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGHUP: 128 + signal.SIGHUP}
    assert parent.returncode == expected.get(number, -number)
    assert is_gone(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 3])
def test_a_signal_that_python_dropped_is_heard_again(times: int, number: signal.Signals) -> None:
    command = [sys.executable, "-c", DEAF, str(times)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert program.stdout.readline() == "deaf\n"
        time.sleep(0.1)
        program.send_signal(number)
        try:
            assert program.wait(10) == 128 + number
        finally:
            program.kill()


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            free_port(taken.getsockname()[1])
    assert free_port() > 0
