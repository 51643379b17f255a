from typing import Any

from api.dependencies import ACTING_AS, ON_BEHALF_OF

RATE_HEADERS = {
    "RateLimit": {"description": "what is left of the quota", "schema": {"type": "string", "maxLength": 200}},
    "RateLimit-Policy": {"description": "the quota", "schema": {"type": "string", "maxLength": 200}},
}


RETRY_HEADER = {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 0, "maximum": 86400}}


DISPOSITION_HEADER = {
    "description": "under which name to save it; `filename*` is in UTF-8 (RFC 6266)",
    "schema": {"type": "string", "maxLength": 1000},
}


LOCATION_HEADER = {"description": "where it is found", "schema": {"type": "string", "maxLength": 500}}


def _header(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "uuid", "maxLength": 36, "title": name, "description": description}
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": description}


BEHALF_PARAMETER = _header(ON_BEHALF_OF, "the official for whom a front end acts, if its key may")


ACTING_PARAMETER = _header(
    ACTING_AS, "in which of one's appointments one acts, where several would do; /v1/me lists them"
)


def headers_of(status: str) -> dict[str, Any]:
    if status == "401":
        return {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string", "maxLength": 100}}}
    if status in {"429", "503"}:
        return {"Retry-After": RETRY_HEADER}
    if status in {"201", "202"}:
        return {"Location": LOCATION_HEADER}
    return {}
