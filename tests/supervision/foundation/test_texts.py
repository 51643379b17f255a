import unicodedata

import pytest

from supervision.foundation.errors import BlankText
from supervision.foundation.texts import fold, is_blank, read_name, read_text, without_hidden
from tests.factories.texts import BLANKS, BLANKS_BEYOND, NAME, TWINS

EVERY_CHARACTER = [chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000]
KEPT = {
    "  防汛  工作 ": "防汛  工作",
    "\u3000\u3000第一段\n\u3000\u3000第二段\n": "第一段\n\u3000\u3000第二段",
    "❤\ufe0f": "❤\ufe0f",
    "e\u0301": "e\u0301",
    "\t甲\t乙": "甲\t乙",
}
NAMED = {
    " 财政部\u3000": "财政部",
    "财\u200b政部": "财政部",
    "\ufeff财政部\u202c": "财政部",
    "\u200b 财政部": "财政部",
    "张\u3000三": "张\u3000三",
    "Re\u0301gie": "Régie",
    "财 政 部": "财 政 部",
    "葛\U000e0100": "葛",
}
DIFFERENT = [
    ("财政部", "财政局"),
    ("一中", "二中"),
    ("A组", "B组"),
    ("e", "é"),
    ("王-1", "王1"),
    ("日", "曰"),
    ("0", "O"),
]


@pytest.mark.parametrize("blank", ["", *BLANKS.values(), *BLANKS_BEYOND.values()])
def test_what_shows_nothing_is_refused(blank: str) -> None:
    assert is_blank(blank)
    for read in (read_text, read_name):
        with pytest.raises(BlankText):
            read(blank)


@pytest.mark.parametrize(("text", "kept"), KEPT.items())
def test_a_text_keeps_its_inner_layout(text: str, kept: str) -> None:
    assert read_text(text) == kept


@pytest.mark.parametrize(("text", "kept"), NAMED.items())
def test_a_name_is_kept_as_it_is_seen(text: str, kept: str) -> None:
    assert read_name(text) == kept


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
def test_twins_are_compared_as_one(twin: str) -> None:
    assert fold(twin) == fold(read_name(twin)) == fold(NAME)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_looks_different_stays_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_folding_twice_is_folding_once_and_nothing_that_is_seen_folds_away() -> None:
    assert [each for each in EVERY_CHARACTER if fold(fold(each)) != fold(each)] == []
    assert [each for each in EVERY_CHARACTER if not is_blank(each) and not fold(each)] == []


def test_all_that_unicode_calls_a_space_or_a_control_is_blank() -> None:
    spaces = {"Cc", "Zs", "Zl", "Zp"}
    assert [each for each in EVERY_CHARACTER if unicodedata.category(each) in spaces and not is_blank(each)] == []


def test_white_space_is_not_hidden() -> None:
    assert without_hidden(" \t\n\u3000甲") == " \t\n\u3000甲"
