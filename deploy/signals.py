import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_AGAIN_SECONDS = 0.05


class _Leaving(SystemExit):
    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit inside the block, so that every `with` around our children stops them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def listen() -> None:
        for each in before:
            signal.signal(each, leave)

    def leave(number: int, _: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise _Leaving(number)

    def hear_again(lost: Any) -> None:
        # Where Python drops whatever is raised (`__del__`, a weak reference's callback), a signal that came just then
        # is lost, and with the others ignored we would run for ever: so it is sent once more, when that is over.
        if not isinstance(lost.exc_value, _Leaving):
            told_before(lost)
            return
        listen()
        threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), lost.exc_value.number)).start()

    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    told_before, sys.unraisablehook = sys.unraisablehook, hear_again
    listen()
    try:
        yield
    finally:
        sys.unraisablehook = told_before
        for each, handler in before.items():
            signal.signal(each, handler)
