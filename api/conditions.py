"""Whether a reader holds already what he asks for (RFC 9110 §13)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fastapi import Response
from starlette.datastructures import Headers

# Headers of a full answer that its 304 carries too (RFC 9110 §15.4.5).
_VALIDATORS = ("etag", "last-modified", "cache-control", "vary")


def not_modified(response: Response) -> Response:
    """Make the 304 that stands for an answer."""
    kept = {name: response.headers[name] for name in _VALIDATORS if name in response.headers}
    return Response(status_code=304, headers=kept)


def is_current(asked: Headers, answered: Headers) -> bool:
    """Tell by the headers of both whether what the reader holds is what the answer says."""
    wanted = asked.get("if-none-match")
    if wanted is not None:
        tag, tags = answered.get("etag"), {each.strip().removeprefix("W/") for each in wanted.split(",")}
        return tag is not None and ("*" in tags or tag in tags)
    # Only asked where no If-None-Match was sent (RFC 9110 §13.1.3); what is no date is passed over.
    since = asked.get("if-modified-since")
    if since is None:
        return False
    modified_at, since_at = _http_date(answered.get("last-modified", "")), _http_date(since)
    return modified_at is not None and since_at is not None and modified_at <= since_at


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
