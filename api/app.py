import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog
from alembic.script import ScriptDirectory
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import migrations
from api import errors
from api.access_record import AccessRecord
from api.dependencies import Replay
from api.document import make_document
from api.doorbell import Doorbell
from api.edge import Edge
from api.refused_logins import RefusedLogins
from api.router import all_routes, scopes_of
from api.turns import Turns
from supervision.documents.stores import choose_store
from supervision.foundation import connections, key_ring, logs, settings
from supervision.foundation.database import make_engine, make_sessions
from supervision.foundation.errors import Refusal
from supervision.identity.signing_keys import SigningKeys
from supervision.messaging.gateways.chosen import listening_gateways

log = structlog.get_logger()
# Of one caller; each is kept in memory until it is answered.
_LARGE_BODIES_AT_ONCE = 4


class DuchaApp(FastAPI):
    """FastAPI with its own document and with the edge around everything, error handlers included."""

    edge: Edge
    scopes_of = staticmethod(scopes_of)

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = make_document(self)
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.edge(scope, receive, send)

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        # Without what FastAPI puts between: telemetry, a second limit of size, and stacks that ours has nothing for.
        # A bug is answered and logged here too: handed on, the server would log it with all that its text quotes.
        return ExceptionMiddleware(self._follow, dict(self.exception_handlers))

    async def _follow(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The router tries one route after the other; the edge knows already which it is.
        route: Route | None = scope.get("found")
        if route is None:
            await self.router(scope, receive, send)
            return
        _, found = route.matches(scope)
        scope.update(found)
        await route.handle(scope, receive, send)


def create_app() -> DuchaApp:
    """Build the HTTP face for a process that has what it needs; ends it plainly if it has not."""
    with settings.told_plainly():
        chosen = settings.current()
        logs.configure(chosen.log_level)
        connections.check_connections(chosen)
        key_ring.ring()
        listening_gateways()
        choose_store()
        return build_app(chosen)


def build_app(chosen: settings.Settings) -> DuchaApp:
    """Build the HTTP face: every file of api/routes, one table of errors, one edge."""
    app = DuchaApp(
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    # In one row: the edge learns each route by its whole path.
    app.router.routes.extend(all_routes())
    _handle_errors(app)
    app.edge = Edge(
        app.inside,
        requests_per_minute=chosen.requests_per_minute,
        public_answers_seconds=chosen.public_answers_seconds,
    )
    app.edge.learn_routes(_routes_of(app))
    app.state.refused_logins = RefusedLogins()
    share = chosen.client_connections or max(1, chosen.pool_size // 2)
    app.state.connections = Turns("connections", share=share, patience_seconds=chosen.pool_wait_seconds)
    app.state.large_bodies = Turns(
        "large_bodies", share=_LARGE_BODIES_AT_ONCE, patience_seconds=chosen.pool_wait_seconds
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    chosen = settings.current()
    if "public_url" not in chosen.model_fields_set:
        # Entries of feeds are named by its host for ever; a demonstration sets its own.
        log.warning("public_url_not_set", setting="DUCHA_PUBLIC_URL", default=chosen.public_url)
    engine = make_engine(
        chosen.database_url.get_secret_value(),
        pool_size=chosen.pool_size,
        pool_wait_seconds=chosen.pool_wait_seconds,
    )
    app.state.sessions = make_sessions(engine, "ducha_api")
    app.state.doorbell = Doorbell(chosen.redis_url.get_secret_value())
    app.state.signing_keys = SigningKeys()
    app.state.head = ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()
    app.state.accesses = AccessRecord()
    background = [
        asyncio.create_task(app.state.refused_logins.write_every_minute(app.state.sessions)),
        asyncio.create_task(app.state.accesses.flush_always(app.state.sessions)),
    ]
    yield
    for task in background:
        task.cancel()
    await app.state.refused_logins.write_down(app.state.sessions)
    with suppress(SQLAlchemyError):
        await app.state.accesses.flush(app.state.sessions, is_over=True)
    await app.state.doorbell.aclose()
    await engine.dispose()


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, errors.on_refusal)
    app.add_exception_handler(HTTPException, errors.on_http)
    app.add_exception_handler(RequestValidationError, errors.on_invalid)
    app.add_exception_handler(SQLAlchemyError, errors.on_database)
    app.add_exception_handler(Replay, _replay)
    app.add_exception_handler(Exception, errors.on_bug)


async def _replay(_: Request, replay: Exception) -> Response:
    assert isinstance(replay, Replay)  # noqa: S101 - the registration of this handler says so
    return replay.response


def _routes_of(app: FastAPI) -> Iterator[Route]:
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route
