import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from supervision.documents.attachments import Kept
from supervision.documents.errors import StoreUnavailable
from supervision.foundation import settings
from supervision.foundation.connections import is_private
from supervision.foundation.settings import SettingRefused

log = structlog.get_logger()

# Seconds of one call, and how often what failed on its way is sent again.
_CALL_SECONDS, _RETRIES = "30s", 2


class Store:
    """Where bytes are kept beside the database: a folder, or a bucket of something that speaks S3.

    No call may be made while a connection of the database is held.
    """

    def __init__(self, objects: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._objects, self._folder = objects, folder

    async def put(self, key: str, raw: bytes) -> None:
        """Keep bytes; when this returns they survive a loss of power."""
        with _told():
            await self._objects.put_async(key, raw, use_multipart=False)
            if self._folder is not None:
                await asyncio.to_thread(_flush, self._folder / key)

    async def get(self, key: str) -> bytes:
        with _told():
            return bytes(await (await self._objects.get_async(key)).bytes_async())

    async def list(self, prefix: str) -> AsyncIterator[tuple[str, datetime]]:
        """Give the keys below a prefix, each with the time since when it is kept."""
        with _told():
            async for chunk in self._objects.list(prefix):
                for each in chunk:
                    yield each["path"], each["last_modified"]

    async def delete(self, keys: Sequence[str]) -> None:
        with _told():
            await self._objects.delete_async(keys)


def choose_store() -> Store | None:
    """Return where what is uploaded is kept; None for the database itself.

    Refuses an address beyond this machine that is not https, a folder that is not there, and keys that cannot be read.
    """
    chosen = settings.current()
    return _open(chosen.attachment_store, chosen.attachment_store_key_file, chosen.attachment_store_region)


async def bytes_of(kept: Kept) -> bytes:
    """Return the bytes of an attachment, wherever they are; refuses what was changed there."""
    if kept.stored_as is None:
        return kept.content
    store = choose_store()
    if store is None:
        log.error("attachment_store_missing", setting="DUCHA_ATTACHMENT_STORE")
        raise StoreUnavailable
    raw = await store.get(kept.stored_as)
    if sha256(raw).digest() != kept.sha256:
        log.error("attachment_damaged", key=kept.stored_as)
        raise StoreUnavailable
    return raw


@lru_cache
def _open(place: str, key_file: Path | None, region: str) -> Store | None:
    if not place:
        return None
    url = urlsplit(place)
    if url.scheme == "file":
        return _open_folder(Path(url.path))
    endpoint, bucket = f"{url.scheme.removeprefix('s3+')}://{url.netloc}", url.path.strip("/")
    if not is_private(endpoint) or not bucket or "/" in bucket:
        raise SettingRefused(
            "请将 DUCHA_ATTACHMENT_STORE 设为 s3+https://主机/桶；s3+http 仅限本机。",
            "Set DUCHA_ATTACHMENT_STORE to s3+https://host/bucket; s3+http is for this machine only.",
        )
    key_id, secret = _read_keys(key_file)
    objects = S3Store(
        bucket,
        endpoint=endpoint,
        region=region,
        access_key_id=key_id,
        secret_access_key=secret,
        virtual_hosted_style_request=False,
        client_options={"allow_http": url.scheme == "s3+http", "timeout": _CALL_SECONDS},
        retry_config={"max_retries": _RETRIES},
    )
    return Store(objects)


def _open_folder(folder: Path) -> Store:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise SettingRefused(
            "DUCHA_ATTACHMENT_STORE 所指文件夹不存在或不可写。请先建好文件夹，并授权本进程读写。",
            "The folder of DUCHA_ATTACHMENT_STORE is missing or may not be written. Make it, and let this process in.",
        )
    return Store(LocalStore(folder), folder)


def _read_keys(path: Path | None) -> tuple[str, str]:
    try:
        key_id, secret = (path.read_text(encoding="ascii") if path else "").split()
    except (OSError, ValueError):
        raise SettingRefused(
            "请将 DUCHA_ATTACHMENT_STORE_KEY_FILE 设为两行的文件：访问密钥编号、密钥，并确认本进程可读。",
            "Set DUCHA_ATTACHMENT_STORE_KEY_FILE to a file of two lines, id and secret of the access key, that this "
            "process may read.",
        ) from None
    return key_id, secret


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The library tells the whole exchange; its first line says what is wrong.
        log.warning("attachment_store_unavailable", reason=str(error).partition("\n")[0])
        raise StoreUnavailable from None


def _flush(path: Path) -> None:
    for each in (path, path.parent, path.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
