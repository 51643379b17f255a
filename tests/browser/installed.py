"""What pages are looked at with; where it is missing the tests say so, and CI must have it."""

import os
import shutil
from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WHERE = "apt-get install -y chromium"


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found and AXE.exists():
        return found
    missing = f"no chromium here: {WHERE}" if not found else f"no {AXE}: npm ci"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}; CI must look at the portal in a browser")
    pytest.skip(missing)
