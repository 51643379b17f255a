import logging
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from http import HTTPMethod
from typing import Any

import orjson
import psycopg
import structlog
from pydantic import ValidationError
from sqlalchemy.exc import StatementError

from supervision.foundation import clock

# Telephone numbers and keys never reach a log, wherever in a line they stand.
_TELEPHONE = re.compile(r"(?<!\d)(\+?86)?1\d{10}(?!\d)")
_METHODS = frozenset(HTTPMethod)
_KEY = re.compile(r"ducha_(live|test)_[0-9A-Za-z]+_[0-9A-Za-z_]+")


def redact(value: object) -> object:
    if isinstance(value, str):
        return _KEY.sub(r"ducha_\1_***", _TELEPHONE.sub("1**********", value))
    if isinstance(value, dict):
        return {key: redact(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    return value


def _redact_event(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) for key, value in event.items()}


def tell(error: BaseException) -> str:
    """Write what an error was, where it came from and what led to it, without quoting any row or parameter."""
    return "\n".join(line for each in reversed(list(_chain(error))) for line in _lines(each))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    before: BaseException | None = error
    while before is not None and id(before) not in seen:
        seen.add(id(before))
        yield before
        before = before.__cause__ or (None if before.__suppress_context__ else before.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_words(error)}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield tell(each)


def _words(error: BaseException) -> object:
    # PostgreSQL quotes whole rows (DETAIL) and values, SQLAlchemy parameters, Pydantic what was sent.
    if isinstance(error, psycopg.Error):
        place = error.diag
        told = (error.sqlstate, place.table_name, place.column_name, place.constraint_name)
        return " ".join(each for each in told if each)
    if isinstance(error, StatementError | ValidationError):
        return "-"
    return redact(str(error))


class Plain(logging.Formatter):
    """The lines of other libraries, as careful as our own."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is the standard library's
        return tell(ei[1]) if ei[1] else ""

    def format(self, record: logging.LogRecord) -> str:
        return str(redact(super().format(record)))


def _tell_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    return {**event, "exception": tell(error)} if error else event


class _RequestLines:
    """Where the lines of requests go; nowhere, while what is merely informative is not wanted."""

    logger: structlog.WriteLogger | None = None


def tell_request(method: str, operation: str, status: int, seconds: float, trace_id: str, request_id: str) -> None:
    """Write the line of a request, by a shorter way than other events take: there are more of them than of all else.

    Nothing in it is redacted but what a caller can choose, which are a method that is none and a trace that was begun
    elsewhere.
    """
    if _RequestLines.logger is None:
        return
    line = {
        "method": method if method in _METHODS else redact(method),
        "operation": operation,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "trace_id": trace_id if trace_id == request_id else redact(trace_id),
        "request_id": request_id,
        "event": "request",
        "level": "info",
        "timestamp": clock.real_now(),
    }
    _RequestLines.logger.msg(orjson.dumps(line, option=orjson.OPT_UTC_Z).decode())


def configure(level: str) -> None:
    """Write one JSON object a line to standard error, telephone numbers and keys taken out."""
    is_informative = logging.getLevelNamesMapping()[level.upper()] <= logging.INFO
    _RequestLines.logger = structlog.WriteLogger(sys.stderr) if is_informative else None
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain("%(message)s"))
    logging.basicConfig(handlers=[handler], level=level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # The server has set up its own before it loads us; they would tell of an error whatever its text quotes.
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_exception,
            _redact_event,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _to_json(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
