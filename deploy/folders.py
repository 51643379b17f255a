"""Folders of servers that run for us: held by one at a time, with secrets only their owner reads."""

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

# Linux takes 107 bytes and macOS 103 for the path of a Unix socket.
SOCKET_PATH_BYTES = 103


class FolderInUse(RuntimeError):  # noqa: N818 - it states a fact, like every refusal
    def __init__(self, folder: Path) -> None:
        super().__init__(f"数据目录正被另一进程使用 / another process is using this data folder: {folder}")


@contextmanager
def held(folder: Path, *, patience_s: float = 15) -> Iterator[int]:
    """Hold a private folder alone, giving its descriptor; refused if another holds it for more than `patience_s`.

    A server that inherits the descriptor holds the folder as long as it lives, even if we are killed. Whoever has
    it therefore knows that every trace of an earlier server (process id file, socket) is stale.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + patience_s
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise FolderInUse(folder)
            time.sleep(0.05)
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def run_folder(folder: Path, socket_name: str, *, elsewhere: bool = False) -> Iterator[Path]:
    """Give a place for a server's socket: `folder`, or a temporary folder if the path would be too long.

    The temporary one is noted in `folder`, so that the next start removes what a killed process left.
    """
    note = folder / "run-folder"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
        note.unlink()
    if not elsewhere and len(os.fsencode(folder / "socket" / socket_name)) <= SOCKET_PATH_BYTES:
        yield folder
        return
    temporary = Path(tempfile.mkdtemp(prefix="ducha-"))
    note.write_text(str(temporary))
    descriptor = os.open(temporary, os.O_RDONLY)
    try:
        # systemd's cleaner of old temporary files leaves locked folders alone.
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield temporary
    finally:
        os.close(descriptor)
        shutil.rmtree(temporary, ignore_errors=True)
        note.unlink()


def fresh_socket_folder(run: Path) -> Path:
    """Make an empty folder that only its owner enters, without a killed server's socket."""
    socket_folder = run / "socket"
    shutil.rmtree(socket_folder, ignore_errors=True)
    socket_folder.mkdir(mode=0o700)
    return socket_folder


def kept_secret(path: Path) -> str:
    """Read a secret of 32 random bytes in hexadecimal, made at the first call in a file of mode 0600."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # A file appears whole or not at all, and the first of two makers wins.
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        Path(draft).unlink()
    return path.read_text().strip()


def keep_settings(path: Path, settings: Mapping[str, str]) -> None:
    """Write settings as NAME=value lines into a file that only its owner reads."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())


def read_settings(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)
