from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.cadence.calendar_days import calendar_rows
from supervision.cadence.moments import at, end_of_day, shanghai_day
from supervision.cadence.periods import PeriodKind, half_month_of, half_months_of, period_of, periods_between
from supervision.cadence.rules import (
    HALF_MONTHLY,
    Cadence,
    CountedIn,
    Step,
    StepKind,
    due_day,
    in_force,
    in_order,
    last_day_in_grace,
    schedule,
    steps_due,
)
from supervision.cadence.timetable import USUAL, daily_steps, takes_effect_on
from supervision.cadence.working_days import Calendar, CalendarUnknown, add_working_days


def steps_within(first: date, last: date, now: datetime, versions: Sequence[Cadence], calendar: Calendar) -> list[Step]:
    """Return in order the due steps of the periods that share a day with these."""
    periods = periods_between(versions[0].kind, first, last)
    return sorted((step for period in periods for step in steps_due(period, now, versions, calendar)), key=in_order)


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


# The State Council's notice of holidays in 2016, written down by hand: months and days, first to last.
HOLIDAYS_OF_2016 = [
    ((1, 1), (1, 3)),
    ((2, 7), (2, 13)),
    ((4, 2), (4, 4)),
    ((4, 30), (5, 2)),
    ((6, 9), (6, 11)),
    ((9, 15), (9, 17)),
    ((10, 1), (10, 7)),
]
MADE_UP_IN_2016 = [date(2016, *day) for day in [(2, 6), (2, 14), (6, 12), (9, 18), (10, 8), (10, 9)]]

CALENDAR = {row["day"]: row["is_working"] for row in calendar_rows()}
covered = st.dates(date(2005, 1, 1), date(2025, 12, 31))


def notice_of_2016() -> dict[date, bool]:
    working = {day: day.weekday() < 5 for day in days(date(2016, 1, 1), date(2016, 12, 31))}
    for first, last in HOLIDAYS_OF_2016:
        working |= dict.fromkeys(days(date(2016, *first), date(2016, *last)), False)
    return working | dict.fromkeys(MADE_UP_IN_2016, True)


def test_seed_agrees_with_the_notice_of_2016() -> None:
    expected = notice_of_2016()
    assert {day: CALENDAR[day] for day in expected} == expected
    assert sum(expected.values()) == 250


def test_seed_holds_every_day_of_its_years_once() -> None:
    rows = list(calendar_rows())
    assert [row["day"] for row in rows] == list(days(date(2004, 1, 1), rows[-1]["day"]))
    assert rows[-1]["day"] == date(2028, 12, 31)
    assert {row["status"] for row in rows if row["day"] <= date(2026, 12, 31)} == {"official"}
    assert {row["status"] for row in rows if row["day"] > date(2026, 12, 31)} == {"provisional"}
    named = {row["day"]: row["name"] for row in rows}
    assert named[date(2016, 2, 8)] == named[date(2016, 2, 14)] == "春节"
    assert named[date(2016, 3, 1)] is None


def test_a_year_that_is_not_announced_is_guessed_and_says_so() -> None:
    guessed = {row["day"]: row for row in calendar_rows() if row["day"].year == 2027}
    assert not guessed[date(2027, 1, 1)]["is_working"]
    assert guessed[date(2027, 1, 4)]["is_working"]
    assert not guessed[date(2027, 1, 9)]["is_working"]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        # Friday, then the made-up Saturday before the Spring Festival, then the made-up Sunday after it.
        (date(2016, 2, 5), 1, date(2016, 2, 6)),
        (date(2016, 2, 5), 2, date(2016, 2, 14)),
        (date(2016, 2, 5), 3, date(2016, 2, 15)),
        (date(2016, 6, 8), 1, date(2016, 6, 12)),
        (date(2016, 9, 14), 2, date(2016, 9, 19)),
        (date(2016, 9, 30), 3, date(2016, 10, 10)),
        (date(2016, 10, 10), -3, date(2016, 9, 30)),
        (date(2016, 2, 15), -2, date(2016, 2, 6)),
        (date(2016, 10, 1), 0, date(2016, 10, 8)),
        (date(2016, 10, 8), 0, date(2016, 10, 8)),
        (date(2015, 12, 31), 1, date(2016, 1, 4)),
    ],
)
def test_working_days_over_holidays_and_made_up_days(day: date, count: int, expected: date) -> None:
    assert add_working_days(day, count, CALENDAR) == expected


