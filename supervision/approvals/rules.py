from collections.abc import Mapping
from typing import Any


def plain(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Write what is wanted so that JSON can hold it: days, decimals and ids as text."""
    return {str(name): _plain(value) for name, value in wanted.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, int | bool | None) else str(value)
