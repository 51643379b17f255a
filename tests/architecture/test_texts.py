"""No text that is needed may be blank: what a request may hold is read from the document, and tried."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from api.app import DuchaApp
from supervision.foundation.texts import VISIBLE
from tests.contract.requests import operations
from tests.factories.texts import BLANKS

# What these formats say is checked by their readers, and no blank is one of them.
CLOSED = {"uuid", "date", "date-time", "binary"}
# Headers hold keys and tags, which are compared and never shown.
ASKED_IN = {"path", "query"}
SEEN = ("督", "A", " 关于防汛的通知 ", "\u3000首行缩进", "第一行\n第二行", "😀", "葛\U000e0100", "ئۇيغۇر", "é", "-")


@pytest.fixture(scope="module")
def sent(app: DuchaApp) -> list[tuple[str, dict[str, Any]]]:
    """Every text that a body, a path or a query may hold, with its place."""
    document = orjson.loads(orjson.dumps(app.openapi()))
    schemas = document["components"]["schemas"]
    found: dict[str, dict[str, Any]] = {}
    for each in operations(document):
        for content in each.facts.get("requestBody", {}).get("content", {}).values():
            found.update(texts(content["schema"], each.name, schemas))
        for one in each.facts.get("parameters", []):
            if one["in"] in ASKED_IN:
                found.update(texts(one["schema"], f"{each.name}?{one['name']}", schemas))
    return list(found.items())


def texts(node: Any, place: str, schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for number, child in enumerate(node):
            yield from texts(child, f"{place}/{number}", schemas)
    elif isinstance(node, dict):
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            yield from texts(schemas[name], f"{place}/{name}", schemas)
        if node.get("type") == "string":
            yield place, node
        for key in node.keys() - {"examples", "example", "default"}:
            yield from texts(node[key], f"{place}/{key}", schemas)


def takes(schema: dict[str, Any], text: str) -> bool:
    pattern = schema.get("pattern")
    return pattern is None or re.search(pattern, text) is not None


def test_no_text_may_be_blank(sent: list[tuple[str, dict[str, Any]]]) -> None:
    opened = [(place, schema) for place, schema in sent if not closed(schema)]
    assert len(opened) > 100, "the walk finds next to nothing: it is broken"
    lax = sorted({place for place, schema in opened if any(takes(schema, blank) for blank in BLANKS.values())})
    assert not lax, f"{lax} may be blank: give them a type of api/schemas/fields.py"


def closed(schema: dict[str, Any]) -> bool:
    return "enum" in schema or "const" in schema or schema.get("format") in CLOSED


def test_what_people_write_is_held_to_one_pattern(sent: list[tuple[str, dict[str, Any]]]) -> None:
    # Letters outside ASCII are what tells prose from a word that we have coined ourselves.
    written = [(place, schema) for place, schema in sent if not closed(schema) and takes(schema, "督查")]
    loose = [place for place, each in written if each.get("pattern") != VISIBLE or each.get("minLength", 0) < 1]
    assert not loose, f"{loose}: what people write has one pattern and a length; take a type of api/schemas/fields.py"


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_fits_the_pattern(text: str) -> None:
    assert re.search(VISIBLE, text), f"{text!r} can be seen: mend VISIBLE in supervision/foundation/texts.py"


def test_the_pattern_is_read_alike_everywhere() -> None:
    # ECMA-262 knows neither \U nor look-behind in older engines; a class must not depend on what \s is there.
    told = "write VISIBLE in supervision/foundation/texts.py with ASCII, \\u escapes and plain classes only"
    assert re.search(r"\\U|\(\?|\\s|\\p", VISIBLE) is None, told
    assert VISIBLE.isascii(), told
