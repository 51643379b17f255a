"""What tshark, which others wrote, reads in frames of CMPP."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest

from supervision.messaging.gateways import cmpp_codec

_PORT = 7890
_ETHERNET = 1


def dissect(frames: Sequence[cmpp_codec.Frame]) -> list[dict[str, Any]]:
    """Return the fields that tshark sees in each frame; skips where it is not installed, which CI must have."""
    if shutil.which("tshark") is None:
        message = "tshark not found: apt-get install tshark"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with TemporaryDirectory() as folder:
        capture = Path(folder) / "frames.pcap"
        capture.write_bytes(b"".join(_capture(frames)))
        argv = ["tshark", "-r", str(capture), "-d", f"tcp.port=={_PORT},cmpp", "-T", "json", "-J", "cmpp"]
        told = subprocess.run([*argv, "--no-duplicate-keys"], check=True, capture_output=True).stdout
    return [_flat(packet["_source"]["layers"]["cmpp"]) for packet in orjson.loads(told)]


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        found |= _flat(value) if isinstance(value, dict) else {name: value}
    return found


def _capture(frames: Sequence[cmpp_codec.Frame]) -> Iterator[bytes]:
    """Yield a pcap file: each frame as the next segment of one TCP connection."""
    yield struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _ETHERNET)
    at = 1
    for number, frame in enumerate(frames, start=1):
        written = cmpp_codec.write(frame, number)
        tcp = struct.pack(">HHIIBBHHH", 50000, _PORT, at, 1, 5 << 4, 0x18, 65535, 0, 0) + written
        ip = (
            struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
            + tcp
        )
        packet = bytes(12) + b"\x08\x00" + ip
        yield struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet
        at += len(written)
