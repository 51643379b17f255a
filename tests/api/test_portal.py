"""The portal as anybody reads it over HTTP; how it looks is tried in a browser (tests/browser)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import lxml.html
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.bulletins.models import RectificationOrder
from supervision.documents.models import Secrecy
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.items.models import Item
from supervision.publication import drafts, release
from supervision.publication.models import FeedWork
from supervision.publication.sources import Source
from tests.factories import publication
from tests.factories.identity import make_unit
from tests.factories.publication import put_out, put_out_correction, put_out_next, put_out_order, render, withdraw
from tests.factories.scoring import add_item, hold
from tests.factories.signatures import AS_READ
from tests.places import Place

PORTAL = "/portal/330326"


@pytest.fixture
async def anybody(app: DuchaApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as client:
        yield client


@pytest.fixture(autouse=True)
async def in_april(session: AsyncSession, here: Place) -> None:
    await hold(session, here.actor, datetime(2016, 4, 20, 4, tzinfo=UTC))


async def page(anybody: httpx.AsyncClient, path: str = "", status: int = 200) -> Any:
    answer = await anybody.get(PORTAL + path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    return lxml.html.fromstring(answer.content)


async def test_an_entry_says_what_was_promised_who_answers_and_how_far_it_is(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await put_out(session, here.actor, unit="示例发改局")
    await render(session, here.actor)
    shown = await page(anybody, f"/publications/{entry_id}")
    facts = {each.findtext("dt"): " ".join(each.find("dd").text_content().split()) for each in shown.xpath("//dl/div")}
    assert facts["承诺"] == "国内生产总值增长6.5%—7%"
    assert (facts["责任单位"], facts["责任人"], facts["牵头领导"]) == ("示例发改局", "综合科科长", "综合科科长")
    assert (facts["完成进度"], facts["情况核实于"]) == ("60%", "2016年4月18日")
    meta = {each.get("name"): each.get("content") for each in shown.xpath("//meta[@name]")}
    assert meta["SiteName"] == "示例县330326督查工作公开"
    assert (meta["ColumnName"], meta["PubDate"]) == ("重点工作进展", "2016-04-20 12:00")
    assert (meta["ArticleTitle"], meta["ContentSource"]) == (shown.findtext(".//h1"), "示例县330326督查室")
    assert {"SiteDomain", "SiteIDCode"} <= meta.keys()


async def test_a_page_says_nothing_that_its_review_took_out(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await publication.draft(session, here.actor)
    redactions = [{"passage": "综合科科长", "ground": "不宜公开"}, {"passage": "60%", "ground": "未经核实"}]
    await publication.approve(session, here.actor, entry_id, redactions=redactions)
    await release.publish(session, publication.person(here.actor), entry_id, AS_READ)
    await render(session, here.actor)
    answer = await anybody.get(f"{PORTAL}/publications/{entry_id}")
    assert "综合科科长" not in answer.text
    assert "60%" not in answer.text
    assert "［略］" in answer.text


async def test_progress_over_time_comes_from_what_is_published(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    first = await put_out(session, here.actor)
    later: dict[str, Any] = {"percent": 75, "received_at": datetime(2016, 5, 3, 2, tzinfo=UTC)}
    second = await put_out_next(session, here.actor, first, **later)
    await render(session, here.actor)
    chart = (await page(anybody, f"/publications/{second}")).xpath("//svg[@class='chart']")[0]
    assert chart.findtext("desc") == "2016年4月18日 60%；2016年5月3日 75%"
    await put_out_correction(session, here.actor, first)
    await render(session, here.actor)
    shown = await page(anybody, f"/publications/{second}")
    assert shown.xpath("//svg[@class='chart']")[0].findtext("desc") == "2016年4月18日 61%；2016年5月3日 75%"
    corrected = await page(anybody, f"/publications/{first}")
    (notes,) = corrected.xpath("//section[@aria-labelledby='corrections']")
    assert "完成进度应为61%" in notes.text_content()


async def test_the_overview_tells_shares_by_area_and_names_no_unit_beside_them(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    year = {"received_on": date(2016, 1, 1), "deadline_on": date(2016, 12, 31)}
    for percent in (60, 5):
        item_id = await add_item(session, kind="major_problem", **year)
        await put_out(session, here.actor, percent=percent, item_id=item_id)
    await render(session, here.actor)
    (card,) = (await page(anybody)).xpath("//section[@aria-labelledby='areas']")
    (bar,) = card.xpath(".//svg")
    assert bar.get("aria-label") == "重大问题：2项任务中1项按进度推进，占50%"
    assert "示例局" not in card.text_content()


async def test_an_order_shows_how_its_rectification_stands(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await put_out_order(session, here.actor)
    await render(session, here.actor)
    path = f"/publications/{entry_id}"
    assert await standing(anybody, path) == "已责令整改（2016年4月20日）"
    order = await session.scalar(select(RectificationOrder))
    assert order
    order.state, order.closed_at = "closed", datetime(2016, 4, 21, 2, tzinfo=UTC)
    await session.flush()
    # The room of orders knows nothing of pages; rendering sees by itself that one moved.
    await render(session, here.actor)
    assert await standing(anybody, path) == "已核实整改到位（2016年4月21日）"


async def standing(anybody: httpx.AsyncClient, path: str) -> str:
    (shown,) = (await page(anybody, path)).xpath("//dt[text()='整改进展']/following-sibling::dd")
    return "".join(shown.text_content().split())


async def test_an_order_past_its_limit_is_overdue_from_the_next_rendered_day(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await put_out_order(session, here.actor, limit_on=date(2016, 4, 20))
    await render(session, here.actor)
    assert await standing(anybody, f"/publications/{entry_id}") == "已责令整改（2016年4月20日）"
    await hold(session, here.actor, datetime(2016, 4, 21, 4, tzinfo=UTC))
    # Each day is rendered anew.
    await session.execute(update(FeedWork).values(rendered_on=date(2016, 4, 20)))
    await render(session, here.actor)
    assert await standing(anybody, f"/publications/{entry_id}") == "逾期未整改（2016年4月20日）"


@pytest.mark.parametrize("is_named", [True, False])
async def test_a_circular_shows_how_the_rectification_of_what_it_criticises_stands(
    session: AsyncSession,
    here: Place,
    anybody: httpx.AsyncClient,
    is_named: bool,  # noqa: FBT001 - a row's fact
) -> None:
    unit_id, item_id = await make_unit(session, here.actor, name="示例水利局"), await add_item(session)
    circular_id = await publication.issue_circular(session, here.actor, unit_id=unit_id, item_id=item_id)
    entry_id = await drafts.draft_publication(session, publication.person(here.actor), Source(circular_id=circular_id))
    redactions = [] if is_named else [{"passage": "示例水利局", "ground": "不宜公开"}]
    await publication.approve(session, here.actor, entry_id, redactions=redactions)
    await release.publish(session, publication.person(here.actor), entry_id, AS_READ)
    order_id = await put_out_order(session, here.actor, unit_id=unit_id, item_id=item_id)
    # Of the same unit, for something else.
    await put_out_order(session, here.actor, unit_id=unit_id, item_id=await add_item(session))
    await render(session, here.actor)
    found = (await page(anybody, f"/publications/{entry_id}")).xpath("//section[@aria-labelledby='orders']//li")
    assert len(found) == is_named
    for each in found:
        assert each.xpath(".//a")[0].get("href") == f"{PORTAL}/publications/{order_id}"
        assert "已责令整改（2016年4月20日）" in "".join(each.text_content().split())
        assert "整改时限：2016年6月30日" in each.text_content()


async def test_lists_are_filtered_by_channel_unit_and_words(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    await put_out(session, here.actor, unit="示例发改局", goal="新建公路 30 公里")
    unit_id = await make_unit(session, here.actor, name="示例水利局")
    await put_out(session, here.actor, unit_id=unit_id, goal="Wi-Fi 覆盖乡镇")
    await put_out_order(session, here.actor, unit_id=unit_id, matter="河道清淤进度滞后")
    await render(session, here.actor)

    async def titles(path: str) -> list[str]:
        found = (await page(anybody, path)).xpath("//ol//h2")
        return sorted(each.text_content()[:4] for each in found)

    assert await titles("/publications") == ["Wi-F", "新建公路", "限时整改"]
    assert await titles("/exposure") == await titles("/publications?channel=exposure") == ["限时整改"]
    assert await titles("/publications?unit=示例水利局") == ["Wi-F", "限时整改"]
    assert await titles("/publications?unit=示例水利局&channel=progress&words=") == ["Wi-F"]
    assert await titles("/publications?words=wi-fi 乡镇") == ["Wi-F"]
    assert await titles("/publications?words=公路 乡镇") == []
    units = (await page(anybody, "/publications?words=无")).xpath("//select[@id='unit']/option")
    assert [each.text for each in units] == ["全部", "示例发改局", "示例水利局"]


async def test_long_lists_have_pages(session: AsyncSession, here: Place, anybody: httpx.AsyncClient) -> None:
    first = await put_out(session, here.actor)
    for day in range(1, 22):
        later: dict[str, Any] = {"percent": 60, "received_at": datetime(2016, 5, day, tzinfo=UTC)}
        await put_out_next(session, here.actor, first, **later)
    await render(session, here.actor)
    shown = await page(anybody, "/publications")
    assert len(shown.xpath("//ol/li")) == 20
    (following,) = shown.xpath("//a[@rel='next']")
    answer = await anybody.get(following.get("href"))
    rest: Any = lxml.html.fromstring(answer.content)
    assert len(rest.xpath("//ol/li")) == 2
    (back,) = rest.xpath("//a[@rel='prev']")
    assert (await anybody.get(back.get("href"))).status_code == 200


async def test_what_was_withdrawn_answers_410_and_says_nothing_of_it(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await put_out(session, here.actor, goal="示例目标甲")
    await render(session, here.actor)
    await withdraw(session, here.actor, entry_id)
    await render(session, here.actor)
    shown = await page(anybody, f"/publications/{entry_id}", 410)
    assert shown.findtext(".//h1") == "该公开内容已撤回"
    for path in ("", "/publications", "/progress", f"/publications/{entry_id}"):
        assert "示例目标甲" not in (await anybody.get(PORTAL + path)).text


async def test_what_is_not_there_is_told_in_a_page(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    await put_out(session, here.actor)
    await render(session, here.actor)
    for path in (f"/publications/{new_id()}", "/nothing"):
        shown = await page(anybody, path, 404)
        assert shown.findtext(".//h1") == "没有找到这个页面"
        assert shown.xpath("//link[@rel='stylesheet']")[0].get("href") == f"{PORTAL}/portal.css"
    assert (await anybody.get("/portal/999999")).status_code == 404
    assert (await anybody.get(f"{PORTAL}/publications?page=0")).status_code == 422


async def test_another_county_shows_nothing_of_it(
    session: AsyncSession, here: Place, elsewhere: Place, anybody: httpx.AsyncClient
) -> None:
    # The other county was found on the same connection.
    await enter(session, here.actor.jurisdiction_id)
    entry_id = await put_out(session, here.actor, goal="示例目标甲")
    await render(session, here.actor)
    await enter(session, elsewhere.actor.jurisdiction_id)
    await render(session, elsewhere.actor)
    for path in ("", "/publications", "/publications?words=示例目标甲"):
        answer = await anybody.get(f"/portal/330327{path}")
        assert answer.status_code == 200
        assert str(entry_id) not in answer.text
    assert (await anybody.get(f"/portal/330327/publications/{entry_id}")).status_code == 404


async def test_pages_are_served_as_they_were_rendered(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    entry_id = await put_out(session, here.actor)
    await render(session, here.actor)
    stored = (await session.execute(text("SELECT count(*), min(modified_at) FROM portal_page"))).one()
    for path in ("", "/publications", f"/publications/{entry_id}", "/portal.css", "/comments"):
        first = await anybody.get(PORTAL + path)
        assert first.status_code == 200
        again = await anybody.get(PORTAL + path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        policy = first.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'")
    await session.execute(update(FeedWork).values(rendered=0))
    await render(session, here.actor)
    assert (await session.execute(text("SELECT count(*), min(modified_at) FROM portal_page"))).one() == stored


async def test_no_field_of_any_page_shows_a_work_secret_or_a_name(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient
) -> None:
    item_id = await add_item(session, title="涉密示例事项")
    entry_id = await put_out(session, here.actor, goal="涉密示例目标", unit="涉密示例单位", item_id=item_id)
    await put_out(session, here.actor)
    await session.execute(update(Item).where(Item.id == item_id).values(secrecy=Secrecy.WORK_SECRET))
    # Not even before the worker has withdrawn what became a secret.
    await render(session, here.actor)
    pages = await session.execute(text("SELECT path, convert_from(content, 'UTF8') FROM portal_page"))
    for path, content in pages:
        assert "涉密示例" not in content, path
        assert "张某某" not in content, path
        assert str(entry_id) not in content, path
    for query in ("words=涉密示例目标", "unit=涉密示例单位", "channel=progress"):
        shown = await page(anybody, f"/publications?{query}")
        assert str(entry_id) not in lxml.html.tostring(shown, encoding="unicode")
        assert "涉密示例单位" not in [each.text for each in shown.xpath("//select[@id='unit']/option")]


async def test_what_people_wrote_is_text(session: AsyncSession, here: Place, anybody: httpx.AsyncClient) -> None:
    entry_id = await put_out(session, here.actor, goal="<script>alert(1)</script>目标")
    await render(session, here.actor)
    for path in ("", f"/publications/{entry_id}", '/publications?words="><script>alert(1)</script>'):
        answer = await anybody.get(PORTAL + path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
