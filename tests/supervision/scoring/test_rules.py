from datetime import date
from decimal import Decimal
from inspect import getdoc, getsource
from uuid import UUID

import pytest

from supervision.foundation.ids import new_id
from supervision.items.states import ItemKind
from supervision.scoring.annex import DEFAULT_POLICY
from supervision.scoring.rules import RULES, CircularCriticism, Fact, Lateness, Price, Proposal, price_of, proposal_of

# Not made anew in each process: they stand in the names of tests.
UNIT, ITEM, WORDS = (UUID(f"01a22100-0000-7000-8000-00000000000{no}") for no in range(3))
CRITICISM = CircularCriticism(UNIT, None, WORDS, "督查通报〔2016〕3号", date(2016, 5, 6), "进度滞后")
OF_THE_ANNEX = {rule.code: rule for rule in DEFAULT_POLICY.rules}


def late(item_kind: str, nth: int = 1) -> Lateness:
    return Lateness(UNIT, ITEM, "领办2016-001", item_kind, date(2016, 6, 30), nth)


def test_each_rule_is_one_of_the_annex_in_its_order_and_reads_in_under_ten_lines() -> None:
    named = [OF_THE_ANNEX[rule.__name__] for rule in RULES]
    assert [rule.article for rule in named] == sorted(rule.article for rule in named)
    for rule in RULES:
        assert (getdoc(rule) or "").startswith(f"Art. {OF_THE_ANNEX[rule.__name__].article}: ")
        assert len(getsource(rule).strip().splitlines()) <= 12


@pytest.mark.parametrize("item_kind", ItemKind)
def test_what_can_be_late_is_what_the_policy_says(item_kind: ItemKind) -> None:
    proposal = proposal_of(late(item_kind))
    (wanted, *_) = *(rule.code for rule in DEFAULT_POLICY.rules if rule.late_item_kind == item_kind), None
    assert (proposal and proposal.rule) == wanted


@pytest.mark.parametrize(
    ("fact", "event", "on", "reason", "document"),
    [
        (late("instruction"), f"item:{ITEM}:late", date(2016, 7, 1), "领办2016-001 时限为2016-06-30，届满未办结", None),
        (
            late("instruction", 2),
            f"item:{ITEM}:late:2",
            date(2016, 7, 1),
            "领办2016-001 时限为2016-06-30，届满未办结",
            None,
        ),
        (
            CRITICISM,
            f"circular:{CRITICISM.criticism_id}",
            date(2016, 5, 6),
            "督查通报〔2016〕3号通报批评：进度滞后",
            "督查通报〔2016〕3号",
        ),
    ],
)
def test_a_proposal_names_its_event_day_and_reason(
    fact: Fact, event: str, on: date, reason: str, document: str | None
) -> None:
    proposal = proposal_of(fact)
    assert proposal
    assert (proposal.event, proposal.on, proposal.reason, proposal.document) == (event, on, reason, document)


def test_the_price_is_that_of_the_version_in_force_on_the_day() -> None:
    first, second = new_id(), new_id()
    prices = [
        Price(date(2016, 1, 1), "notice_late", first, Decimal(2)),
        Price(date(2016, 7, 1), "notice_late", second, Decimal(4)),
        Price(date(2016, 7, 2), "meeting_criticism", new_id(), Decimal(3)),
    ]

    def rule_on(day: date) -> object:
        price = price_of(Proposal(rule="notice_late", event="", on=day, reason=""), prices)
        return price and price.rule_id

    assert rule_on(date(2015, 12, 31)) is None
    assert (rule_on(date(2016, 6, 30)), rule_on(date(2016, 7, 1))) == (first, second)
    assert rule_on(date(2016, 7, 2)) is None, "that version leaves the rule out"