@pytest.mark.parametrize(
    ("day", "count", "year"),
    [(date(2016, 12, 30), 1, 2016), (date(2016, 12, 29), 5, 2017), (date(2016, 1, 4), -1, 2015)],
)
def test_a_day_beyond_the_calendar_is_refused_by_its_year(day: date, count: int, year: int) -> None:
    calendar = {day: working for day, working in notice_of_2016().items() if day != date(2016, 12, 31)}
    calendar |= {date(2016, 12, 31): False} if year == 2017 else {}
    with pytest.raises(CalendarUnknown) as refused:
        add_working_days(day, count, calendar)
    assert refused.value.year == year


@given(covered, st.integers(1, 60))
def test_adding_and_taking_away_comes_back_to_a_working_day(day: date, count: int) -> None:
    start = add_working_days(day, 0, CALENDAR)
    assert add_working_days(add_working_days(start, count, CALENDAR), -count, CALENDAR) == start
    assert add_working_days(add_working_days(start, -count, CALENDAR), count, CALENDAR) == start


@given(covered, covered, st.integers(-30, 30), st.integers(0, 30))
def test_later_days_and_more_days_never_end_earlier(one: date, other: date, count: int, more: int) -> None:
    first, second = sorted([one, other])
    assert add_working_days(first, count, CALENDAR) <= add_working_days(second, count, CALENDAR)
    assert add_working_days(one, count, CALENDAR) <= add_working_days(one, count + more, CALENDAR)


@given(covered, st.integers(1, 60))
def test_as_many_working_days_lie_between_as_were_added(day: date, count: int) -> None:
    end = add_working_days(day, count, CALENDAR)
    assert CALENDAR[end]
    assert sum(CALENDAR[between] for between in days(day + timedelta(days=1), end)) == count


def test_a_year_has_24_half_months_without_gap() -> None:
    periods = half_months_of(2016)
    assert len(periods) == 24
    assert [day for period in periods for day in days(period.first, period.last)] == list(
        days(date(2016, 1, 1), date(2016, 12, 31))
    )
    assert periods[3].last == date(2016, 2, 29)
    assert half_month_of(date(2016, 2, 15)) == periods[2]
    assert half_month_of(date(2016, 2, 16)) == periods[3]


@given(st.sampled_from(PeriodKind), covered)
def test_a_day_lies_in_its_period_and_every_day_of_it_gives_the_same(kind: PeriodKind, day: date) -> None:
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    assert {period_of(kind, other) for other in days(period.first, period.last)} == {period}


@given(st.sampled_from(PeriodKind), covered, st.integers(0, 200))
def test_periods_between_two_days_join_and_reach_both(kind: PeriodKind, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    periods = periods_between(kind, first, last)
    assert periods[0].first <= first <= periods[0].last
    assert periods[-1].first <= last <= periods[-1].last
    for period, following in pairwise(periods):
        assert following.first == period.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "day", "label"),
    [
        (PeriodKind.HALF_MONTH, date(2016, 1, 15), "2016年1月上半月"),
        (PeriodKind.HALF_MONTH, date(2016, 12, 16), "2016年12月下半月"),
        (PeriodKind.DAY, date(2016, 1, 3), "2016年1月3日"),
        (PeriodKind.WEEK, date(2016, 1, 3), "2015年第53周"),
        (PeriodKind.MONTH, date(2016, 2, 29), "2016年2月"),
        (PeriodKind.QUARTER, date(2016, 3, 31), "2016年第一季度"),
        (PeriodKind.QUARTER, date(2016, 5, 1), "2016年第二季度"),
        (PeriodKind.QUARTER, date(2016, 9, 30), "2016年第三季度"),
        (PeriodKind.QUARTER, date(2016, 10, 1), "2016年第四季度"),
    ],
)
def test_labels(kind: PeriodKind, day: date, label: str) -> None:
    assert period_of(kind, day).label_zh == label


