"""Where uploads are kept beside the database: a folder, or a bucket of a server of its own that speaks S3."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from supervision.foundation import settings


@contextmanager
def open_bucket() -> Iterator[str]:
    """Start a server that speaks S3, with a bucket; gives where it is as the setting says it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stderr=subprocess.DEVNULL)
    try:
        _make_bucket(f"http://127.0.0.1:{port}/ducha")
        yield f"s3+http://127.0.0.1:{port}/ducha"
    finally:
        server.terminate()
        server.wait()


def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **chosen: str) -> None:
    """Set settings for a test, and the keys of a bucket; the fixture that calls it forgets them afterwards."""
    (tmp_path / "keys").write_text("someone\nsecret\n")
    monkeypatch.setenv("DUCHA_ATTACHMENT_STORE_KEY_FILE", str(tmp_path / "keys"))
    for name, value in chosen.items():
        monkeypatch.setenv(f"DUCHA_{name}".upper(), value)
    settings.current.cache_clear()


def _make_bucket(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            httpx.put(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return
