"""What everybody reads, as the shortest program gives it: a route of Starlette that has the bytes in hand."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.benchmarks.county import County
from tests.benchmarks.driver import request


async def create_bare(ours: ASGIApp, county: County) -> Starlette:
    """Build an app that gives what ours gives of the county's feed and page, and 304 to whoever holds it."""
    given = {"/feeds/{county}/{name}.atom": county.feed, "/portal/{county}/publications/{entry}": county.page}
    types = ("application/atom+xml", "text/html")
    return Starlette(
        routes=[
            _route(template, await request(ours, "GET", path, ""), tag, media_type)
            for (template, (path, tag)), media_type in zip(given.items(), types, strict=True)
        ]
    )


def _route(path: str, content: bytes, tag: str, media_type: str) -> Route:
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}

    async def give(asked: Request) -> Response:
        if asked.headers.get("if-none-match") == tag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    return Route(path, give)