def test_moments_are_utc_and_days_are_those_of_shanghai() -> None:
    assert at(date(2016, 10, 8), time(9)) == datetime(2016, 10, 8, 1, tzinfo=UTC)
    assert at(date(2016, 10, 8), time(9)).tzinfo is UTC
    end = end_of_day(date(2016, 12, 31))
    assert end == datetime(2016, 12, 31, 16, tzinfo=UTC)
    assert shanghai_day(end) == date(2017, 1, 1)
    assert shanghai_day(end - timedelta(microseconds=1)) == date(2016, 12, 31)
    with pytest.raises(ValueError, match="offset"):
        shanghai_day(end.replace(tzinfo=None))


# Due days of the 24 half-months of 2016, three working days after each; a made-up day moves those marked.
DUE_IN_2016 = [
    (1, 20), (2, 3), (2, 18), (3, 3), (3, 18), (4, 6), (4, 20), (5, 5),
    (5, 18), (6, 3), (6, 20), (7, 5), (7, 20), (8, 3), (8, 18), (9, 5),
    (9, 20), (10, 10), (10, 19), (11, 3), (11, 18), (12, 5), (12, 20),
]  # fmt: skip


def test_due_days_of_2016() -> None:
    dues = [due_day(period, HALF_MONTHLY, CALENDAR) for period in half_months_of(2016)]
    assert dues == [*(date(2016, *day) for day in DUE_IN_2016), date(2017, 1, 5)]


def test_schedule_of_the_half_month_before_the_national_day() -> None:
    steps = schedule(half_month_of(date(2016, 9, 30)), HALF_MONTHLY, CALENDAR)
    assert [(step.kind, step.at) for step in steps] == [
        (StepKind.OPEN, datetime(2016, 9, 15, 16, tzinfo=UTC)),
        (StepKind.REMIND, datetime(2016, 10, 9, 1, tzinfo=UTC)),
        (StepKind.DUE, datetime(2016, 10, 10, 16, tzinfo=UTC)),
        (StepKind.URGE, datetime(2016, 10, 11, 1, tzinfo=UTC)),
        (StepKind.DIGEST, datetime(2016, 10, 12, 1, tzinfo=UTC)),
    ]


def test_a_whole_year_has_five_steps_a_period_in_order() -> None:
    steps = steps_within(date(2016, 1, 1), date(2016, 12, 31), at(date(2017, 2, 1), time.min), [HALF_MONTHLY], CALENDAR)
    assert len(steps) == 24 * 5
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    for period in half_months_of(2016):
        kinds = [step.kind for step in steps if step.period == period]
        assert kinds == [StepKind.OPEN, StepKind.REMIND, StepKind.DUE, StepKind.URGE, StepKind.DIGEST]


def test_a_step_is_due_at_its_moment_and_not_before() -> None:
    due = end_of_day(date(2016, 1, 20))

    def kinds(now: datetime) -> list[StepKind]:
        steps = steps_within(date(2016, 1, 10), date(2016, 12, 31), now, [HALF_MONTHLY], CALENDAR)
        return [step.kind for step in steps if step.period == half_month_of(date(2016, 1, 1))]

    assert kinds(due - timedelta(microseconds=1)) == [StepKind.OPEN, StepKind.REMIND]
    assert kinds(due) == [StepKind.OPEN, StepKind.REMIND, StepKind.DUE]


