import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.foundation.strict_json import NotJsonError, RepeatedKeyError, loads

# Objects as the pairs that are written, so that a name can stand twice, plain or escaped.
NAMES = st.sampled_from(['"a"', '"\\u0061"', '"b"', '":"', '"\\""', '"\\\\"', '"甲"', '""'])
TEXTS = st.recursive(
    st.sampled_from(['"a:1"', '"\\":1"', "1", "-1.5e3", "null", "true"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.lists(st.tuples(NAMES, inner), max_size=3).map(
            lambda pairs: "{" + ",".join(f"{name}: {value}" for name, value in pairs) + "}"
        )
    ),
    max_leaves=12,
)


@given(TEXTS)
def test_a_text_is_read_unless_a_key_stands_twice(text: str) -> None:
    doubled: list[bool] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        doubled.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    expected = json.loads(text, object_pairs_hook=note)
    if any(doubled):
        with pytest.raises(RepeatedKeyError) as refused:
            loads(text.encode())
        assert refused.value.place
    else:
        assert loads(text.encode()) == expected


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"NaN", b"[1e999]", b'"\\ud800"', b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000, "{}".encode("utf-16")],
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NotJsonError):
        loads(raw)


def test_a_long_number_costs_nothing() -> None:
    assert loads(b'{"a": ' + b"1" * 300 + b"}") == {"a": float("1" * 300)}


def test_the_place_of_a_key_that_stands_last_in_a_long_list_is_found() -> None:
    raw = b"[" + b'{"a":1},' * 300_000 + b'{"a":1,"a":2}]'
    with pytest.raises(RepeatedKeyError) as refused:
        loads(raw)
    assert refused.value.place == (300_000, "a")
