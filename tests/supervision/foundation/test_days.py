from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import days, settings
from supervision.foundation.days import Reach, find_refusal
from supervision.foundation.errors import DayInFuture, DayTooEarly, DayTooLate, Refusal
from tests.factories.progress import hold, moment
from tests.places import Place

TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def usual_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("entry_days_back", "entry_days_ahead"):
        monkeypatch.setattr(settings.current(), name, settings.Settings.model_fields[name].default)


@pytest.mark.parametrize(
    ("reach", "day", "expected"),
    [
        (Reach.HAPPENED, TODAY, None),
        (Reach.HAPPENED, TODAY + timedelta(days=1), DayInFuture),
        (Reach.HAPPENED, TODAY - timedelta(days=730), None),
        (Reach.HAPPENED, TODAY - timedelta(days=731), DayTooEarly),
        (Reach.HAPPENED, date(2200, 12, 31), DayInFuture),
        (Reach.HAPPENED, date(1900, 1, 1), DayTooEarly),
        (Reach.WRITTEN, date(1998, 7, 1), None),
        (Reach.WRITTEN, date(1920, 11, 28), DayTooEarly),
        (Reach.WRITTEN, TODAY + timedelta(days=1), DayInFuture),
        (Reach.DUE, TODAY - timedelta(days=730), None),
        (Reach.DUE, date(2016, 11, 28), DayTooEarly),
        (Reach.DUE, date(2030, 12, 31), None),
        (Reach.DUE, TODAY + timedelta(days=3660), None),
        (Reach.DUE, TODAY + timedelta(days=3661), DayTooLate),
        (Reach.LIMIT, TODAY, None),
        (Reach.LIMIT, TODAY - timedelta(days=1), DayTooEarly),
        (Reach.LIMIT, date(2062, 11, 28), DayTooLate),
    ],
)
def test_how_far_a_day_may_lie(reach: Reach, day: date, expected: type[Refusal] | None) -> None:
    refusal = find_refusal(reach, "/on", day, today=TODAY)
    assert (None if refusal is None else type(refusal)) is expected
    if refusal is not None:
        (named,) = refusal.problems
        assert (named.pointer, named.code, named.zh) == ("/on", refusal.code, refusal.detail("zh-CN"))


async def test_the_day_is_that_of_the_business_clock_in_shanghai(session: AsyncSession, here: Place) -> None:
    given = {"/received_on": date(2016, 3, 2)}
    await hold(session, here.actor, moment(3, 1, 23, 59))
    with pytest.raises(DayInFuture):
        await days.check(session, "register_item", given)
    await hold(session, here.actor, moment(3, 2, 0))
    assert await days.check(session, "register_item", given) == date(2016, 3, 2)


async def test_a_day_that_is_not_in_the_table_is_not_taken(session: AsyncSession) -> None:
    with pytest.raises(KeyError):
        await days.check(session, "register_item", {"/heard_on": date(2016, 3, 2)})
