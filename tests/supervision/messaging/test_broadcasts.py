import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.identity.errors import UnknownOfficial
from supervision.identity.models import LeadershipLevel, Official, Position, UnitKind
from supervision.messaging import broadcasts, templates
from supervision.messaging.audience import Audience, officials_at_least, select_audience
from supervision.messaging.errors import EmptyAudience, MatterAlreadyBroadcast, NobodyToTell, ShownDiffers
from supervision.messaging.models import Broadcast, Message
from tests.factories.identity import make_unit
from tests.factories.messaging import as_test, make_broadcast, make_officials, states_of
from tests.factories.texts import NAME, TWINS
from tests.places import Committed, Place

NOTICE: dict[str, Any] = {"template": "notice", "variables": {"text": "请按时报送进展。"}}
SECTION = Audience(min_level=LeadershipLevel.DEPUTY_SECTION)


@pytest.fixture
async def county(session: AsyncSession, here: Place) -> Place:
    """A county with templates: five to be told, one without number, one who left, one double, one below the level."""
    await templates.install_defaults(session, here.actor)
    await make_officials(session, here.actor, 5)
    await make_officials(session, here.actor, 1, telephone_sealed=None, telephone_index=None)
    await make_officials(session, here.actor, 1, first=5, left_on=date(2016, 1, 1))
    await make_officials(session, here.actor, 1, first=0, position="leader_in_charge")
    await make_officials(session, here.actor, 1, first=6, leadership_level="none")
    return here


async def confirm(session: AsyncSession, place: Place, **over: Any) -> Any:
    seen = await broadcasts.preview(session, place.actor, **NOTICE, audience=over.get("audience", SECTION))
    wanted = {**NOTICE, "audience": SECTION, "shown": seen.shown, "matter": "示例", **over}
    return await broadcasts.confirm(session, place.actor, **wanted, is_approved=True)


async def test_preview_shows_everything_and_stores_nothing(session: AsyncSession, county: Place) -> None:
    seen = await broadcasts.preview(session, county.actor, **NOTICE, audience=SECTION)
    assert (seen.text, seen.parts) == ("【督查室】请按时报送进展。", 1)
    assert (seen.recipients, seen.gateway_calls, seen.seconds) == (5, 1, None)
    assert seen.left_out == {"no_number": 1, "left_post": 1, "duplicate_number": 1, "told_already": 0}
    assert await session.scalar(select(func.count()).select_from(Broadcast)) == 0
    assert await states_of(session) == {}


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
async def test_a_matter_written_otherwise_is_the_same(session: AsyncSession, county: Place, twin: str) -> None:
    first = await confirm(session, county, matter=NAME)
    assert await confirm(session, county, matter=twin) == first
    with pytest.raises(MatterAlreadyBroadcast):
        await confirm(session, county, matter=twin, audience=Audience(min_level=LeadershipLevel.NONE))
    assert await states_of(session) == {"queued": 5}
    with pytest.raises(NobodyToTell):
        await confirm(session, county, matter=f"{NAME}二")


async def test_confirmed_twice_sends_once(session: AsyncSession, county: Place) -> None:
    first = await confirm(session, county)
    assert await confirm(session, county) == first
    assert await states_of(session) == {"queued": 5}
    numbers = await session.scalars(select(Official.telephone_index).join(Message, Message.official_id == Official.id))
    assert len(set(numbers)) == 5
    row = (await session.execute(select(Broadcast.recipients, Broadcast.left_out, Broadcast.matter))).one()
    assert row == (5, {"no_number": 1, "left_post": 1, "duplicate_number": 1, "told_already": 0}, "manual:示例")


async def test_a_matter_is_broadcast_once_whatever_is_said_under_it(session: AsyncSession, county: Place) -> None:
    await confirm(session, county)
    with pytest.raises(MatterAlreadyBroadcast):
        await confirm(session, county, variables={"text": "另一件事。"})
    with pytest.raises(MatterAlreadyBroadcast):
        await confirm(session, county, audience=Audience(positions=[Position.HANDLER]))
    assert await states_of(session) == {"queued": 5}


@pytest.mark.parametrize("change", ["text", "audience", "newcomer", "gone", "template"])
async def test_what_was_read_is_what_is_sent(session: AsyncSession, county: Place, change: str) -> None:
    seen = await broadcasts.preview(session, county.actor, **NOTICE, audience=SECTION)
    over: dict[str, Any] = {"shown": seen.shown}
    if change == "text":
        over["variables"] = {"text": "另一段话。"}
    elif change == "audience":
        over["audience"] = Audience(min_level=LeadershipLevel.NONE)
    elif change == "newcomer":
        await make_officials(session, county.actor, 1, first=9)
    elif change == "gone":
        # One comes and one goes: all numbers are as before, and still it is not those who were shown.
        await make_officials(session, county.actor, 1, first=9)
        official = await session.scalar(select(Official).where(Official.telephone_masked == "199****0001"))
        assert official
        official.leadership_level = LeadershipLevel.NONE
        await session.flush()
    else:
        await templates.write_template(session, county.actor, name="notice", body="通知：{text}")
    with pytest.raises(ShownDiffers):
        await confirm(session, county, **over)
    assert await states_of(session) == {}


