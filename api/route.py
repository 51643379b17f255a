import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query
from fastapi.routing import APIRoute
from sqlalchemy import update
from starlette.exceptions import HTTPException

from supervision.operations.models import IdempotencyRecord

# Headers of a first answer that its replays must carry too.
_KEPT_HEADERS = ("content-type", "etag", "location", "link")
# Headers of a full answer that its 304 carries too (RFC 9110 §15.4.5).
_VALIDATORS = ("etag", "last-modified", "cache-control", "vary")


class StrictRequest(Request):
    async def json(self) -> Any:
        # orjson refuses what the standard library lets in and later chokes on: NaN, Infinity, lone surrogates.
        try:
            return orjson.loads(await self.body())
        except orjson.JSONDecodeError as error:
            raise json.JSONDecodeError("invalid", "", 0) from error


class DuchaRoute(APIRoute):
    """A route that is strict in what it reads, answers 304 to whom it may, and keeps the answers of keyed requests."""

    def __init__(self, *place: Any, **facts: Any) -> None:
        super().__init__(*place, **{**facts, "generate_unique_id_function": _name_of})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        fields = get_flat_params(self.dependant)
        parameters = frozenset(field.alias for field in fields if isinstance(field.field_info, Query))
        media_types = self._media_types()

        async def answer(request: Request) -> Response:
            _refuse_unknown_parameters(request, parameters)
            _refuse_media_type(request, media_types)
            response = await handle(StrictRequest(request.scope, request.receive))
            if request.method == "GET":
                return _not_modified(request, response)
            if (owner := getattr(request.state, "idempotency", None)) is not None:
                await _keep(request, owner, response)
            return response

        return answer

    def _media_types(self) -> frozenset[str]:
        declared = (self.openapi_extra or {}).get("requestBody", {}).get("content", {})
        return frozenset(declared) or (frozenset({"application/json"}) if self.body_field else frozenset())


def _name_of(route: APIRoute) -> str:
    return route.name


def _refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    unknown = [("query", name, "unknown_parameter") for name in names if name not in known]
    repeated = [("query", name, "repeated_parameter") for name in known if names.count(name) > 1]
    if unknown or repeated:
        raise RequestValidationError([{"type": kind, "loc": (place, name)} for place, name, kind in unknown + repeated])


def _refuse_media_type(request: Request, allowed: frozenset[str]) -> None:
    if not allowed:
        return
    sent = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if sent not in allowed:
        raise HTTPException(415, headers={"Accept": ", ".join(sorted(allowed))})


def _not_modified(request: Request, response: Response) -> Response:
    if response.status_code != HTTPStatus.OK or not _is_current(request, response):
        return response
    kept = {name: response.headers[name] for name in _VALIDATORS if name in response.headers}
    return Response(status_code=304, headers=kept)


def _is_current(request: Request, response: Response) -> bool:
    tag, wanted = response.headers.get("etag"), request.headers.get("if-none-match")
    if wanted is not None:
        tags = {each.strip().removeprefix("W/") for each in wanted.split(",")}
        return tag is not None and ("*" in tags or tag in tags)
    # Only asked where no If-None-Match was sent (RFC 9110 §13.1.3); what is no date is passed over.
    if "if-modified-since" not in request.headers:
        return False
    modified, since = (
        _http_date(headers.get(name, ""))
        for headers, name in ((response.headers, "last-modified"), (request.headers, "if-modified-since"))
    )
    return modified is not None and since is not None and modified <= since


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


async def _keep(request: Request, owner: dict[str, Any], response: Response) -> None:
    # Still inside the request's transaction: the answer is kept if, and only if, what it tells of is.
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    statement = update(IdempotencyRecord).filter_by(**owner)
    await request.state.session.execute(
        statement.values(status=response.status_code, headers=headers, body=bytes(response.body))
    )