def test_a_period_that_has_not_begun_or_is_not_kept_has_no_steps() -> None:
    period = half_month_of(date(2016, 4, 16))
    assert steps_due(period, at(date(2016, 4, 15), time.max), [HALF_MONTHLY], CALENDAR) == []
    assert [step.kind for step in steps_due(period, at(period.first, time.min), [HALF_MONTHLY], CALENDAR)] == ["open"]
    stopped = replace(HALF_MONTHLY, is_running=False)
    assert steps_due(period, at(date(2017, 6, 1), time.min), [stopped], CALENDAR) == []


def test_steps_of_one_moment_follow_the_order_of_their_kinds() -> None:
    weekly = Cadence(
        kind=PeriodKind.WEEK,
        due_after=5,
        remind_working_days_before=4,
        urge_working_days_after=1,
        digest_working_days_after=2,
    )
    monday = at(date(2016, 3, 21), time(9))
    steps = steps_within(date(2016, 1, 1), date(2016, 12, 31), monday, [weekly], CALENDAR)
    together = [(step.kind, step.period.label_zh) for step in steps if step.at == monday]
    assert together == [(StepKind.REMIND, "2016年第11周"), (StepKind.URGE, "2016年第10周")]


def test_a_calendar_that_ends_with_the_year_serves_until_its_last_period_begins() -> None:
    calendar = {day: working for day, working in CALENDAR.items() if day.year <= 2016}
    opened_on, until = date(2016, 1, 1), date(2016, 12, 31)
    eve = at(date(2016, 12, 15), time.max)
    assert len({step.period for step in steps_within(opened_on, until, eve, [HALF_MONTHLY], calendar)}) == 23
    with pytest.raises(CalendarUnknown) as refused:
        steps_within(opened_on, until, at(date(2016, 12, 16), time.min), [HALF_MONTHLY], calendar)
    assert refused.value.year == 2017


@given(covered, covered)
def test_what_was_due_stays_due_in_the_same_order(one: date, other: date) -> None:
    earlier, later = (
        steps_within(date(2016, 1, 1), date(2016, 12, 31), at(day, time(12)), [HALF_MONTHLY], CALENDAR)
        for day in sorted([one, other])
    )
    assert later[: len(earlier)] == earlier


def test_the_steps_of_a_day() -> None:
    midnight = end_of_day(date(2016, 6, 30))
    assert daily_steps(midnight, CALENDAR) == []
    (step,) = daily_steps(midnight + timedelta(minutes=1), CALENDAR)
    assert (step.kind, step.period.first, step.period.last) == (StepKind.PROPOSE, date(2016, 7, 1), date(2016, 7, 1))
    opened = daily_steps(midnight + timedelta(hours=9), CALENDAR)
    assert [each.kind for each in opened] == [
        StepKind.PROPOSE,
        StepKind.REMIND_OF_LEDGERS,
        StepKind.REMIND_OF_PROBLEMS,
    ]
    read = daily_steps(midnight + timedelta(hours=10), CALENDAR)
    assert [each.kind for each in read] == [*(each.kind for each in opened), StepKind.URGE_NOTICES]
    assert daily_steps(midnight + timedelta(hours=20), CALENDAR) == read
    saturday = at(date(2016, 7, 2), time(10))
    assert [each.kind for each in daily_steps(saturday, CALENDAR)] == [StepKind.PROPOSE]
    assert [each.kind for each in daily_steps(saturday, {})] == [StepKind.PROPOSE]


def test_months_and_quarters_have_steps_of_their_own() -> None:
    month = schedule(period_of(PeriodKind.MONTH, date(2016, 10, 1)), USUAL[PeriodKind.MONTH], CALENDAR)
    assert [(step.kind, step.at) for step in month] == [
        (StepKind.PLAN, datetime(2016, 10, 8, 1, tzinfo=UTC)),
        (StepKind.SUMMARISE, datetime(2016, 11, 3, 1, tzinfo=UTC)),
    ]
    quarter = schedule(period_of(PeriodKind.QUARTER, date(2016, 8, 1)), USUAL[PeriodKind.QUARTER], CALENDAR)
    assert [(step.kind, step.at) for step in quarter] == [(StepKind.LOOK, datetime(2016, 10, 10, 16, 1, tzinfo=UTC))]


