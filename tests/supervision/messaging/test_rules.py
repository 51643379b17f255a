import random
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.messaging.errors import TemplateNotFilled
from supervision.messaging.rules import (
    MAX_SEGMENTS,
    VariableValue,
    count_segments,
    lint_body,
    not_before,
    placeholders,
    render,
    retry_at,
    split_segments,
)

CHINA = timezone(timedelta(hours=8))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("督查𠮷😀a"), max_size=400)


def units(text: str) -> int:
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("字" * 65, 1),  # with 【督查室】 exactly 70
        ("字" * 66, 2),
        ("a" * 65, 1),
        ("a" * 66, 2),  # ASCII is billed like Chinese
        ("字" * (2 * 67 - 5), 2),
        ("字" * (2 * 67 - 4), 3),
        ("😀" * 32, 1),  # 69 units
        ("😀" * 33, 2),  # 71
        ("😀" * 64, 2),  # 133 units
        ("字" + "😀" * 64, 3),  # 134 units, but a pair would straddle the first cut
    ],
)
def test_segments_are_counted_in_utf16_units_with_the_signature(text: str, segments: int) -> None:
    assert count_segments("督查室", text) == segments


@given(TEXTS)
def test_segments_hold_the_whole_text_and_split_no_pair(text: str) -> None:
    segments = split_segments("督查室", text)
    assert "".join(segments) == f"【督查室】{text}"
    limit = 70 if len(segments) == 1 else 67
    assert all(1 <= units(segment) <= limit for segment in segments)
    assert all(units(before) + units(after[0]) > limit for before, after in pairwise(segments))


@given(TEXTS, TEXTS)
def test_more_text_never_costs_less(text: str, more: str) -> None:
    assert count_segments("督查室", text) <= count_segments("督查室", text + more)


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("请于{due_on}前报送{item}进展。\n督查室", []),
        ("", ["empty"]),
        (" \n", ["empty"]),
        ("\u3000", ["empty"]),
        ("\u3164", ["empty"]),
        ("\u2800\ufe0f", ["empty"]),
        ("\u200b", ["empty", "unprintable"]),
        ("【督查室】请报送", ["signature_bracket"]),
        ("请报送】", ["signature_bracket"]),
        ("请报送\t进展", ["unprintable"]),
        ("请报送\x00", ["unprintable"]),
        ("请报送\u202e", ["unprintable"]),
        ("请报送\ud83d", ["unprintable"]),
        ("请于{Due}前", ["stray_brace"]),
        ("请于{due前", ["stray_brace"]),
        ("请于{{due}}前", ["stray_brace"]),
        ("请于{}前", ["stray_brace"]),
        ("字" * (MAX_SEGMENTS * 67 - 5), []),
        ("字" * (MAX_SEGMENTS * 67 - 4), ["too_many_parts"]),
    ],
)
def test_a_body_is_linted(body: str, codes: list[str]) -> None:
    assert [problem.code for problem in lint_body(body, signature="督查室")] == codes


def test_variables_are_written_by_their_type() -> None:
    body = "{unit}：{item}应于{due_on}前完成，现为{percent}%，共{count}项。"
    values: dict[str, VariableValue] = {
        "due_on": date(2016, 3, 5),
        "percent": Decimal("6.50"),
        "count": 12,
        "unit": "发改局",
        "item": "新增就业",
    }
    assert render(body, values) == "发改局：新增就业应于2016年3月5日前完成，现为6.50%，共12项。"
    assert placeholders(body) == set(values)


def test_a_value_cannot_pretend_to_be_a_signature_or_break_the_line() -> None:
    assert render("{item}。", {"item": "【急】\n防汛\u202e 检查"}) == "〔急〕 防汛 检查。"


def test_a_value_is_not_a_template() -> None:
    assert render("{item}", {"item": "{other}"}) == "{other}"


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({}, [("/variables/item", "unfilled_variable")]),
        ({"item": " "}, [("/variables/item", "unfilled_variable")]),
        ({"item": "\u3164"}, [("/variables/item", "unfilled_variable")]),
        ({"item": "\u2800"}, [("/variables/item", "unfilled_variable")]),
        ({"item": "修路", "unit": "交通局"}, [("/variables/unit", "unknown_variable")]),
        ({"unit": "交通局"}, [("/variables/item", "unfilled_variable"), ("/variables/unit", "unknown_variable")]),
    ],
)
def test_missing_and_foreign_variables_are_refused(variables: dict[str, str], problems: list[tuple[str, str]]) -> None:
    with pytest.raises(TemplateNotFilled) as refused:
        render("请报送{item}", variables)
    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == problems


@pytest.mark.parametrize("value", [6.5, True, None, datetime(2016, 1, 1, tzinfo=UTC)])
def test_a_value_of_another_type_is_a_mistake_of_ours(value: Any) -> None:
    with pytest.raises(TypeError):
        render("{value}", {"value": value})


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        ("2016-01-15T20:59:59+08:00", "2016-01-15T20:59:59+08:00"),
        ("2016-01-15T21:00:00+08:00", "2016-01-16T07:30:00+08:00"),
        ("2016-12-31T23:30:00+08:00", "2017-01-01T07:30:00+08:00"),
        ("2016-01-15T00:00:00+08:00", "2016-01-15T07:30:00+08:00"),
        ("2016-01-15T07:29:59.999999+08:00", "2016-01-15T07:30:00+08:00"),
        ("2016-01-15T07:30:00+08:00", "2016-01-15T07:30:00+08:00"),
        ("2016-01-14T23:30:00+00:00", "2016-01-15T07:30:00+08:00"),
    ],
)
def test_quiet_hours_are_those_of_shanghai(moment: str, leaves: str) -> None:
    assert not_before(datetime.fromisoformat(moment)) == datetime.fromisoformat(leaves)


def test_quiet_hours_within_one_day_and_none_at_all() -> None:
    noon = datetime(2016, 1, 15, 12, 30, tzinfo=CHINA)
    siesta = {"quiet_from": time(12), "quiet_until": time(14)}
    assert not_before(noon, **siesta) == datetime(2016, 1, 15, 14, tzinfo=CHINA)
    assert not_before(noon.replace(hour=14), **siesta) == noon.replace(hour=14)
    assert not_before(noon, quiet_from=time(12), quiet_until=time(12)) == noon


@given(st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_what_waits_for_the_morning_waits_once_and_less_than_a_night(moment: datetime) -> None:
    leaves = not_before(moment)
    assert not_before(leaves) == leaves
    assert timedelta(0) <= leaves - moment <= timedelta(hours=10, minutes=30)
    assert time(7, 30) <= leaves.astimezone(CHINA).time() < time(21)


def test_retries_grow_and_come_to_an_end() -> None:
    now = datetime(2016, 1, 15, tzinfo=UTC)
    rng = random.Random(7)
    moments = [retry_at(attempts, now, rng) for attempts in range(1, 20)]
    delays = [(moment - now).total_seconds() for moment in moments if moment]
    assert 7.5 <= delays[0] <= 15
    assert 4 * 3600 <= delays[-1] <= 8 * 3600
    assert moments[12:] == [None] * 7
    assert all(moments[:12])


def test_retries_of_what_failed_together_are_spread() -> None:
    now = datetime(2016, 1, 15, tzinfo=UTC)
    rng = random.Random(7)
    assert len({retry_at(3, now, rng) for _ in range(100)}) == 100
