from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.messaging import outbox, templates
from supervision.messaging.errors import TemplateNotFilled
from supervision.messaging.models import Message
from supervision.messaging.outbox import NewMessage
from tests.factories.messaging import as_test, make_officials, states_of
from tests.places import Place

VARIABLES = {"period": "3月上半月", "due": "2016年3月18日"}
NIGHT = datetime(2016, 3, 1, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
MORNING = datetime(2016, 3, 1, 23, 30, tzinfo=UTC)  # 07:30 in Shanghai


@pytest.fixture(autouse=True)
async def templates_installed(session: AsyncSession, here: Place) -> None:
    await templates.install_defaults(session, here.actor)


async def test_one_matter_reaches_one_official_once(session: AsyncSession, here: Place) -> None:
    officials = await make_officials(session, here.actor, 3)
    messages = [NewMessage(official, "duty:1:remind", VARIABLES) for official in officials]
    assert await outbox.queue(session, here.actor, template="reminder", messages=messages) == 3
    assert await outbox.queue(session, here.actor, template="reminder", messages=messages) == 0
    assert session.info["doorbell"] == {"deliver"}
    texts = set(await session.scalars(select(Message.text)))
    assert texts == {"【督查室】3月上半月工作进展报送将于2016年3月18日截止，请按时通过督查系统报送。"}


async def test_leaves_out_who_left_who_has_no_number_and_the_second_post_of_one_person(
    session: AsyncSession, here: Place
) -> None:
    reached = await make_officials(session, here.actor, 1)
    same_number = await make_officials(session, here.actor, 1)
    gone = await make_officials(session, here.actor, 1, first=1, left_on=datetime(2016, 1, 1, tzinfo=UTC).date())
    mute = await make_officials(session, here.actor, 1, telephone_sealed=None, telephone_index=None)
    messages = [NewMessage(official, "m", VARIABLES) for official in (*reached, *same_number, *gone, *mute)]
    assert await outbox.queue(session, here.actor, template="urge", messages=messages) == 1
    assert list(await session.scalars(select(Message.official_id))) == reached


async def test_quiet_hours_hold_a_live_message_back_and_not_a_test_message(session: AsyncSession, here: Place) -> None:
    official, other = await make_officials(session, here.actor, 2)
    with time_machine.travel(NIGHT, tick=False):
        await outbox.queue(session, here.actor, template="urge", messages=[NewMessage(official, "live", VARIABLES)])
        await outbox.queue(
            session, as_test(here.actor), template="urge", messages=[NewMessage(other, "test", VARIABLES)]
        )
    rows = await session.execute(select(Message.matter, Message.not_before, Message.is_test).order_by(Message.matter))
    assert [tuple(row) for row in rows] == [("live", MORNING, False), ("test", NIGHT, True)]


async def test_withdraws_what_is_queued_and_nothing_else(session: AsyncSession, here: Place) -> None:
    officials = await make_officials(session, here.actor, 2)
    for matter in ("a", "b"):
        messages = [NewMessage(official, matter, VARIABLES) for official in officials]
        await outbox.queue(session, here.actor, template="reminder", messages=messages)
    await session.execute(
        text("UPDATE message SET state = 'accepted' WHERE id = (SELECT min(id) FROM message WHERE matter = 'a')")
    )
    assert await outbox.withdraw(session, here.actor, matters=["a", "unknown"]) == 1
    assert await states_of(session) == {"accepted": 1, "cancelled": 1, "queued": 2}
    assert await outbox.withdraw(session, here.actor, matters=["a"]) == 0


async def test_refuses_a_letter_that_leaves_its_text_unfilled(session: AsyncSession, here: Place) -> None:
    (official,) = await make_officials(session, here.actor, 1)
    with pytest.raises(TemplateNotFilled):
        await outbox.queue(session, here.actor, template="reminder", messages=[NewMessage(official, "m", {"due": "x"})])
