from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import settings
from supervision.foundation.database import Sessions
from supervision.messaging import broadcast_halts, broadcasts, outbox, quotas, templates
from supervision.messaging.audience import Audience
from supervision.messaging.errors import DayQuotaPassed, MonthQuotaPassed
from supervision.messaging.outbox import NewMessage
from tests.factories.messaging import make_broadcast, make_officials
from tests.places import Callers, Place

NEW_YEARS_EVE = datetime(2016, 12, 31, 4, tzinfo=UTC)
NIGHT = datetime(2016, 12, 31, 14, tzinfo=UTC)


@pytest.fixture
async def told(session: AsyncSession, here: Place) -> list[Any]:
    """Four officials of a county with templates."""
    await templates.install_defaults(session, here.actor)
    officials = await make_officials(session, here.actor, 4)
    await session.commit()
    return officials


async def allow(session: AsyncSession, place: Place, *, day: int | None = None, month: int | None = None) -> None:
    version = (await quotas.read_message_quota(session, place.actor))["version"]
    await quotas.set_message_quota(session, place.actor, version, per_day=day, per_month=month)
    await session.flush()


async def test_a_broadcast_that_passes_the_quota_is_refused_and_reminders_count(
    session: AsyncSession, here: Place, told: list[Any]
) -> None:
    await allow(session, here, day=6)
    with time_machine.travel(NEW_YEARS_EVE, tick=False):
        letters = [NewMessage(each, "事由", {"text": "长" * 80}) for each in told[:1]]
        await outbox.queue(session, here.actor, template="notice", messages=letters)
        with pytest.raises(DayQuotaPassed) as refused:
            await make_broadcast(session, here.actor, [*told, *await make_officials(session, here.actor, 1, first=9)])
        facts = refused.value.facts
        assert (facts["most"], facts["used"], facts["wanted"], facts["left"]) == (6, 2, 5, 4)
        await make_broadcast(session, here.actor, told)
        # Full as it is, a reminder goes on.
        more = [NewMessage(told[0], "另一事由", {"text": "x"})]
        assert await outbox.queue(session, here.actor, template="notice", messages=more) == 1
        assert (await quotas.read_message_quota(session, here.actor))["used_today"] == 7


async def test_what_leaves_in_the_new_year_counts_in_it(session: AsyncSession, here: Place, told: list[Any]) -> None:
    await allow(session, here, month=4)
    with time_machine.travel(NEW_YEARS_EVE, tick=False):
        await make_broadcast(session, here.actor, told)
        with pytest.raises(MonthQuotaPassed):
            await make_broadcast(session, here.actor, told, matter="二", words="二")
    with time_machine.travel(NIGHT, tick=False):
        await make_broadcast(session, here.actor, told, matter="三", words="三")
        assert (await quotas.read_message_quota(session, here.actor))["used_this_month"] == 4
    with time_machine.travel(NIGHT.replace(year=2017, month=1, day=1), tick=False):
        seen = await quotas.read_message_quota(session, here.actor)
    assert (seen["used_today"], seen["used_this_month"]) == (4, 4)


async def test_what_goes_on_counts_in_the_day_in_which_it_leaves(
    session: AsyncSession, here: Place, told: list[Any]
) -> None:
    await allow(session, here, day=4)
    with time_machine.travel(NEW_YEARS_EVE, tick=False):
        made = await make_broadcast(session, here.actor, told)
        await broadcast_halts.pause_broadcast(session, here.actor, made, reason="核对")
    with time_machine.travel(NEW_YEARS_EVE.replace(year=2017, month=1, day=2), tick=False):
        await make_broadcast(session, here.actor, told[:1], matter="二", words="二")
        with pytest.raises(DayQuotaPassed):
            await broadcast_halts.resume_broadcast(session, here.actor, made, reason="已核对")


async def test_quota_is_set_by_the_administrator_and_refused_in_numbers(
    session: AsyncSession, here: Place, told: list[Any], callers: Callers, elsewhere: Place
) -> None:
    administrator, office = await callers(here, "administrator"), await callers(here, "office")
    wanted = {"per_day": None, "per_month": 1}
    assert (await office.put("/v1/message_quota", json=wanted, headers={"If-Match": '"0"'})).status_code == 403
    made = await administrator.put("/v1/message_quota", json=wanted, headers={"If-Match": '"0"'})
    assert (made.status_code, made.json()["version"], made.json()["per_month"]) == (200, 1, 1)
    stale = await administrator.put("/v1/message_quota", json=wanted, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    assert (await (await callers(elsewhere, "office")).get("/v1/message_quota")).json()["per_month"] is None
    plan: dict[str, Any] = {"template": "notice", "variables": {"text": "x"}, "audience": Audience(official_ids=told)}
    shown = (await broadcasts.preview(session, here.actor, **plan)).shown
    with pytest.raises(MonthQuotaPassed) as refused:
        await broadcasts.confirm(session, here.actor, **plan, matter="一", shown=shown)
    assert "限额为1条" in refused.value.detail("zh")
    assert "this needs 4" in refused.value.detail("en")


async def test_costs_of_a_month_by_unit_template_and_gateway(
    session: AsyncSession,
    here: Place,
    told: list[Any],
    callers: Callers,
    sessions: Sessions,
    elsewhere: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DUCHA_PART_PRICES_FEN", '{"yunmas": 4.5}')
    settings.current.cache_clear()
    with time_machine.travel(NEW_YEARS_EVE, tick=False):
        await make_broadcast(session, here.actor, told, words="长" * 80)
    with time_machine.travel(NIGHT, tick=False):
        await make_broadcast(session, here.actor, told[:1], matter="二", words="二")
    await session.commit()
    async with sessions() as worker:
        await worker.execute(text("SET LOCAL ROLE ducha_worker"))
        await worker.execute(text("UPDATE message SET state = 'accepted', gateway = 'yunmas', accepted_at = now()"))
        await worker.commit()
    office = await callers(here, "office")
    december = (await office.get("/v1/message_costs", params={"month": "2016-12"})).json()
    (row,) = december["rows"]
    assert (row["template"], row["gateway"], row["messages"], row["parts"], row["cost_fen"]) == (
        "notice",
        "yunmas",
        4,
        8,
        "36",
    )
    january = (await office.get("/v1/message_costs", params={"month": "2017-01"})).json()
    assert (january["parts"], january["cost_fen"], january["unpriced_parts"]) == (1, "4.5", 0)
    stranger = await callers(elsewhere, "office")
    assert (await stranger.get("/v1/message_costs", params={"month": "2016-12"})).json()["rows"] == []
    settings.current.cache_clear()
