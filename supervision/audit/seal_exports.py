import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import orjson
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit.models import AuditSeal, AuditSealExport
from supervision.foundation import settings

# Facility 13 (log audit), severity 5 (notice), of RFC 5424.
_PRIORITY = "<109>"
_DEVICE, _PORT = "/dev/log", 514
CHUNK = 1000
_COLUMNS = select(AuditSeal.id, AuditSeal.digest, AuditSeal.sealed_at, func.cardinality(AuditSeal.event_ids))


@dataclass(frozen=True, slots=True)
class ExportedSeal:
    """What is written down of a seal where the database's owner cannot change it; it tells nothing of any row."""

    seal_id: int
    digest: bytes
    sealed_at: datetime
    rows: int

    def line(self) -> str:
        at = self.sealed_at.astimezone(UTC)
        facts = {"seal": self.seal_id, "digest": self.digest.hex(), "sealed_at": at, "rows": self.rows}
        return orjson.dumps(facts, option=orjson.OPT_UTC_Z).decode()


def read_line(line: str) -> ExportedSeal | None:
    """Read a line of a file of seals, or of a log into which syslog wrote them; None for what is no whole seal."""
    try:
        facts = orjson.loads(line[line.index("{") :])
        at = datetime.fromisoformat(facts["sealed_at"])
        return ExportedSeal(int(facts["seal"]), bytes.fromhex(facts["digest"]), at, int(facts["rows"]))
    except (ValueError, LookupError, TypeError):
        return None


class Line(Protocol):
    """What is written down as one line."""

    def line(self) -> str: ...


class Destination(Protocol):
    """Where seals are written down; what cannot be written raises OSError."""

    def write(self, exported: Sequence[ExportedSeal]) -> None: ...


class FileDestination:
    """A file to which lines are only ever added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, exported: Sequence[Line]) -> None:
        text = "".join(f"{each.line()}\n" for each in exported)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "ab") as file:
            if (end := file.tell()) and os.pread(file.fileno(), 1, end - 1) != b"\n":
                # A crash cut the last line short; the line is written again, and the rest must not spoil it.
                text = "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())


class SyslogDestination:
    """The machine's own syslog, at its socket."""

    def __init__(self, device: str) -> None:
        self.device = device

    def write(self, exported: Sequence[ExportedSeal]) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(self.device)
            for each in exported:
                sender.send(f"{_PRIORITY}ducha: {each.line()}".encode())


class UdpDestination:
    """A syslog server elsewhere (RFC 5424 over UDP), from which no failure is heard."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def write(self, exported: Sequence[ExportedSeal]) -> None:
        family, _, _, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            for each in exported:
                head = f"{_PRIORITY}1 {each.sealed_at.isoformat()} - ducha - seal -"
                sender.sendto(f"{head} {each.line()}".encode(), address)


def choose_destination() -> Destination | None:
    """Return where the seals of this installation are written down, if anywhere."""
    place = settings.current().audit_seals
    url = urlsplit(place)
    if url.scheme == "udp":
        return UdpDestination(url.hostname or "", url.port or _PORT)
    if url.scheme == "syslog":
        return SyslogDestination(url.path or _DEVICE)
    return FileDestination(Path(place)) if place else None


async def list_unexported(session: AsyncSession, destination: str) -> list[ExportedSeal]:
    """List the oldest seals that have not been exported to a destination, a thousand at most."""
    mark = select(AuditSealExport.seal_id).where(AuditSealExport.destination == destination).scalar_subquery()
    statement = _COLUMNS.where(AuditSeal.id > func.coalesce(mark, 0)).order_by(AuditSeal.id).limit(CHUNK)
    return [ExportedSeal(*row) for row in await session.execute(statement)]


async def list_unstamped(session: AsyncSession, destination: str, *, most: int) -> list[ExportedSeal]:
    """List the oldest exported seals without a time-stamp, of those from the newest on when the first was asked for.

    What is older has none: the first one that is stamped binds all before it.
    """
    mark = select(AuditSealExport.seal_id).where(AuditSealExport.destination == stamps_of(destination))
    exported = select(AuditSealExport.seal_id).where(AuditSealExport.destination == destination)
    after = func.coalesce(mark.scalar_subquery(), exported.scalar_subquery() - 1)
    statement = _COLUMNS.where(AuditSeal.id > after, AuditSeal.id <= exported.scalar_subquery())
    return [ExportedSeal(*row) for row in await session.execute(statement.order_by(AuditSeal.id).limit(most))]


def stamps_of(destination: str) -> str:
    """Return the name under which it is noted how far the seals of a destination are stamped."""
    return f"timestamps of {destination}"


async def read_seals(session: AsyncSession, which: ColumnElement[bool]) -> dict[int, ExportedSeal]:
    """Read seals as they are written down, by their number."""
    return {row.id: ExportedSeal(*row) for row in await session.execute(_COLUMNS.where(which))}


async def mark_exported(session: AsyncSession, destination: str, exported: Iterable[ExportedSeal]) -> None:
    """Note how far the seals have been exported to a destination; the mark never goes back."""
    last = max(each.seal_id for each in exported)
    marking = insert(AuditSealExport).values(destination=destination, seal_id=last)
    newest = func.greatest(AuditSealExport.seal_id, marking.excluded.seal_id)
    await session.execute(
        marking.on_conflict_do_update(
            index_elements=[AuditSealExport.destination], set_={"seal_id": newest, "exported_at": func.now()}
        )
    )


async def is_cut(session: AsyncSession, destination: str) -> bool:
    """Tell whether the seal that was exported last is gone: the record was cut off or emptied."""
    mark = select(AuditSealExport.seal_id).where(AuditSealExport.destination == destination)
    missing = mark.where(~exists().where(AuditSeal.id == AuditSealExport.seal_id))
    return await session.scalar(missing) is not None
