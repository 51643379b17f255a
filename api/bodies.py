import asyncio

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

# Up to here anybody may send, known or not.
_SMALL_BYTES = 16 * 1024
# What is refused half-way is not read on, so the connection cannot be used again (RFC 9110 §15.5.9).
_CLOSE = {"Connection": "close"}


def is_small(request: Request) -> bool:
    """Tell whether a body says of itself that it is small enough to be taken from anybody."""
    return "transfer-encoding" not in request.headers and _declared_length(request) <= _SMALL_BYTES


async def receive_body(request: Request, *, most_bytes: int, seconds: float) -> Request:
    """Return the request with the whole of its body at hand; refuses what is too large (413) or too slow (408)."""
    if _declared_length(request) > most_bytes:
        raise HTTPException(413)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                body += piece
                if len(body) > most_bytes:
                    raise HTTPException(413, headers=_CLOSE)
    except TimeoutError:
        raise HTTPException(408, headers=_CLOSE) from None
    except ClientDisconnect:
        # Nobody hears it, but the log shall say how it ended.
        raise HTTPException(400) from None
    return Request(request.scope, _sent(bytes(body), request.receive))


def _sent(body: bytes, rest: Receive) -> Receive:
    left = [body]

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await rest()

    return receive


def _declared_length(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0
