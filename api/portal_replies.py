import re
from datetime import UTC
from email.utils import format_datetime
from types import MappingProxyType

from fastapi import Response
from starlette.types import Scope

from api.public_answers import EVERYBODYS
from supervision.publication.portal.page_templates import render_problem
from supervision.publication.portal.public_pages import ServedPage

PREFIX = "/portal/"
# Nothing of another host, no script, no frame; forms are sent here only.
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Language": "zh-CN",
    }
)
_OF_COUNTY = re.compile(rf"{PREFIX}[0-9A-Za-z_]{{1,20}}")


def shown(page: ServedPage) -> Response:
    """Answer a page of the portal; what is stored carries its validators, everything else is kept nowhere."""
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if page.etag and page.modified_at:
        modified = format_datetime(page.modified_at.astimezone(UTC), usegmt=True)
        headers |= {"ETag": page.etag, "Last-Modified": modified, "Cache-Control": EVERYBODYS}
    return Response(page.content, page.status, headers, page.media_type)


def is_of_portal(scope: Scope) -> bool:
    return str(scope["path"]).startswith(PREFIX)


def portal_problem(scope: Scope, status: int, text: str) -> Response:
    """Answer a reader of the portal with a page that says what is wrong, in the look of the county that was asked."""
    county = _OF_COUNTY.match(scope["path"])
    content = render_problem(status, text, style=county[0] if county else "")
    return Response(content, status, {**HEADERS, "Cache-Control": "no-store"}, "text/html")
