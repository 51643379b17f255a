from datetime import date
from decimal import Decimal

import pytest

from supervision.foundation.errors import Refusal
from supervision.tasks.errors import ExtensionNotLater, ExtensionTooLate, RefusalTakesNoDate
from supervision.tasks.extension_rules import check_may_ask, decide
from supervision.tasks.rules import wrong_with_ends

DEADLINE, LATER = date(2016, 3, 31), date(2016, 4, 30)


@pytest.mark.parametrize(
    ("comparator", "target", "target_high", "wrong"),
    [
        ("at_least", "1000", None, None),
        ("at_most", "3", None, None),
        ("between", "6.5", "7", None),
        ("between", "7", "7", None),
        ("between", "6.5", None, "between_without_two_ends"),
        ("between", "7", "6.5", "target_high_below_target"),
        ("at_least", "6.5", "7", "target_high_without_between"),
        ("at_most", "7", "6.5", "target_high_without_between"),
    ],
)
def test_ends(comparator: str, target: str, target_high: str | None, wrong: str | None) -> None:
    high = None if target_high is None else Decimal(target_high)
    assert wrong_with_ends(comparator, Decimal(target), high) == wrong


@pytest.mark.parametrize(
    ("today", "until_on", "refusal"),
    [
        (date(2016, 3, 1), LATER, None),
        (DEADLINE, LATER, None),
        (date(2016, 4, 1), LATER, ExtensionTooLate),
        (date(2016, 3, 1), DEADLINE, ExtensionNotLater),
        (date(2016, 3, 1), date(2016, 3, 30), ExtensionNotLater),
    ],
)
def test_when_an_extension_may_be_asked_for(today: date, until_on: date, refusal: type[Refusal] | None) -> None:
    if refusal is None:
        check_may_ask(today=today, deadline_on=DEADLINE, until_on=until_on)
    else:
        with pytest.raises(refusal):
            check_may_ask(today=today, deadline_on=DEADLINE, until_on=until_on)


def test_a_decision_may_name_another_date_if_it_is_later_than_the_deadline() -> None:
    sooner = date(2016, 4, 10)
    assert decide("asked", "granted", deadline_on=DEADLINE, asked_until=LATER, given_until=sooner) == sooner
    with pytest.raises(ExtensionNotLater):
        decide("asked", "granted", deadline_on=DEADLINE, asked_until=LATER, given_until=DEADLINE)
    with pytest.raises(RefusalTakesNoDate):
        decide("asked", "refused", deadline_on=DEADLINE, asked_until=LATER, given_until=sooner)
