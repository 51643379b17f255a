from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from api.replies import plain_decimal
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.scoring import decisions, proposals, score_queries
from supervision.scoring.annex import DEFAULT_POLICY, Policy
from supervision.scoring.errors import NoPolicyInForce
from tests.factories.identity import make_unit
from tests.factories.scoring import adopt
from tests.factories.signatures import AS_READ
from tests.places import Place
from tests.supervision.scoring.golden_deductions import make_units, noon, person, play
from tests.supervision.scoring.golden_tables import NONE, read_tables

UNITS, DEDUCTIONS, SCORES = read_tables("scores.txt")


async def confirmed(session: AsyncSession, here: Place, **facts: Any) -> UUID:
    deduction_id = await proposals.propose_deduction(
        session,
        person(here, Role.OFFICE),
        **{"reason": "示例", "fact_on": date(2016, 3, 1), "document": "示例", **facts},
    )
    await decisions.verify_deduction(session, person(here, Role.OFFICE), deduction_id, AS_READ, verification="经查属实")
    await decisions.confirm_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ)
    return deduction_id


async def reverse(session: AsyncSession, here: Place, deduction_id: UUID) -> None:
    await decisions.reverse_deduction(session, person(here, Role.GROUP), deduction_id, AS_READ, reason="查无实据")


@pytest.fixture
async def told(session: AsyncSession, here: Place) -> dict[str, UUID]:
    await adopt(session, here.actor, effective_on=date(2015, 1, 1))
    units = await make_units(session, here, UNITS)
    await play(session, here, units, DEDUCTIONS)
    return units


async def test_scores_come_out_as_the_golden_table_says(
    session: AsyncSession, here: Place, told: dict[str, UUID]
) -> None:
    found = []
    for row in SCORES:
        scores = await score_queries.scores(session, here.actor, year=int(row["年度"]), as_of=noon(row["截至"]))
        (score,) = [each for each in scores.rows if each["unit_id"] == told[row["单位"]]]
        found.append({"年度": row["年度"], "截至": row["截至"], "单位": row["单位"], **_told(score)})
    assert found == SCORES


def _told(score: Mapping[Any, Any]) -> dict[str, str]:
    covered = {
        is_covered: sorted(p["rule_code"] for p in score["parts"] if p["is_covered"] is is_covered)
        for is_covered in (False, True)
    }
    return {
        "扣分": plain_decimal(score["deducted"]),
        "得分": plain_decimal(score["score"]),
        "同类平均": plain_decimal(score["mean_of_kind"]),
        "计入": " ".join(covered[False]) or NONE,
        "已被涵盖": " ".join(covered[True]) or NONE,
    }


@pytest.mark.usefixtures("told")
async def test_units_of_kind_other_are_not_scored(session: AsyncSession, here: Place) -> None:
    scores = await score_queries.scores(session, here.actor, year=2016)
    assert [row["unit"] for row in scores.rows] == ["丁局", "戊局", "丙镇", "乙镇", "甲镇"]


async def test_a_unit_sees_its_own_row_and_the_mean_over_all(
    session: AsyncSession, here: Place, told: dict[str, UUID]
) -> None:
    actor = Actor(here.actor.jurisdiction_id, Role.UNIT, unit_id=told["乙镇"])
    scores = await score_queries.scores(session, actor, year=2016, as_of=noon("2016-04-21"))
    assert [(row["unit"], row["mean_of_kind"]) for row in scores.rows] == [("乙镇", Decimal("96.33"))]


async def test_another_jurisdiction_adds_nothing_to_the_mean(
    session: AsyncSession, here: Place, elsewhere: Place, told: dict[str, UUID]
) -> None:
    before = await score_queries.scores(session, here.actor, year=2016)
    await enter(session, elsewhere.actor.jurisdiction_id)
    await adopt(session, elsewhere.actor, effective_on=date(2015, 1, 1))
    unit_id = await make_unit(session, elsewhere.actor, kind="township")
    await confirmed(session, elsewhere, unit_id=unit_id, rule_code="media_criticism")
    there = await score_queries.scores(session, elsewhere.actor, year=2016)
    assert [row["score"] for row in there.rows] == [Decimal(95)]
    await enter(session, here.actor.jurisdiction_id)
    assert (await score_queries.scores(session, here.actor, year=2016)).rows == before.rows
    assert len(before.rows) == len(told) - 1


async def test_a_score_never_falls_below_the_floor(session: AsyncSession, here: Place) -> None:
    small = Policy(base=Decimal("5.5"), floor=Decimal(1), rules=DEFAULT_POLICY.rules, readings=())
    await adopt(session, here.actor, policy=small)
    unit_id = await make_unit(session, here.actor)
    await confirmed(session, here, unit_id=unit_id, rule_code="media_criticism")
    (row,) = (await score_queries.scores(session, here.actor, year=2016)).rows
    assert (row["base"], row["deducted"], row["score"]) == (Decimal("5.5"), Decimal(5), Decimal(1))


