from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from api.errors import on_refusal
from supervision.foundation.errors import Unavailable
from supervision.foundation.paging import Page

_PIECE = 256 * 1024
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_SUBCLASS


def to_json(value: Any) -> bytes:
    """Write JSON once: rows as objects, decimals as text without needless zeros, moments in UTC with Z."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):
        return str(value)
    raise TypeError(type(value).__name__)


def plain_decimal(value: Decimal) -> str:
    """Write 3 for 3.0000 and 29.256 for 29.2560."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(to_json(value), status, dict(headers or {}), "application/json")


def one(row: Mapping[Any, Any], status: int = 200, *, location: str | None = None) -> Response:
    """Answer one thing; what has a version carries it as its ETag."""
    headers = {"ETag": f'"{row["version"]}"'} if "version" in row else {}
    if location is not None:
        headers["Location"] = location
    return reply(dict(row), status, headers)


def watched(row: Mapping[Any, Any], status: int = 200, *, location: str | None = None) -> Response:
    """Answer a piece of work; while it goes on, with the seconds after which to ask again."""
    response = one(row, status, location=location)
    if row["finished_at"] is None:
        response.headers["Retry-After"] = "1"
    return response


def many(request: Request, page: Page) -> Response:
    """Answer one page of a list, with the way to the next one in the body and in Link."""
    headers = {}
    if page.next is not None:
        asked = [pair for pair in request.query_params.multi_items() if pair[0] != "after"]
        headers["Link"] = f'<{request.scope["path"]}?{urlencode([*asked, ("after", page.next)])}>; rel="next"'
    following = None if page.next is None else str(page.next)
    return reply({"data": page.rows, "next": following}, 200, headers)


def all_of(rows: Sequence[Mapping[Any, Any]]) -> Response:
    """Answer a list that is short by nature."""
    return reply({"data": [dict(row) for row in rows], "next": None})


def saved_as(name: str) -> dict[str, str]:
    """Make the headers by which a browser saves a file under a name, which may be Chinese (RFC 6266, RFC 8187).

    A browser that shows it nevertheless lets it do nothing.
    """
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": named, "Content-Security-Policy": "default-src 'none'; sandbox"}


class Later(Response):
    """An answer that is made once the transaction is over, so that no connection waits for what it needs."""

    def __init__(self, make: Callable[[], Awaitable[Response]], *, headers: Mapping[str, str]) -> None:
        super().__init__(headers=headers)
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._make()
        except Unavailable as refusal:
            answer = await on_refusal(Request(scope), refusal)
        await answer(scope, receive, send)


def download(file: IO[bytes], *, size: int, media_type: str, name: str) -> Response:
    """Send a file away piece by piece and close it."""
    headers = {"Content-Length": str(size), **saved_as(name)}
    return StreamingResponse(
        _pieces(file), headers=headers, media_type=media_type, background=BackgroundTask(file.close)
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
