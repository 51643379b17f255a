from typing import Any

import orjson

from supervision.foundation.errors import FieldError
from supervision.messaging.errors import MalformedReceipt

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