def test_a_deadline_in_fixed_days_and_grace_in_working_days() -> None:
    half = half_month_of(date(2016, 9, 30))
    fixed = replace(HALF_MONTHLY, counted_in=CountedIn.DAYS, due_after=5)
    assert (due_day(half, fixed, CALENDAR), last_day_in_grace(half, fixed, CALENDAR)) == (date(2016, 10, 5),) * 2
    lenient = replace(fixed, grace_working_days=2)
    assert last_day_in_grace(half, lenient, CALENDAR) == date(2016, 10, 9)
    assert [(step.kind, step.at) for step in schedule(half, lenient, CALENDAR)] == [
        (StepKind.OPEN, datetime(2016, 9, 15, 16, tzinfo=UTC)),
        (StepKind.REMIND, datetime(2016, 9, 30, 1, tzinfo=UTC)),
        (StepKind.DUE, datetime(2016, 10, 9, 16, tzinfo=UTC)),
        (StepKind.URGE, datetime(2016, 10, 10, 1, tzinfo=UTC)),
        (StepKind.DIGEST, datetime(2016, 10, 11, 1, tzinfo=UTC)),
    ]


def test_a_week_has_no_digest() -> None:
    week = period_of(PeriodKind.WEEK, date(2016, 3, 21))
    kinds = [step.kind for step in schedule(week, USUAL[PeriodKind.WEEK], CALENDAR)]
    # Due on the Monday after: reminded of on the Friday, before the week's last day.
    assert kinds == [StepKind.OPEN, StepKind.REMIND, StepKind.DUE, StepKind.URGE]


@pytest.mark.parametrize(
    ("kind", "today", "first"),
    [
        (PeriodKind.HALF_MONTH, date(2016, 9, 15), date(2016, 9, 16)),
        (PeriodKind.HALF_MONTH, date(2016, 9, 16), date(2016, 10, 1)),
        (PeriodKind.MONTH, date(2016, 12, 31), date(2017, 1, 1)),
        (PeriodKind.QUARTER, date(2016, 5, 2), date(2016, 7, 1)),
        # The first week of the next half-month; 1 August 2016 was a Monday.
        (PeriodKind.WEEK, date(2016, 7, 16), date(2016, 8, 1)),
        (PeriodKind.WEEK, date(2016, 8, 1), date(2016, 8, 22)),
    ],
)
def test_a_change_counts_from_the_next_period(kind: PeriodKind, today: date, first: date) -> None:
    assert takes_effect_on(kind, today) == first


def test_each_period_goes_by_the_rhythm_in_force_on_its_first_day() -> None:
    later = replace(HALF_MONTHLY, due_after=5, effective_from=date(2016, 3, 16))
    stopped = replace(HALF_MONTHLY, is_running=False, effective_from=date(2016, 4, 1))
    again = replace(HALF_MONTHLY, effective_from=date(2016, 4, 16))
    now = at(date(2016, 6, 1), time.min)
    versions = [HALF_MONTHLY, later, stopped, again]
    steps = steps_within(date(2016, 3, 1), date(2016, 12, 31), now, versions, CALENDAR)
    dues = {step.period.first: step.at for step in steps if step.kind is StepKind.DUE}
    assert dues == {
        date(2016, 3, 1): end_of_day(date(2016, 3, 18)),
        date(2016, 3, 16): end_of_day(date(2016, 4, 8)),
        date(2016, 4, 16): end_of_day(date(2016, 5, 5)),
        date(2016, 5, 1): end_of_day(date(2016, 5, 18)),
    }
    # Of two versions for one day, the last counts.
    assert in_force([*versions, replace(again, due_after=1)], date(2016, 4, 20)).due_after == 1
