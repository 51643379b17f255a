import re
from collections import Counter
from string import Formatter

import pytest

from api.app import DuchaApp
from api.document import problem_codes, refusals
from api.errors import STATUS
from api.problem_texts import FIELD_TEXTS, HTTP_TEXTS
from supervision.foundation.errors import Refusal

KNOWN = len(problem_codes())  # and with that every room's refusals are imported
REFUSALS = sorted(set(refusals()), key=lambda refusal: refusal.__name__)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_codes_are_unique() -> None:
    counted = Counter(refusal.code for refusal in REFUSALS)
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_code_stands_in_the_document(app: DuchaApp) -> None:
    listed = app.openapi()["x-problem-codes"]
    assert {refusal.code for refusal in REFUSALS} | {code for code, _, _ in HTTP_TEXTS.values()} == set(listed)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_told_in_both_languages(refusal: type[Refusal]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,60}", refusal.code)
    assert CHINESE.search(refusal.zh)
    assert refusal.en.strip()
    assert not CHINESE.search(refusal.en)
    assert places(refusal.zh) == places(refusal.en), "both languages tell the same facts"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_of_one_kind(refusal: type[Refusal]) -> None:
    assert len([kind for kind in refusal.__mro__ if kind in STATUS]) == 1


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_refusals_live_in_their_rooms_errors(refusal: type[Refusal]) -> None:
    # What every gateway refuses stands with what a gateway is; keys of requests are claimed at the API's edge.
    assert refusal.__module__.endswith((".errors", ".messaging.gateways")) or refusal.__module__ == "api.dependencies"


def test_field_texts_are_told_in_both_languages() -> None:
    for zh, en in [*FIELD_TEXTS.values(), *((zh, en) for _, zh, en in HTTP_TEXTS.values())]:
        assert CHINESE.search(zh)
        assert en.strip()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
