from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

import supervision
from api.errors import STATUS
from api.problem_texts import FIELD_TEXTS, HTTP_TEXTS, UNKNOWN_FIELD_TEXT
from supervision.foundation.errors import Refusal


def problem_codes() -> dict[str, dict[str, Any]]:
    """List every `code` that a problem may carry, with its status and its texts."""
    for room in iter_modules(supervision.__path__):
        if find_spec(name := f"{supervision.__name__}.{room.name}.errors"):
            import_module(name)
    codes = {code: {"status": status, "zh": zh, "en": en} for status, (code, zh, en) in HTTP_TEXTS.items()}
    for refusal in refusals():
        status = next(STATUS[kind] for kind in refusal.__mro__ if kind in STATUS)
        codes[refusal.code] = {"status": status, "zh": refusal.zh, "en": refusal.en}
    return dict(sorted(codes.items()))


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Yield every refusal that the system knows."""
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def field_codes() -> dict[str, dict[str, str]]:
    """List every `code` that an entry of `errors` may carry for a field that cannot be read."""
    texts = {**FIELD_TEXTS, "invalid_value": UNKNOWN_FIELD_TEXT}
    return {code: {"zh": zh, "en": en} for code, (zh, en) in sorted(texts.items())}
