"""The app as the contract tests serve it, and the bugs that they must catch: a check that cannot fail is none."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from api.app import create_app
from supervision.foundation.ids import new_id
from tests.contract.front_end import FrontEnd, with_header, with_path

Bug = Callable[[FrontEnd], ASGIApp]


def anonymous_is_let_in(front: FrontEnd) -> ASGIApp:
    """Let anybody list the units."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and front.operation(scope) == "list_units":
            scope = with_header(scope, b"authorization", "Bearer here")
        await front(scope, receive, send)

    return app


def counties_are_mixed(front: FrontEnd) -> ASGIApp:
    """Show one county's units to the other, as a forgotten jurisdiction check would."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and front.operation(scope) == "get_unit" and has_key(scope, "there"):
            scope = with_header(scope, b"authorization", "Bearer here")
        await front(scope, receive, send)

    return app


def made_things_are_lost(front: FrontEnd) -> ASGIApp:
    """Find no unit, whether it was made or not."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and front.operation(scope) == "get_unit":
            scope = with_path(scope, f"/v1/units/{new_id()}")
        await front(scope, receive, send)

    return app


def versions_are_not_asked_for(front: FrontEnd) -> ASGIApp:
    """Change a unit for somebody who never read it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and front.operation(scope) == "amend_unit"
            and b"if-match" not in dict(scope["headers"])
        ):
            headers = {"Authorization": dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")}
            async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://planted") as client:
                tag = (await client.get(scope["path"], headers=headers)).headers.get("ETag")
            scope = with_header(scope, b"if-match", tag) if tag else scope
        await front(scope, receive, send)

    return app


def has_key(scope: Scope, county: str) -> bool:
    return dict(scope["headers"]).get(b"authorization") == f"Bearer {county}".encode()


BUGS: dict[str, Bug] = {
    bug.__name__: bug
    for bug in (anonymous_is_let_in, counties_are_mixed, made_things_are_lost, versions_are_not_asked_for)
}


def create_served() -> ASGIApp:
    """Build what uvicorn serves in the contract tests, with the bug of DUCHA_TEST_BUG, if any."""
    keys = json.loads(Path(os.environ["DUCHA_TEST_KEYS"]).read_text("utf-8"))
    token = Path(os.environ["DUCHA_METRICS_TOKEN_FILE"]).read_text("utf-8")
    secret = Path(os.environ["DUCHA_TEST_GATEWAY_RECEIPT_SECRET_FILE"]).read_text("utf-8")
    front = FrontEnd(create_app(), keys, metrics_token=token, gateway_secret=secret)
    bug = BUGS.get(os.environ.get("DUCHA_TEST_BUG", ""))
    return bug(front) if bug else front
