import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

# Telephone numbers and keys never reach a log, wherever in a line they stand.
_TELEPHONE = re.compile(r"(?<!\d)(\+?86)?1\d{10}(?!\d)")
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


def configure(level: str) -> None:
    """Write one JSON object a line to standard error, telephone numbers and keys taken out."""
    logging.basicConfig(stream=sys.stderr, level=level.upper(), format="%(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_event,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _to_json(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
