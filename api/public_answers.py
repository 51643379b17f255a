import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response
from starlette.datastructures import Headers
from starlette.types import Scope

from api.conditions import is_current, not_modified

# What anybody may keep, if he asks each time whether it still holds: the feeds and the pages that are stored.
EVERYBODYS = "public, no-cache"
_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(slots=True)
class _Kept:
    full: Response
    unchanged: Response | None
    etag: bytes
    route: object
    read_at: float
    is_renewed: bool = False


class PublicAnswers:
    """Keeps what everybody is answered alike in this process's memory, for so short a time that nothing need be told.

    Each process reads a page from the database once in half this time, whoever asks, and gives nothing that was read
    longer ago than this time: what was withdrawn is gone from all processes by then, without any word among them.
    """

    def __init__(self, seconds: float, *, most_bytes: int = _MOST_BYTES) -> None:
        self._seconds, self._most_bytes = seconds, most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def find(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Response | None:
        """Return the answer to a request, or nothing where the database must be asked; tells the scope whose it is."""
        kept = self._kept.get(scope["path"])
        if kept is None or scope["query_string"] or scope["method"] not in {"GET", "HEAD"}:
            return None
        age = time.perf_counter() - kept.read_at
        if age >= self._seconds:
            return None
        if age >= self._seconds / 2 and not kept.is_renewed:
            # This request alone asks the database; the others need not wait for it.
            kept.is_renewed = True
            return None
        self._kept.move_to_end(scope["path"])
        scope["route"] = kept.route
        if kept.unchanged is None or not _CONDITIONS & headers.keys():
            return kept.full
        is_known = headers.get(b"if-none-match") == kept.etag or is_current(Headers(scope=scope), kept.full.headers)
        return kept.unchanged if is_known else kept.full

    def keep(self, scope: Scope, response: Response) -> None:
        """Keep an answer if it is everybody's, under its whole path, which begins with the county's code."""
        is_everybodys = response.headers.get("cache-control") == EVERYBODYS and "etag" in response.headers
        if not self._seconds or not is_everybodys or scope["query_string"]:
            return
        path, read_at = scope["path"], scope["state"]["arrived_at"]
        before = self._kept.get(path)
        if before is not None and before.read_at > read_at:
            return
        unchanged = not_modified(response) if response.status_code == HTTPStatus.OK else None
        self._forget(path)
        self._kept[path] = _Kept(response, unchanged, response.headers["etag"].encode(), scope["route"], read_at)
        self._bytes += len(response.body)
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None:
            self._bytes -= len(kept.full.body)
