"""The key of the audit's seals, which the worker alone is given."""

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url


def keep_seal_key(path: Path, *, installation_secret: str, owner_url: str) -> None:
    """Make the file of the sealing key where there is none; what was sealed before stays verifiable.

    Seals used to be bound by a key derived from the installation secret, which the API holds too: it stays as an older
    key for just the seals that it made.
    """
    if path.exists():
        return
    lines = [secrets.token_hex(32)]
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT max(id) FROM audit_seal").fetchone()
    if row is not None and row[0] is not None:
        derived = hmac.digest(bytes.fromhex(installation_secret), b"ducha/audit", "sha256")
        lines.append(f"{derived.hex()} {row[0]}")
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{line}\n" for line in lines)
