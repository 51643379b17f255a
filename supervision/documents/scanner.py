import asyncio
import shlex
import struct
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

import structlog

from supervision.documents.errors import AttachmentInfected, ScannerUnavailable
from supervision.foundation import metrics, settings

log = structlog.get_logger()

_SECONDS = 60
_CLEAN, _INFECTED = 0, 1
_CHUNK = 64 * 1024


async def require_clean(raw: bytes) -> None:
    """Refuse bytes in which the scanner of this installation finds something; without a scanner none are refused.

    No connection of the database may be held meanwhile. What cannot be scanned is not taken.
    """
    chosen = settings.current()
    if not chosen.scan_command and not chosen.scan_socket:
        return
    try:
        async with asyncio.timeout(_SECONDS):
            is_clean = await (_ask_command(chosen.scan_command, raw) if chosen.scan_command else _ask_clamd(raw))
    except (OSError, ValueError, TimeoutError) as error:
        metrics.SCANS.labels("unavailable").inc()
        log.warning("scanner_unavailable", reason=f"{type(error).__name__}: {error}")
        raise ScannerUnavailable from None
    metrics.SCANS.labels("clean" if is_clean else "infected").inc()
    if not is_clean:
        raise AttachmentInfected


async def _ask_command(command: str, raw: bytes) -> bool:
    """Give the bytes to a command: 0 is clean, 1 is infected, and everything else is no answer."""
    process = await asyncio.create_subprocess_exec(*shlex.split(command), stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL)
    try:
        await process.communicate(raw)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    if process.returncode not in {_CLEAN, _INFECTED}:
        raise ValueError(f"status {process.returncode}")
    return process.returncode == _CLEAN


async def _ask_clamd(raw: bytes) -> bool:
    """Give the bytes to clamd by its INSTREAM: pieces with their length before them, and an empty one at the end."""
    reader, writer = await asyncio.open_unix_connection(settings.current().scan_socket)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(raw), _CHUNK):
            piece = raw[start : start + _CHUNK]
            writer.write(struct.pack("!L", len(piece)) + piece)
            await writer.drain()
        writer.write(struct.pack("!L", 0))
        await writer.drain()
        answer = (await reader.read(_CHUNK)).rstrip(b"\0")
    finally:
        writer.close()
    if answer.endswith(b" FOUND"):
        return False
    if answer != b"stream: OK":
        raise ValueError(answer[:100].decode(errors="replace"))
    return True
