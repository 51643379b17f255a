from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supervision.messaging.gateways.registered_templates import (
    FilledTemplate,
    RegisteredTemplates,
    TemplatesRefused,
    read_templates,
)

PIECES = st.text(alphabet="甲乙，。1", max_size=4)
VALUES = st.text(alphabet="甲乙，。1", min_size=1, max_size=6)


def fill(body: str, filled: FilledTemplate) -> str:
    for name, value in filled.variables:
        body = body.replace(f"${{{name}}}", value)
    return body


@given(st.lists(PIECES, min_size=1, max_size=5), st.data())
def test_whatever_a_template_made_it_makes_again(pieces: list[str], data: st.DataObject) -> None:
    names = [f"v{number}" for number in range(len(pieces) - 1)]
    body = pieces[0] + "".join(f"${{{name}}}{piece}" for name, piece in zip(names, pieces[1:], strict=True))
    values = [data.draw(VALUES) for _ in names]
    text = fill(body, FilledTemplate("T", tuple(zip(names, values, strict=True))))
    found = RegisteredTemplates({"T": body}).find(text)
    assert found is not None
    assert fill(body, found) == text
    assert all(value for _, value in found.variables)


@given(VALUES)
def test_another_text_is_not_taken_for_it(text: str) -> None:
    assume(not (text.startswith("甲") and len(text) > 1))
    assert RegisteredTemplates({"T": "甲${rest}"}).find(text) is None


@pytest.mark.parametrize(
    ("text", "code", "variables"),
    [
        ("请于3月3日前报送。", "A", {"day": "3月3日"}),
        ("请于前报送。", "C", {"text": "请于前报送。"}),
        ("定文", "B", {}),
        ("定文2", "C", {"text": "定文2"}),
        ("含\n换行", "C", {"text": "含\n换行"}),
    ],
)
def test_the_template_with_most_fixed_text_is_found(text: str, code: str, variables: dict[str, str]) -> None:
    templates = RegisteredTemplates({"C": "${text}", "B": "定文", "A": "请于${day}前报送。"})
    found = templates.find(text)
    assert found is not None
    assert (found.code, dict(found.variables)) == (code, variables)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"A": 7}', '{"A": "${a}和${a}"}'.encode()])
def test_what_is_no_file_of_templates_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "templates.json").write_bytes(content)
    with pytest.raises(TemplatesRefused) as refused:
        read_templates(tmp_path / "templates.json")
    assert refused.value.zh
    with pytest.raises(TemplatesRefused):
        read_templates(tmp_path)
