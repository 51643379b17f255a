from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from http import HTTPStatus
from typing import Any, cast

from anyio import CancelScope
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params, solve_dependencies
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic_core import PydanticUndefined
from sqlalchemy import update
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from api.access_record import record_reading, record_refusal
from api.bodies import is_small, receive_body
from api.conditions import is_current, not_modified
from api.dependencies import actor_of, know_caller, read_credentials, session_of
from api.permissions import Permission
from supervision.foundation import settings, strict_json
from supervision.foundation.errors import Forbidden
from supervision.operations.models import IdempotencyRecord

# Headers of a first answer that its replays must carry too.
_KEPT_HEADERS = ("content-type", "etag", "location", "link")

# What a route gives its endpoint without asking FastAPI: the dependency, and where the request's state has it.
_GIVEN = {session_of: "session", actor_of: "actor"}
_UNUSED = AsyncExitStack()
_JSON = {"application/json"}
TakeIn = Callable[[Request], Awaitable[None]]


class DuchaRoute(APIRoute):
    """A route that is strict in what it reads, answers 304 to whom it may, and keeps the answers of keyed requests.

    It opens the session and knows the caller itself, and has FastAPI read only what an endpoint declares beside them:
    every request would pay for the machinery of dependencies, of which ours need nothing.
    """

    permission: Permission
    signs: bool
    # What is done with a body before a connection is taken for it.
    takes_in: TakeIn | None = None

    def __init__(self, *place: Any, **facts: Any) -> None:
        super().__init__(*place, **{**facts, "generate_unique_id_function": _name_of})
        fields = get_flat_params(self.dependant)
        self._parameters = frozenset(field.alias for field in fields if isinstance(field.field_info, Query))
        self._accepted = self._media_types()
        needed = set(_calls_of(self.dependant))
        self._has_session, self._has_actor = session_of in needed, actor_of in needed
        rest = [each for each in self.dependant.dependencies if each.call not in _GIVEN]
        self._read = replace(self.dependant, dependencies=rest)
        self._given = [
            (str(each.name), _GIVEN[each.call]) for each in self.dependant.dependencies if each.call in _GIVEN
        ]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        _refuse_unknown_parameters(request, self._parameters)
        _refuse_media_type(request, self._accepted)
        if request.method == "GET":
            response = await self._answer_by_turns(request)
        else:
            response = await self._answer_to_body(request)
        await response(scope, receive, send)

    async def _answer_to_body(self, request: Request) -> Response:
        """Read the whole body before anything is taken that others wait for."""
        if self._has_actor:
            read_credentials(request)
        # Who sends little may take his time, for nothing is held meanwhile.
        received = await self._receive_body(request) if is_small(request) else None
        if received is not None and self.takes_in is None:
            return await self._answer_by_turns(received)
        if self._has_actor:
            await self._know_sender(request)
        async with request.app.state.large_bodies.take(request.state.caller):
            received = received or await self._receive_body(request)
            if self.takes_in is not None:
                await self.takes_in(received)
            return await self._answer_by_turns(received)

    async def _know_sender(self, request: Request) -> None:
        """Refuse strangers before they send much; whoever is known is looked up again once all has come."""
        state = request.app.state
        async with state.connections.take(request.state.caller), state.sessions() as session:
            try:
                request.state.actor = await know_caller(request, session)
            except Forbidden as refusal:
                await session.close()
                await record_refusal(request, refusal)
                raise

    async def _receive_body(self, request: Request) -> Request:
        chosen = settings.current()
        most_bytes = chosen.max_json_bytes if self._accepted <= _JSON else chosen.max_body_bytes
        return await receive_body(request, most_bytes=most_bytes, seconds=chosen.body_seconds)

    async def _answer_by_turns(self, request: Request) -> Response:
        if not self._has_session:
            return await self._answer(request)
        async with request.app.state.connections.take(request.state.caller):
            return await self._answer_in_transaction(request)

    async def _answer_in_transaction(self, request: Request) -> Response:
        state = request.app.state
        session = request.state.session = state.sessions()
        try:
            if self._has_actor:
                request.state.actor = await know_caller(request, session)
            response = await self._answer(request)
            if self._has_actor:
                await record_reading(request, session, response)
            # The commit comes before the answer leaves, so a failed commit cannot be told as a success.
            await session.commit()
        except BaseException as error:
            # Whoever gives the request up must not keep its connection.
            with CancelScope(shield=True):
                await session.close()
                if isinstance(error, Forbidden):
                    await record_refusal(request, error)
            raise
        await session.close()
        state.doorbell.ring(session.info.pop("doorbell", ()))
        return response

    async def _answer(self, request: Request) -> Response:
        response = await self.endpoint(**await self._arguments(request))
        if request.method == "GET":
            request.app.edge.answers.keep(request.scope, response)
            is_known = response.status_code == HTTPStatus.OK and is_current(request.headers, response.headers)
            return not_modified(response) if is_known else response
        if (owner := getattr(request.state, "idempotency", None)) is not None:
            await _keep(request, owner, response)
        return cast(Response, response)

    async def _arguments(self, request: Request) -> dict[str, Any]:
        body = await _read_body(request) if self.body_field else PydanticUndefined
        # Asked for, but only dependencies that must be closed would use it.
        request.scope["fastapi_inner_astack"] = request.scope["fastapi_function_astack"] = _UNUSED
        solved = await solve_dependencies(
            request=request,
            dependant=self._read,
            body=body,
            async_exit_stack=_UNUSED,
            embed_body_fields=self._embed_body_fields,
        )
        if solved.errors:
            raise RequestValidationError(solved.errors)
        for name, key in self._given:
            solved.values[name] = getattr(request.state, key)
        return solved.values

    def _media_types(self) -> frozenset[str]:
        declared = (self.openapi_extra or {}).get("requestBody", {}).get("content", {})
        return frozenset(declared) or (frozenset({"application/json"}) if self.body_field else frozenset())


def _calls_of(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls_of(each)


async def _read_body(request: Request) -> Any:
    try:
        raw = await request.body()
        return strict_json.loads(raw) if raw else PydanticUndefined
    except strict_json.NotJsonError as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from error
    except strict_json.RepeatedKeyError as error:
        raise RequestValidationError([{"type": "repeated_key", "loc": ("body", *error.place)}]) from error


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
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        # Of two headers that were wrong, each answer names the one that it is about (RFC 9110 §12.5.3, §15.5.16).
        raise HTTPException(415, headers={"Accept-Encoding": "identity"})


async def _keep(request: Request, owner: dict[str, Any], response: Response) -> None:
    # Still inside the request's transaction: the answer is kept if, and only if, what it tells of is.
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    statement = update(IdempotencyRecord).filter_by(**owner)
    await request.state.session.execute(
        statement.values(status=response.status_code, headers=headers, body=bytes(response.body))
    )
