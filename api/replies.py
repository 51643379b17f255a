from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

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
    """Make the header by which a browser saves a file under a name, which may be Chinese (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def download(file: IO[bytes], *, size: int, media_type: str, name: str) -> Response:
    """Send a file away piece by piece and close it."""
    headers = {"Content-Length": str(size), **saved_as(name)}
    return StreamingResponse(
        _pieces(file), headers=headers, media_type=media_type, background=BackgroundTask(file.close)
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
