"""People comment on what is published, and it reaches the work (§5(3) 群众监督): a clue, an opinion, an answer."""

from datetime import UTC, datetime
from typing import Any

import httpx
import lxml.html
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.foundation.database import enter
from tests.factories import publication
from tests.factories.comments import fill_in
from tests.factories.identity import Caller
from tests.factories.scoring import add_item, hold
from tests.places import Callers, Place

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def read(anybody: httpx.AsyncClient, path: str) -> str:
    answer = await anybody.get(path)
    assert answer.status_code == 200, answer.text
    page: Any = lxml.html.fromstring(answer.content)
    return " ".join(page.xpath("//main")[0].text_content().split())


async def write(anybody: httpx.AsyncClient, entry: str, **fields: str) -> str:
    """Send a comment and return the page on which its author follows it."""
    filled = await fill_in(anybody, f"{entry}/comment", **fields)
    sent = await anybody.post(f"{entry}/comment", data=filled, headers=FORM)
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"])


async def decide(caller: Caller, comment: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    answer = await caller.post(f"/v1/comments/{comment['id']}/{verb}", json=body or None)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_what_people_write_is_moderated_taken_up_and_answered(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place, app: DuchaApp
) -> None:
    office, publisher = [await callers(here, role) for role in ("office", "publisher")]
    await enter(session, here.actor.jurisdiction_id)
    await hold(session, here.actor, datetime(2016, 4, 20, 4, tzinfo=UTC))
    item_id = await add_item(session)
    entry_id = await publication.put_out(session, here.actor, unit="示例交通局", goal="新建农村公路30公里")
    await publication.render(session, here.actor)
    await session.commit()
    entry = f"/portal/330326/publications/{entry_id}"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as anybody:
        # Two people read of the road and write: one adds to it, the other says that it is not so.
        assert "还没有公开的留言" in await read(anybody, entry)
        opinion = await write(anybody, entry, text="建议在路口增设照明。", contact="13900000001")
        clue = await write(anybody, entry, text="王村段并未动工，现场没有机械。")
        assert "已收到，待审核" in await read(anybody, clue)
        assert "增设照明" not in await read(anybody, entry), "nothing is shown before it was looked at"

        # The office reads what waits, the publisher lets one out; what it becomes is another question.
        waiting = (await office.get("/v1/comments", params={"state": "waiting"})).json()["data"]
        about_light, about_works = sorted(waiting, key=lambda each: "照明" not in each["text"])
        assert "contact" not in about_light, "who wrote it is read on its own, and recorded"
        await decide(publisher, about_light, "approve")
        await decide(publisher, about_works, "refuse", reason="涉及待核实的线索，暂不公开")
        taken = await decide(office, about_light, "take_up", use="opinion", item_id=str(item_id), note="请交通局研究")
        assert taken["taken_up_as"] == "opinion"
        assert (await decide(office, about_works, "take_up", use="clue", note="列入四月督查"))["taken_up_as"] == "clue"
        contact = await office.get(f"/v1/comments/{about_light['id']}/contact")
        assert contact.json()["contact"] == "13900000001"
        assert (await publisher.get(f"/v1/comments/{about_light['id']}/contact")).status_code == 403

        # A clue leads to an inspection, an opinion stands at its item; both authors see so by their codes alone.
        clues = (await office.get("/v1/comments", params={"taken_up_as": "clue"})).json()["data"]
        assert [each["id"] for each in clues] == [about_works["id"]]
        told = await read(anybody, clue)
        assert ("审核未通过" in told, "暂不公开" in told, "已转为督查线索" in told) == (True, True, True)
        assert "已作为意见转有关事项办理" in await read(anybody, opinion)

        # Everybody reads the comment with what became of it, and nothing of the other nor of who wrote.
        await enter(session, here.actor.jurisdiction_id)
        await publication.render(session, here.actor)
        await session.commit()
        shown = await read(anybody, entry)
        assert ("增设照明" in shown, "已作为意见转有关事项办理" in shown) == (True, True)
        assert ("王村段" in shown, "13900000001" in shown) == (False, False)

    # Another county has none of it.
    assert (await (await callers(elsewhere, "office")).get("/v1/comments")).json()["data"] == []
