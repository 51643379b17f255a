"""What we reach of what a hand-written reference reaches: `python -m tests.benchmarks [NAME … | --check]`."""

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deploy.stack import Stack
from tests.benchmarks.bench import STEPS, WANTED, open_bench
from tests.benchmarks.driver import Measured
from tests.benchmarks.requests import CASES

# The disk is no part of what is compared: both sides would wait for it alike.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {"DUCHA_REQUESTS_PER_MINUTE": "100000000"}
console = Console()


async def measure_all(names: Sequence[str], stack: Stack, folder: Path) -> dict[str, Measured]:
    with Progress(console=console, transient=True) as progress:
        filling = progress.add_task("filling two counties", total=None)
        async with open_bench(stack) as bench:
            progress.remove_task(filling)
            bars = {name: progress.add_task(name, total=STEPS[name]) for name in names}
            return {name: await bench.measure(name, folder, partial(progress.advance, bars[name])) for name in names}


async def check_all(stack: Stack) -> None:
    async with open_bench(stack) as bench:
        for name in CASES:
            await bench.check(name)


def show(found: dict[str, Measured]) -> None:
    table = Table(title="ours against a hand-written reference, one process each")
    for heading in ("case", "ours/s", "reference/s", "ratio", "middle half of rounds", "wanted"):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    for name, measured in found.items():
        low, high = measured.spread
        rates = (f"{measured.ours:,.0f}", f"{measured.theirs:,.0f}")
        table.add_row(name, *rates, f"{measured.ratio:.2f}", f"{low:.2f}–{high:.2f}", f"≥ {WANTED[name]}")
    console.print(table)
    console.print(
        "The ratio is the median of the rounds' ratios; the sides take turns. Both have one process, as many "
        "connections, and the same server, which does not wait for the disk."
    )


def main() -> int:
    # What is compared must be the same work; that is cheap to know, so the tests ask it each time.
    is_check = sys.argv[1:] == ["--check"]
    names = list(WANTED) if is_check else sys.argv[1:] or list(WANTED)
    if unknown := set(names) - set(WANTED):
        console.print(f"no such case: {', '.join(sorted(unknown))}; there are: {', '.join(WANTED)}")
        return 2
    with tempfile.TemporaryDirectory(prefix="ducha-bench-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        with Stack(folder / "stack", options=FAST, settings=SETTINGS) as stack:
            os.environ.update(stack.environment("api"))
            # Our lines of log are written, as they are when it serves.
            with (folder / "api.log").open("w", buffering=1) as log, redirect_stderr(log):
                if is_check:
                    uvloop.run(check_all(stack))
                    return 0
                found = uvloop.run(measure_all(names, stack, folder))
    show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
