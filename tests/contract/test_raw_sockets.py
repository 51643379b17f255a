"""What reaches the server as bytes, however wrong, against a real uvicorn; and a database that goes away meanwhile."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from api.app import DuchaApp
from deploy.roles import DatabaseUrls
from tests.contract.server import Served, prepare, served
from tests.places import make_database

HOST = b"Host: ducha.test\r\n"
CHUNKED = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("sockets")


@pytest.fixture(scope="module")
async def server(urls: DatabaseUrls, app: DuchaApp, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("sockets")
    with served(urls, folder, await prepare(urls, app, folder)) as started:
        yield started


async def send(server: Served, *pieces: bytes, closes: bool = False) -> bytes:
    """Send bytes as they are and read all that comes back until the server closes or falls silent."""
    port = make_url(server.base_url.replace("http", "postgresql")).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if closes:
            writer.write_eof()
        while more := await asyncio.wait_for(reader.read(65536), timeout=3):
            answer += more
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def post(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    lines = [b"POST /v1/units HTTP/1.1\r\n", HOST, b"Authorization: Bearer here\r\nContent-Type: application/json\r\n"]
    lines += [b"Content-Length: %d\r\n" % (len(body) if length is None else length), *headers, b"\r\n", body]
    return b"".join(lines)


MALFORMED = {
    "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "noise": bytes(range(256)) * 4,
    "unknown-version": b"GET /livez HTTP/9.9\r\n\r\n",
    "bad-header": b"GET /livez HTTP/1.1\r\n" + HOST + b"Bad Header\r\n\r\n",
    "nul-in-header": b"GET /livez HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    "bare-cr": b"GET /livez HTTP/1.1\r\n" + HOST + b"X: a\rY: b\r\n\r\n",
    "two-lengths": post(b"{}", b"Content-Length: 3\r\n"),
    "negative-length": post(b"", length=-1),
    "length-and-chunks": post(b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"),
    "bad-chunk": b"POST /v1/units HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\nzz\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_requests_are_refused_or_dropped(server: Served, request_bytes: bytes) -> None:
    answer = await send(server, request_bytes, closes=True)
    assert set(statuses(answer)) <= {400, 401, 415, 422}
    assert b"Traceback" not in answer
    assert await alive(server)


async def test_an_oversized_body_is_refused_by_its_declared_length(server: Served) -> None:
    answer = await send(server, post(b"{", length=10_000_000_000))
    assert statuses(answer) == [413]
    assert b"application/problem+json" in answer


async def test_an_oversized_body_in_chunks_is_refused(server: Served) -> None:
    head = b"POST /v1/units HTTP/1.1\r\n" + HOST + b"Authorization: Bearer here\r\n" + CHUNKED
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    answer = await send(server, head + b"\r\n", *[chunk] * 8)
    assert statuses(answer) in ([413], []), "refused, or cut off while still sending"
    assert await alive(server)


async def test_oversized_headers_and_paths_are_refused(server: Served) -> None:
    long = b"x" * 1_000_000
    for request in (b"GET /v1/units HTTP/1.1\r\n" + HOST + b"X: " + long, b"GET /" + long):
        answer = await send(server, request + b"\r\n\r\n", closes=True)
        assert set(statuses(answer)) <= {400, 401, 404, 414, 431}
    assert await alive(server)


async def test_a_truncated_body_stores_nothing(server: Served) -> None:
    body = json.dumps({"name": "没有送完的单位", "kind": "department"}).encode()
    assert statuses(await send(server, post(body[:-5], length=len(body)), closes=True)) in ([], [400])
    async with client(server) as asking:
        found = await asking.get("/v1/units", params={"name": "没有送完的单位"})
    assert found.json()["data"] == []


async def test_pipelined_requests_are_answered_in_order(server: Served) -> None:
    one = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
    two = b"GET /v1/nothing HTTP/1.1\r\n" + HOST + b"\r\n"
    three = b"GET /livez HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert statuses(await send(server, one + two + three)) == [200, 404, 200]


async def test_a_slow_sender_keeps_nobody_waiting(server: Served) -> None:
    port = make_url(server.base_url.replace("http", "postgresql")).port
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
    for _, writer in slow:
        writer.write(post(b"", length=100)[:-2])
        await writer.drain()
    assert await alive(server)
    for _, writer in slow:
        writer.close()


async def test_requests_fail_cleanly_while_the_database_is_away(server: Served, urls: DatabaseUrls) -> None:
    """Cut every connection again and again under load: 503 as a problem, never a hang, and all is well again."""
    seen: set[int] = set()

    async def ask(asking: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            answer = await asking.get("/v1/units")
            seen.add(answer.status_code)
            if answer.status_code != 200:
                problem: dict[str, Any] = answer.json()
                assert (answer.status_code, problem["code"]) == (503, "unavailable")
                assert answer.headers["Retry-After"]

    async with client(server) as asking:
        stop = asyncio.Event()
        load = [asyncio.create_task(ask(asking, stop)) for _ in range(8)]
        try:
            await storm(urls, times=15)
        finally:
            stop.set()
        await asyncio.gather(*load)
        assert seen == {200, 503}
        answers = [await asking.get("/v1/units") for _ in range(20)]
    assert {answer.status_code for answer in answers[10:]} == {200}


async def storm(urls: DatabaseUrls, *, times: int) -> None:
    """End all sessions of the API in the database, `times` over."""
    admin = make_url(os.environ["DUCHA_TEST_ADMIN_URL"]).set(drivername="postgresql+psycopg")
    engine = create_async_engine(admin)
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = 'ducha_api'")
    for _ in range(times):
        async with engine.connect() as connection:
            await connection.execute(end, {"name": make_url(urls.api).database})
        await asyncio.sleep(0.1)
    await engine.dispose()


def client(server: Served) -> httpx.AsyncClient:
    headers = {"Authorization": "Bearer here"}
    return httpx.AsyncClient(base_url=server.base_url, headers=headers, trust_env=False, timeout=30)


async def alive(server: Served) -> bool:
    async with client(server) as asking:
        return (await asking.get("/livez")).status_code == 200
