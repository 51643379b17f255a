from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from fastapi import Path, Response
from pydantic import WithJsonSchema

from api.permissions import PUBLIC
from api.router import Router
from supervision.foundation.errors import NotFound

router = Router("system", prefix="")

# Government intranets have no CDN: every file of the page comes from a package on this machine.
PAGE = ("api.pages", "documentation.html", "text/html")
FILES = {
    "documentation.js": ("api.pages", "documentation.js", "text/javascript"),
    "swagger-ui-bundle.js": ("fastapi_swagger.resources", "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("fastapi_swagger.resources", "swagger-ui.css", "text/css"),
    "favicon-32x32.png": ("fastapi_swagger.resources", "favicon-32x32.png", "image/png"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FileName = Annotated[str, Path(max_length=40), WithJsonSchema({"type": "string", "enum": sorted(FILES)})]


def _contents(*media_types: str) -> dict[int | str, dict[str, object]]:
    text = {"schema": {"type": "string", "maxLength": 4_000_000}}
    return {200: {"description": "The file", "content": dict.fromkeys(media_types, text)}}


@router.get("/docs", permission=PUBLIC, response_class=Response, responses=_contents("text/html"))
async def get_documentation() -> Response:
    """Show this document as a page on which requests can be tried."""
    return _answer(*PAGE)


@router.get(
    "/docs/{file}",
    permission=PUBLIC,
    response_class=Response,
    responses=_contents("text/javascript", "text/css", "image/png"),
)
async def get_documentation_file(file: FileName) -> Response:
    """Give one file of the page."""
    if file not in FILES:
        raise NotFound
    return _answer(*FILES[file])


def _answer(package: str, name: str, media_type: str) -> Response:
    content, tag = _read(package, name)
    return Response(content, headers={"ETag": tag, "Content-Security-Policy": POLICY}, media_type=media_type)


@lru_cache
def _read(package: str, name: str) -> tuple[bytes, str]:
    content = (files(package) / name).read_bytes()
    return content, f'"{sha256(content).hexdigest()[:32]}"'
