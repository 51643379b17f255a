import re
from collections import Counter
from string import Formatter

import pytest

from api.app import DuchaApp
from api.document_codes import problem_codes, refusals
from api.errors import STATUS
from api.problem_texts import FIELD_TEXTS, HTTP_TEXTS
from supervision.foundation.errors import Refusal

KNOWN = len(problem_codes())  # and with that every room's refusals are imported
REFUSALS = sorted(set(refusals()), key=lambda refusal: refusal.__name__)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_codes_are_unique() -> None:
    counted = Counter(refusal.code for refusal in REFUSALS)
    twice = [code for code, times in counted.items() if times > 1]
    assert not twice, f"{twice}: two refusals have this code, and nobody could tell them apart; rename one class"


def test_every_code_stands_in_the_document(app: DuchaApp) -> None:
    listed = app.openapi()["x-problem-codes"]
    odd = ({refusal.code for refusal in REFUSALS} | {code for code, _, _ in HTTP_TEXTS.values()}) ^ set(listed)
    assert not odd, f"{odd} cannot be looked up: put the class into the room's errors.py, then `make openapi`"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_told_in_both_languages(refusal: type[Refusal]) -> None:
    name = f"{refusal.__module__}.{refusal.__name__}"
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,60}", refusal.code), f"{name}: a code is 3 to 61 of a-z, 0-9 and _"
    assert CHINESE.search(refusal.zh), f"{name}: write `zh`, which says in Chinese what to do next"
    is_english = refusal.en.strip() and not CHINESE.search(refusal.en)
    assert is_english, f"{name}: write `en`, which says in English what to do next"
    assert places(refusal.zh) == places(refusal.en), f"{name}: `zh` and `en` tell the same facts, by the same {{names}}"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_a_refusal_is_of_one_kind(refusal: type[Refusal]) -> None:
    kinds = [kind.__name__ for kind in refusal.__mro__ if kind in STATUS]
    assert len(kinds) == 1, f"{refusal.__name__} is {kinds}: it inherits from one kind of foundation/errors.py"


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_refusals_live_in_their_rooms_errors(refusal: type[Refusal]) -> None:
    # What every gateway refuses stands with what a gateway is; keys of requests are claimed at the API's edge.
    is_there = (
        refusal.__module__.endswith((".errors", ".messaging.gateways")) or refusal.__module__ == "api.dependencies"
    )
    assert is_there, f"move {refusal.__name__} from {refusal.__module__} to the errors.py of its room"


def test_field_texts_are_told_in_both_languages() -> None:
    for zh, en in [*FIELD_TEXTS.values(), *((zh, en) for _, zh, en in HTTP_TEXTS.values())]:
        assert CHINESE.search(zh) and en.strip(), f"{zh} / {en}: complete both languages in api/problem_texts.py"  # noqa: PT018 - one thing to do for both


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
