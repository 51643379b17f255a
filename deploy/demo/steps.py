import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.progress import Progress


@dataclass
class Steps:
    """The steps of the demonstration, each with a line of progress and the seconds it took."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str, total: int = 1) -> Iterator[Any]:
        began = time.perf_counter()
        line = self.progress.add_task(name, total=total)
        yield lambda: self.progress.advance(line)
        self.progress.update(line, completed=total)
        self.seconds[name] = time.perf_counter() - began
