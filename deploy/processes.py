"""Processes that we start: watched until they are ready, stopped in any case, and never outliving us."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PR_SET_PDEATHSIG = 1
LOG_TAIL_BYTES = 4000
LOG_TAIL_LINES = 15

_libc = ctypes.CDLL(None)


class ChildFailed(RuntimeError):  # noqa: N818 - it states a fact, like every refusal
    def __init__(self, name: str, what: str, log: str) -> None:
        super().__init__(f"{name}: {what}\n{log}".rstrip())


@dataclass(kw_only=True)
class Child:
    """Run one program in a process group of its own, its output appended to a log file.

    On Linux the kernel sends it `stop_signal` when we die in whatever way: more exactly, when the thread that
    started it ends, so start it from one that lasts.
    """

    name: str
    argv: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] = field(repr=False, default_factory=lambda: dict(os.environ))
    cwd: Path = Path("/")
    account: pwd.struct_passwd | None = None
    pass_fds: Sequence[int] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 10
    _process: subprocess.Popen[bytes] | None = field(init=False, repr=False, default=None)
    _log_from: int = field(init=False, repr=False, default=0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_from = log.tell()
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                pass_fds=self.pass_fds,
                umask=0o077,
                # Ctrl-C in a terminal reaches a whole group: ours alone, so that we stop the others in order.
                process_group=0,
                **as_account(self.account),
                preexec_fn=_tether(self.stop_signal),  # noqa: PLW1509 - one system call; it must follow setuid
            )

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def wait_until_ready(self, probe: Callable[[], bool], timeout_s: float = 30) -> None:
        """Wait until `probe` answers true; refused with the log's last lines if the program ends or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not self.has_ended():
            if probe():
                return
            if time.monotonic() > deadline:
                raise ChildFailed(
                    self.name, f"{timeout_s:g} 秒内未就绪 / not ready after {timeout_s:g} s", self.log_tail()
                )
            time.sleep(0.02)
        raise self.failure()

    def failure(self) -> ChildFailed:
        code = self._process.returncode if self._process else None
        return ChildFailed(self.name, f"已退出 / ended with status {code}", self.log_tail())

    def log_tail(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(self._log_from, self.log.stat().st_size - LOG_TAIL_BYTES))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-LOG_TAIL_LINES:])

    def stop(self) -> None:
        """Ask the program to end, and kill its group after `patience_s` seconds."""
        if self._process is None:
            return
        if not self.has_ended():
            self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(self.patience_s)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Give the arguments that make subprocess run a program as `account`, with no group but its own."""
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _tether(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    parent = os.getpid()

    def tether() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return tether


def free_port(wanted: int = 0) -> int:
    """Give a loopback port that nobody listens on, `wanted` if not 0; refused if that one is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        port: int = probe.getsockname()[1]
        return port
