from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.portal_replies import is_of_portal, portal_problem
from api.problem_texts import FIELD_TEXTS, HTTP_TEXTS, UNKNOWN_FIELD_TEXT
from api.schemas.fields import MOST_PROBLEMS
from supervision.foundation.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Refusal,
    Stale,
    Unauthenticated,
    Unavailable,
)
from supervision.identity.errors import InsufficientUserAuthentication, InvalidToken
from supervision.identity.sign_in import FRESH

log = structlog.get_logger()

# The only table of status codes for what the domain refuses; every refusal is of one of these kinds.
STATUS: dict[type[Refusal], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    Unavailable: 503,
}


# Characters of one name, and of a whole pointer, as the schema of problems bounds them.
_NAME_TOLD, _POINTER_TOLD = 100, 500


def language_of(accept: str) -> str:
    """Choose zh-CN unless the reader prefers English."""
    for part in accept.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-CN"
        if tag.startswith("en"):
            return "en"
    return "zh-CN"


def problem(
    scope: Scope,
    status: int,
    code: str,
    texts: tuple[str, str],
    *,
    problems: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make a problem+json answer (RFC 9457) in the reader's language; what was sent is repeated by name only.

    Readers of the portal get a page that says the same.
    """
    if is_of_portal(scope):
        return portal_problem(scope, status, texts[0])
    accept = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    language = language_of(accept)
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": texts[1 if language == "en" else 0],
        "instance": f"urn:ducha:trace:{scope.get('state', {}).get('trace_id', '')}",
        "code": code,
        "errors": [
            {"pointer": each.pointer, "code": each.code, "detail": each.en if language == "en" else each.zh}
            for each in problems[:MOST_PROBLEMS]
        ],
        "trace_id": scope.get("state", {}).get("trace_id", ""),
    }
    return Response(
        orjson.dumps(body),
        status,
        {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})},
        "application/problem+json",
    )


def http_problem(scope: Scope, status: int, headers: Mapping[str, str] | None = None) -> Response:
    code, zh, en = HTTP_TEXTS.get(status, HTTP_TEXTS[400])
    return problem(scope, status, code, (zh, en), headers=headers)


async def on_refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)  # noqa: S101 - the registration of this handler says so
    status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
    headers = {"WWW-Authenticate": _challenge(refusal)} if status == HTTPStatus.UNAUTHORIZED else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": "5"}
    texts = (refusal.detail("zh-CN"), refusal.detail("en"))
    return problem(request.scope, status, refusal.code, texts, problems=refusal.problems, headers=headers)


def _challenge(refusal: Refusal) -> str:
    # RFC 6750 §3.1 and RFC 9470 §3 name the errors as our codes do; whoever sent no token at all is told none.
    if isinstance(refusal, InsufficientUserAuthentication):
        return f'Bearer error="{refusal.code}", max_age="{FRESH // timedelta(seconds=1)}"'
    return f'Bearer error="{refusal.code}"' if isinstance(refusal, InvalidToken) else "Bearer"


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the registration of this handler says so
    return http_problem(request.scope, error.status_code, error.headers)


async def on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the registration of this handler says so
    problems = [_field_error(each["type"], each["loc"]) for each in error.errors()]
    return problem(request.scope, 422, Invalid.code, (Invalid.zh, Invalid.en), problems=problems)


def _field_error(kind: str, place: Sequence[str | int]) -> FieldError:
    zh, en = FIELD_TEXTS.get(kind, UNKNOWN_FIELD_TEXT)
    code = kind if kind in FIELD_TEXTS else "invalid_value"
    # A name that we do not know is what the caller wrote: enough of it to be found, and no more.
    pointer = ""
    for step in place:
        told = "/" + str(step)[:_NAME_TOLD].replace("~", "~0").replace("/", "~1")
        if len(pointer) + len(told) <= _POINTER_TOLD:
            pointer += told
    return FieldError(pointer, code, zh, en)


async def on_database(request: Request, error: Exception) -> Response:
    is_gone = isinstance(error, OperationalError | InterfaceError | PoolTimeout) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    if not is_gone:
        return await on_bug(request, error)
    log.warning("database_unavailable", trace_id=request.scope.get("state", {}).get("trace_id"))
    return http_problem(request.scope, 503, {"Retry-After": "2"})


async def on_bug(request: Request, error: Exception) -> Response:
    log.error("bug", trace_id=request.scope.get("state", {}).get("trace_id"), exc_info=error)
    return http_problem(request.scope, 500)
