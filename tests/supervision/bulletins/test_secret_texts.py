"""A circular goes to all units, and no work secret stands in it, whoever reads it by whatever way."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.bulletins import circular_drafts, queries
from supervision.documents.models import Secrecy
from supervision.items.models import Item
from supervision.messaging import templates
from tests.factories import bulletins, scoring
from tests.factories.identity import make_unit
from tests.places import Place

NUMBER, TITLE = "领办2016-007", "示例涉稳专班“暗访”事项"
MARCH: dict[str, Any] = {"received_on": date(2016, 3, 1), "deadline_on": date(2016, 3, 15)}


@pytest.fixture
async def unit_id(session: AsyncSession, here: Place) -> UUID:
    await templates.install_defaults(session, here.actor)
    await scoring.adopt(session, here.actor)
    await scoring.hold(session, here.actor, bulletins.SIXTH_OF_APRIL)
    unit_id = await make_unit(session, here.actor, name="水利局")
    open_one = await scoring.add_item(session, number="领办2016-008", title="修复水毁道路", **MARCH)
    await scoring.add_task(session, here.actor, open_one, unit_id)
    return unit_id


async def late_item(session: AsyncSession, here: Place, unit_id: UUID, secrecy: Secrecy) -> UUID:
    item_id = await scoring.add_item(session, number=NUMBER, title=TITLE, secrecy=secrecy, **MARCH)
    await scoring.add_task(session, here.actor, item_id, unit_id)
    return item_id


async def read(session: AsyncSession, here: Place, circular_id: UUID) -> dict[str, Any]:
    row = await queries.get_circular(session, here.actor, circular_id)
    told = json.dumps([row["title"], row["text"], row["laggards"]], ensure_ascii=False)
    assert [each for each in (NUMBER, TITLE) if each in told] == []
    return row


async def test_a_late_work_secret_is_counted_and_not_named(session: AsyncSession, here: Place, unit_id: UUID) -> None:
    item_id = await late_item(session, here, unit_id, Secrecy.WORK_SECRET)
    circular_id = await bulletins.draft(session, bulletins.person(here.actor))
    row = await read(session, here, circular_id)
    assert row["counts"]["items_overdue"] == 2
    assert "\n工作秘密事项（时限2016年3月15日，责任单位：水利局）" in row["text"]
    assert "领办2016-008　修复水毁道路（时限2016年3月15日，责任单位：水利局）" in row["text"]
    # By its id those who may see the item still find it.
    assert {each["item_id"]: each["title"] for each in row["laggards"]}[str(item_id)] == "工作秘密事项"


async def test_what_becomes_a_secret_or_is_written_in_by_hand_is_withheld_when_it_is_issued(
    session: AsyncSession, here: Place, unit_id: UUID
) -> None:
    item_id = await late_item(session, here, unit_id, Secrecy.INTERNAL)
    drafter = bulletins.person(here.actor)
    circular_id = await bulletins.draft(session, drafter)
    assert TITLE in (await queries.get_circular(session, here.actor, circular_id))["text"]
    await circular_drafts.criticise(
        session, drafter, circular_id, unit_id=unit_id, item_id=item_id, reason=f"{TITLE}久拖不决"
    )
    await session.execute(update(Item).where(Item.id == item_id).values(secrecy=Secrecy.WORK_SECRET))
    await bulletins.put_out(session, here.actor, circular_id)
    row = await read(session, here, circular_id)
    assert "通报批评：\n水利局（工作秘密事项）：工作秘密事项" in row["text"]
