import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import enter
from supervision.items.models import Item
from supervision.items.similar import MOST, list_similar_items
from tests.factories.items import make_item
from tests.places import Callers, Place


@pytest.mark.parametrize(
    ("title", "source", "percents"),
    [
        ("推进老旧小区改造", None, [100]),
        ("加快推进老旧小区改造工作", None, [63]),
        ("老旧小区改造和农村公路建设", None, []),
        ("修桥", "县政府第三次常务会议", [0]),
        ("修桥", None, []),
        ("——", None, []),
    ],
)
async def test_like_is_what_shares_half_of_the_title_or_its_source(
    session: AsyncSession, here: Place, title: str, source: str | None, percents: list[int]
) -> None:
    await make_item(session, here.actor, title="推进老旧小区改造", source="县政府第三次常务会议")
    await make_item(session, here.actor, title="农村饮水安全")
    found = await list_similar_items(session, here.actor, title=title, source=source)
    assert [row["shared_percent"] for row in found] == percents
    assert [row["is_same_source"] for row in found] == [source is not None] * len(found)


async def test_the_likest_come_first_and_few(session: AsyncSession, here: Place) -> None:
    for each in range(MOST):
        await make_item(session, here.actor, title=f"推进老旧小区改造二期{each}")
    likest = await make_item(session, here.actor, title="推进老旧小区改造三期")
    found = await list_similar_items(session, here.actor, title="推进老旧小区改造三期")
    assert (len(found), found[0]["id"], found[0]["shared_percent"]) == (MOST, likest, 100)


async def test_closed_items_and_other_counties_are_not_like_anything(
    session: AsyncSession, here: Place, elsewhere: Place
) -> None:
    item_id = await make_item(session, here.actor, title="整治河道")
    await session.execute(update(Item).where(Item.id == item_id).values(state="closed", closed_on=Item.received_on))
    assert await list_similar_items(session, here.actor, title="整治河道") == []
    await session.execute(update(Item).where(Item.id == item_id).values(state="open", closed_on=None))
    assert len(await list_similar_items(session, here.actor, title="整治河道")) == 1
    await enter(session, elsewhere.actor.jurisdiction_id)
    assert await list_similar_items(session, elsewhere.actor, title="整治河道") == []


async def test_the_office_asks_before_it_registers(callers: Callers, here: Place, session: AsyncSession) -> None:
    item_id = await make_item(session, here.actor, title="整治河道")
    await session.commit()
    office = await callers(here, "office")
    answer = await office.get("/v1/items/similar", params={"title": "整治河道采砂", "source": "示例"})
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["data"]
    assert (row["id"], row["shared_percent"], row["is_same_source"]) == (str(item_id), 60, False)
