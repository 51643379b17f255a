import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_reference_answers_as_we_do() -> None:
    argv = [sys.executable, "-m", "tests.benchmarks", "--check"]
    # It brings servers of its own.
    env = {name: value for name, value in os.environ.items() if not name.startswith("DUCHA_")}
    done = subprocess.run(
        argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