async def test_two_who_confirm_at_once_send_once(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await templates.install_defaults(session, place.actor)
        await make_officials(session, place.actor, 20)
        await session.commit()

    async def once() -> Any:
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            made = await confirm(session, place)
            await session.commit()
            return made

    assert len(set(await asyncio.gather(*(once() for _ in range(6))))) == 1
    async with committed.worker() as session:
        assert await states_of(session) == {"queued": 20}


async def test_a_scheduled_matter_is_sent_once_and_nobody_can_take_it_away(
    session: AsyncSession, county: Place
) -> None:
    await confirm(session, county, matter="digest:1")
    wanted: dict[str, Any] = {
        "template": "summary",
        "variables": {"period": "3月上半月", "counts": "应报5家", "laggards": "无"},
        "matter": "digest:1",
        "audience": officials_at_least(LeadershipLevel.DEPUTY_SECTION),
        "described": {"min_level": "deputy_section"},
    }
    first = await broadcasts.send(session, county.actor, **wanted)
    assert await broadcasts.send(session, county.actor, **{**wanted, "variables": {"period": "x"}}) == first
    assert await states_of(session) == {"queued": 10}


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        (Audience(min_level=LeadershipLevel.NONE), 6),
        (Audience(positions=[Position.HANDLER]), 6),
        (Audience(positions=[Position.LEADER_IN_CHARGE]), 1),
        (Audience(unit_kinds=[UnitKind.TOWNSHIP]), 0),
        (Audience(unit_kinds=[UnitKind.DEPARTMENT], min_level=LeadershipLevel.SECTION), 0),
    ],
)
async def test_an_audience_meets_all_criteria(
    session: AsyncSession, county: Place, audience: Audience, told: int
) -> None:
    assert (await broadcasts.preview(session, county.actor, **NOTICE, audience=audience)).recipients == told


async def test_named_officials_come_on_top_of_the_criteria(session: AsyncSession, county: Place) -> None:
    unit_id = await make_unit(session, county.actor, kind="township")
    named = await make_officials(session, county.actor, 2, first=20, unit_id=unit_id, leadership_level="none")
    audience = replace(SECTION, official_ids=named)
    assert (await broadcasts.preview(session, county.actor, **NOTICE, audience=audience)).recipients == 7


async def test_refuses_nobody_and_strangers(elsewhere: Place, session: AsyncSession, county: Place) -> None:
    with pytest.raises(EmptyAudience):
        await select_audience(session, Audience())
    with pytest.raises(UnknownOfficial):
        await select_audience(session, Audience(official_ids=[elsewhere.actor.jurisdiction_id]))
    with pytest.raises(NobodyToTell):
        await confirm(session, county, audience=Audience(unit_kinds=[UnitKind.TOWNSHIP]))


@pytest.mark.parametrize(
    ("key", "reason", "hour"), [("live", None, 23), ("live", "防汛紧急通知", 14), ("test", None, 14)]
)
async def test_quiet_hours_bind_unless_critical_or_a_test(
    session: AsyncSession, here: Place, key: str, reason: str | None, hour: int
) -> None:
    actor = as_test(here.actor) if key == "test" else here.actor
    officials = await make_officials(session, here.actor, 2)
    with time_machine.travel(datetime(2016, 3, 1, 14, 30, tzinfo=UTC), tick=False):
        await make_broadcast(session, actor, officials, critical_reason=reason)
    leaves_at = datetime(2016, 3, 1, hour, 30, tzinfo=UTC)
    assert set(await session.scalars(select(Message.not_before))) == {leaves_at}
    assert set(await session.scalars(select(Broadcast.critical_reason))) == {reason}


async def test_nobody_gets_one_text_twice_within_a_day(session: AsyncSession, county: Place) -> None:
    noon = datetime(2016, 3, 1, 4, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        await confirm(session, county, audience=Audience(positions=[Position.LEADER_IN_CHARGE]))
    for hours, told, left_out in ((23, 4, 1), (24, 5, 0), (-23, 4, 1)):
        with time_machine.travel(noon + timedelta(hours=hours), tick=False):
            seen = await broadcasts.preview(session, county.actor, **NOTICE, audience=SECTION)
        assert (seen.recipients, seen.left_out["told_already"]) == (told, left_out), hours


async def test_one_text_of_two_moments_is_told_at_both(session: AsyncSession, county: Place) -> None:
    with time_machine.travel(datetime(2016, 3, 1, 4, tzinfo=UTC), tick=False):
        await confirm(session, county)
        week = datetime(2016, 3, 8, 4, tzinfo=UTC)
        seen = await broadcasts.preview(session, county.actor, **NOTICE, audience=SECTION, send_at=week)
    assert seen.recipients == 5


@pytest.mark.parametrize("state", ["cancelled", "failed", "refused"])
async def test_what_was_not_heard_is_told_again(session: AsyncSession, county: Place, state: str) -> None:
    await confirm(session, county)
    await session.execute(update(Message).values(state=state))
    assert (await broadcasts.preview(session, county.actor, **NOTICE, audience=SECTION)).recipients == 5