async def test_the_policy_of_the_years_end_gives_the_base_and_that_of_the_fact_the_points(
    session: AsyncSession, here: Place
) -> None:
    await adopt(session, here.actor)
    doubled = tuple(replace(rule, points=rule.points * 2) for rule in DEFAULT_POLICY.rules)
    later = Policy(base=Decimal(120), floor=Decimal(0), rules=doubled, readings=())
    await adopt(session, here.actor, policy=later, effective_on=date(2016, 7, 1))
    unit_id = await make_unit(session, here.actor)
    await confirmed(session, here, unit_id=unit_id, rule_code="media_criticism", fact_on=date(2016, 6, 30))
    await confirmed(session, here, unit_id=unit_id, rule_code="media_criticism", fact_on=date(2016, 7, 1))
    (row,) = (await score_queries.scores(session, here.actor, year=2016)).rows
    assert (row["base"], row["deducted"]) == (Decimal(120), Decimal(15))
    (row,) = (await score_queries.scores(session, here.actor, year=2016, as_of=noon("2016-06-30"))).rows
    assert (row["base"], row["deducted"]) == (Decimal(100), Decimal(0))


async def test_a_year_before_the_first_policy_is_refused(session: AsyncSession, here: Place) -> None:
    await adopt(session, here.actor)
    await make_unit(session, here.actor)
    with pytest.raises(NoPolicyInForce):
        await score_queries.scores(session, here.actor, year=2015)


Fact = tuple[int, str, str, bool]
# Properties: whatever is confirmed and reversed, in whatever order.
FACTS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([rule.code for rule in DEFAULT_POLICY.rules]),
        st.sampled_from("一二三"),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda fact: fact[:3],
)
in_a_database = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
POINTS = {rule.code: rule.points for rule in DEFAULT_POLICY.rules}


@pytest.fixture
async def units(session: AsyncSession, here: Place) -> list[UUID]:
    await adopt(session, here.actor)
    return [
        await make_unit(session, here.actor, kind=kind) for kind in ("township", "township", "township", "department")
    ]


async def _play(
    session: AsyncSession, here: Place, units: list[UUID], facts: list[Fact]
) -> dict[UUID, tuple[Decimal, Decimal]]:
    for place, rule, event, is_reversed in facts:
        deduction_id = await confirmed(session, here, unit_id=units[place], rule_code=rule, event=event)
        if is_reversed:
            await reverse(session, here, deduction_id)
    rows = (await score_queries.scores(session, here.actor, year=2016)).rows
    return {row["unit_id"]: (row["score"], row["mean_of_kind"]) for row in rows}


@asynccontextmanager
async def story(session: AsyncSession) -> AsyncIterator[None]:
    """Undo what an example did, so that each begins anew."""
    begun = await session.begin_nested()
    try:
        yield
    finally:
        await begun.rollback()


# Drawn as a whole: hypothesis ends an example by an exception that must not pass through the event loop.
@in_a_database
@given(orders=FACTS.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
async def test_the_order_of_entries_does_not_matter(
    session: AsyncSession, here: Place, units: list[UUID], orders: tuple[list[Fact], list[Fact]]
) -> None:
    found = []
    for order in orders:
        async with story(session):
            found.append(await _play(session, here, units, order))
    assert found[0] == found[1]


@in_a_database
@given(facts=FACTS)
async def test_scores_and_means_agree_with_plain_arithmetic(
    session: AsyncSession, here: Place, units: list[UUID], facts: list[Fact]
) -> None:
    async with story(session):
        found = await _play(session, here, units, facts)
    expected = []
    for place in range(len(units)):
        live = [(event, POINTS[rule]) for unit, rule, event, is_reversed in facts if unit == place and not is_reversed]
        highest = {event: max(points for each, points in live if each == event) for event, _ in live}
        expected.append(max(Decimal(0), Decimal(100) - sum(highest.values())))
    mean = (sum(expected[:3], Decimal(0)) / 3).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert [found[unit] for unit in units] == [*((score, mean) for score in expected[:3]), (expected[3], expected[3])]


@in_a_database
@given(facts=FACTS, rule=st.sampled_from(sorted(POINTS)))
async def test_a_reversal_restores(
    session: AsyncSession, here: Place, units: list[UUID], facts: list[Fact], rule: str
) -> None:
    async with story(session):
        before = await _play(session, here, units, facts)
        deduction_id = await confirmed(session, here, unit_id=units[0], rule_code=rule, event="新")
        between = await _play(session, here, units, [])
        await reverse(session, here, deduction_id)
        after = await _play(session, here, units, [])
    assert after == before
    assert between[units[0]][0] == before[units[0]][0] - POINTS[rule]
