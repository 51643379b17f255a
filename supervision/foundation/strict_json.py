"""JSON as it is sent to us, with one meaning or none."""

import json
from collections import deque
from collections.abc import Sequence
from typing import Any

import orjson

JsonPath = tuple[str | int, ...]
Pairs = Sequence[tuple[str, Any]]


class NotJsonError(ValueError):
    """The text is no JSON, or nested more deeply than anybody means."""


class RepeatedKeyError(ValueError):
    """An object names a key twice, so that nobody knows which of the values is meant; `place` leads to it."""

    zh = "同一对象中此名称重复出现，请只保留一个。"
    en = "This name stands twice in one object; keep one of them."

    def __init__(self, place: JsonPath) -> None:
        super().__init__("a key stands twice")
        self.place = place


def loads(raw: bytes) -> Any:
    """Read a JSON text; refuses also NaN, Infinity, lone surrogates and a key that stands twice in one object.

    orjson is strict in all but the last, where it keeps the last value. The standard reader hands every pair over,
    at 6 µs for a body of 200 bytes: less than it costs to count keys in what orjson has read.
    """
    try:
        value = orjson.loads(raw)
        # Numbers are none of its business, and very long ones are refused by it.
        json.loads(raw.decode(), object_pairs_hook=_require_once, parse_int=str, parse_float=str)
    except RepeatedKeyError:
        raise RepeatedKeyError(_find_repeated(raw)) from None
    except (ValueError, RecursionError) as error:
        raise NotJsonError("not JSON") from error
    return value


def _require_once(pairs: Pairs) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise RepeatedKeyError(())


def _find_repeated(raw: bytes) -> JsonPath:
    read = json.loads(raw.decode(), object_pairs_hook=tuple, parse_int=str, parse_float=str)
    waiting: deque[tuple[JsonPath, Any]] = deque([((), read)])
    while waiting:
        place, value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(((*place, number), each) for number, each in enumerate(value))
        elif isinstance(value, tuple):
            named: set[str] = set()
            for name, each in value:
                if name in named:
                    return (*place, name)
                named.add(name)
                waiting.append(((*place, name), each))
    raise AssertionError("asked only where a key stands twice")
