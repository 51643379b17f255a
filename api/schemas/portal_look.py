from base64 import b64decode
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.schemas.fields import Answer, Body, Flag, Line, Name

# 64 KiB of a file in base64.
_LONGEST = 87_384
_BASE64 = "^([0-9A-Za-z+/]{4})*([0-9A-Za-z+/]{4}|[0-9A-Za-z+/]{3}=|[0-9A-Za-z+/]{2}==)$"
Colour = Annotated[
    str,
    Field(
        pattern="^#[0-9a-f]{6}$", max_length=7, description="stands out from white by 4.5 to 1", examples=["#1f4e79"]
    ),
]
Office = Annotated[Line, Field(max_length=30)]
SiteCode = Annotated[str, Field(pattern="^[0-9A-Za-z]{10}$", max_length=10, description="网站标识码")]


def _decoded(value: Any) -> Any:
    try:
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            return b64decode(value, validate=True)
    except ValueError:
        pass
    raise PydanticCustomError("base64", "no base64, or too long")


Emblem = Annotated[
    bytes,
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "pattern": _BASE64, "maxLength": _LONGEST}),
    BeforeValidator(_decoded),
]


class SetPortalLook(Body):
    """The look as a whole: what is left out is taken away."""

    name: Name
    colour: Colour
    emblem_png: Emblem | None = Field(default=None, description="a PNG of 64 KiB and 1024 pixels at most, in base64")
    site_code: SiteCode | None = None
    office: Office | None = Field(
        default=None, description="发文机关, in red head and signature; none: county and 督查室"
    )
    has_document_codes: Flag = Field(default=False, description="documents bear a QR code that leads to their check")


class PortalLookOut(Answer):
    name: str = Field(max_length=200)
    colour: str = Field(max_length=7)
    emblem_png: str | None = Field(max_length=_LONGEST, description="in base64")
    site_code: str | None = Field(max_length=10)
    office: str = Field(max_length=200)
    has_document_codes: bool
    version: int = Field(ge=0, description="0: nobody has set a look yet")
