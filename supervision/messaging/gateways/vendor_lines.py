import hmac
from typing import Any

import orjson

from supervision.foundation.errors import FieldError
from supervision.messaging.errors import MalformedReceipt, UnsignedReceipt

_TEXTS = ("应为 JSON 列表或对象。", "This must be a JSON list or object.")


def read_lines(raw: bytes) -> list[dict[str, Any]]:
    """Read what a vendor sent: a list of lines, or one alone; refuses what is neither; passes over what is no line."""
    try:
        told = orjson.loads(raw)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict | list):
        raise MalformedReceipt(problems=[FieldError("", "json_invalid", *_TEXTS)])
    return [line for line in (told if isinstance(told, list) else [told]) if isinstance(line, dict)]


def require_token(given: str | None, own: str) -> None:
    """Refuse receipts whose address does not bear our token, which is all that a vendor who signs nothing can show."""
    if not hmac.compare_digest((given or "").encode(), own.encode()):
        raise UnsignedReceipt
