"""What everybody reads is kept in a process's memory for a moment, and for no longer."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import Response
from starlette.types import Scope

from api.app import DuchaApp, build_app
from api.public_answers import EVERYBODYS, PublicAnswers
from supervision.foundation import settings
from supervision.foundation.database import enter
from tests.factories import publication
from tests.places import Committed, Place, attach
from worker.jobs.publication import render_feeds
from worker.runner import Runner

SECONDS = 1.0
PLACES = ("", "/publications", "/progress")


def scope(path: str = "/portal/330326", *, method: str = "GET", query: bytes = b"", read_ago: float = 0) -> Scope:
    state = {"arrived_at": time.perf_counter() - read_ago}
    return {"path": path, "method": method, "query_string": query, "state": state, "route": None, "headers": []}


def everybodys(content: bytes = b"page") -> Response:
    return Response(content, headers={"ETag": '"1"', "Cache-Control": EVERYBODYS})


class TestMemory:
    def test_gives_nothing_that_was_read_longer_ago(self) -> None:
        answers = PublicAnswers(SECONDS)
        answers.keep(scope(), kept := everybodys())
        assert answers.find(scope(), {}) is kept
        answers = PublicAnswers(SECONDS)
        answers.keep(scope(read_ago=SECONDS), everybodys())
        assert [answers.find(scope(), {}) for _ in range(2)] == [None, None]

    def test_asks_anew_halfway_by_one_request_alone(self) -> None:
        answers = PublicAnswers(SECONDS)
        answers.keep(scope(read_ago=SECONDS * 0.6), kept := everybodys())
        assert [answers.find(scope(), {}) for _ in range(3)] == [None, kept, kept]
        answers.keep(scope(), newer := everybodys(b"newer"))
        assert answers.find(scope(), {}) is newer
        # Whoever asked earlier and heard later changes nothing.
        answers.keep(scope(read_ago=SECONDS * 0.3), everybodys(b"older"))
        assert answers.find(scope(), {}) is newer

    @pytest.mark.parametrize(
        ("asked", "is_found"),
        [
            (scope(), True),
            (scope(method="HEAD"), True),
            (scope("/portal/330327"), False),
            (scope(query=b"words=a"), False),
            (scope(method="POST"), False),
        ],
    )
    def test_answers_the_same_question_only(self, asked: Scope, is_found: bool) -> None:  # noqa: FBT001 - a row's fact
        answers = PublicAnswers(SECONDS)
        answers.keep(scope(), everybodys())
        assert (answers.find(asked, {}) is not None) == is_found

    @pytest.mark.parametrize(
        "response",
        [
            Response(b"form", headers={"Cache-Control": "no-store"}),
            Response(b"one's own", headers={"ETag": '"1"', "Cache-Control": "private, no-cache"}),
            Response(b"untold", headers={"ETag": '"1"'}),
            Response(b"without validator", headers={"Cache-Control": EVERYBODYS}),
        ],
    )
    def test_keeps_what_is_everybodys_and_nothing_else(self, response: Response) -> None:
        answers = PublicAnswers(SECONDS)
        answers.keep(scope(), response)
        answers.keep(scope(query=b"page=2"), everybodys())
        assert answers.find(scope(), {}) is None

    def test_forgets_the_longest_unused_of_too_much(self) -> None:
        answers = PublicAnswers(SECONDS, most_bytes=250)
        for name in ("a", "b"):
            answers.keep(scope(name), everybodys(b"x" * 100))
        assert answers.find(scope("a"), {})
        answers.keep(scope("c"), everybodys(b"x" * 100))
        assert [answers.find(scope(name), {}) is not None for name in "abc"] == [True, False, True]
        answers.keep(scope("d"), everybodys(b"x" * 251))
        assert [answers.find(scope(name), {}) for name in "abcd"] == [None] * 4

    def test_of_no_time_is_none(self) -> None:
        answers = PublicAnswers(0)
        answers.keep(scope(read_ago=-3600), everybodys())
        assert answers.find(scope(), {}) is None


async def with_memory(committed: Committed, seconds: float) -> DuchaApp:
    """Make an app as another process has it."""
    app = build_app(settings.current())
    app.edge.answers = PublicAnswers(seconds)
    await attach(app, committed.api, committed.urls)
    return app


def anybody(app: DuchaApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test")


@contextmanager
def without_database(app: DuchaApp) -> Iterator[None]:
    def broken() -> None:
        raise AssertionError("the database was asked")

    kept, app.state.sessions = app.state.sessions, broken
    yield
    app.state.sessions = kept


async def publish(committed: Committed, place: Place, goal: str) -> Any:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        entry_id = await publication.put_out(session, place.actor, goal=goal)
        await session.commit()
    await render_feeds(Runner(committed.worker, {}))
    return entry_id


async def test_is_served_without_the_database_and_as_the_database_would(committed: Committed) -> None:
    here, other = await committed.found("330326"), await committed.found("330327")
    entry_id = await publish(committed, here, "本县目标")
    await publish(committed, other, "邻县目标")
    app = await with_memory(committed, 3600)
    paths = [f"/portal/330326{place}" for place in (*PLACES, f"/publications/{entry_id}", "/portal.css")]
    paths += [f"/feeds/330326/all.{media}" for media in ("atom", "json", "rss")] + [f"/feeds/330326/entries/{entry_id}"]
    async with anybody(app) as client:
        first = {path: await client.get(path) for path in paths}
        elsewhere = await client.get("/feeds/330327/all.atom")
        with without_database(app):
            again = {path: await client.get(path) for path in paths}
            known = [await client.get(path, headers={"If-None-Match": first[path].headers["ETag"]}) for path in paths]
            since = {"If-Modified-Since": first[paths[0]].headers["Last-Modified"]}
            unmodified, head = await client.get(paths[0], headers=since), await client.head(paths[0])
            others = await client.get(paths[0], headers={"If-None-Match": '"other"'})
    assert [each.status_code for each in known] == [304] * len(paths)
    for path in paths:
        mine, theirs = again[path], first[path]
        assert (mine.status_code, mine.content) == (theirs.status_code, theirs.content) == (200, theirs.content)
        assert without_own(mine.headers) == without_own(theirs.headers), path
        assert mine.headers["X-Trace-Id"] != theirs.headers["X-Trace-Id"]
    assert (unmodified.status_code, others.content) == (304, first[paths[0]].content)
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", first[paths[0]].headers["ETag"])
    assert "邻县目标" in elsewhere.text
    assert "邻县目标" not in "".join(each.text for each in again.values())


def without_own(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in {"x-trace-id", "ratelimit"}}


async def test_what_was_withdrawn_is_gone_from_every_process_after_that_time(committed: Committed) -> None:
    place = await committed.found("330326")
    entry_id = await publish(committed, place, "将要撤回的目标")
    paths = [f"/portal/330326{where}" for where in (*PLACES, f"/publications/{entry_id}")]
    paths += [f"/feeds/330326/all.{media}" for media in ("atom", "json", "rss")] + [f"/feeds/330326/entries/{entry_id}"]
    apps = [await with_memory(committed, SECONDS) for _ in range(2)]
    publisher = await committed.callers(place, "publisher")
    for app in apps:
        async with anybody(app) as client:
            assert all(["将要撤回的目标" in (await client.get(path)).text for path in paths])
    withdrawn = await publisher.post(f"/v1/publications/{entry_id}/withdraw", json={"reason": "数据有误"})
    assert withdrawn.status_code == 200
    # Even before the worker comes round.
    await asyncio.sleep(SECONDS)
    async with anybody(apps[0]) as client:
        assert (await client.get(f"/portal/330326/publications/{entry_id}")).status_code == 410
    await render_feeds(Runner(committed.worker, {}))
    await asyncio.sleep(SECONDS)
    for app in apps:
        async with anybody(app) as client:
            shown = [await client.get(path) for path in paths]
        assert "将要撤回的目标" not in "".join(each.text for each in shown)
        gone = [each.status_code for path, each in zip(paths, shown, strict=True) if str(entry_id) in path]
        assert gone == [410, 410]
