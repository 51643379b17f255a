from datetime import date
from typing import Any

import pytest

from supervision.publication.portal.rectification_progress import stand

ORDERED, REPORTED, VERIFIED, LIMIT = date(2016, 4, 1), date(2016, 4, 8), date(2016, 4, 12), date(2016, 4, 15)
ORDER: dict[str, Any] = {
    "ordered_on": ORDERED,
    "limit_on": LIMIT,
    "reported_on": None,
    "verified_on": None,
    "closed_on": None,
}
DONE = {"reported_on": REPORTED, "verified_on": VERIFIED}


@pytest.mark.parametrize(
    ("state", "facts", "today", "told"),
    [
        ("ordered", {}, LIMIT, ("已责令整改", ORDERED, False)),
        ("ordered", {}, date(2016, 4, 16), ("逾期未整改", LIMIT, True)),
        ("reported", {"reported_on": REPORTED}, date(2016, 4, 16), ("单位已报告整改，待核实", REPORTED, False)),
        ("ordered", DONE, date(2016, 4, 13), ("经核实未整改到位，继续整改", VERIFIED, False)),
        ("ordered", DONE, date(2016, 4, 16), ("逾期未整改", LIMIT, True)),
        ("closed", {**DONE, "closed_on": VERIFIED}, date(2017, 1, 1), ("已核实整改到位", VERIFIED, False)),
    ],
)
def test_an_order_stands(state: str, facts: dict[str, Any], today: date, told: tuple[str, date, bool]) -> None:
    found = stand(state=state, today=today, **{**ORDER, **facts})
    assert (found.text, found.on, found.is_overdue) == told
