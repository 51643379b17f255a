"""Comments from the form to the page, and what the office makes of them."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import lxml.html
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.app import DuchaApp
from supervision.foundation.database import enter
from tests.factories.comments import answer_of, fill_in
from tests.factories.publication import put_out, render, withdraw
from tests.factories.scoring import add_item
from tests.places import Callers, Place

PORTAL = "/portal/330326"
COMMENT = "河道还没有清淤。\n请去看看。"


@pytest.fixture
async def anybody(app: DuchaApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ducha.test") as client:
        yield client


@pytest.fixture
async def form(session: AsyncSession, here: Place) -> str:
    entry_id = await put_out(session, here.actor)
    await render(session, here.actor)
    await session.commit()
    return f"{PORTAL}/publications/{entry_id}/comment"


async def send(anybody: httpx.AsyncClient, form: str, **over: str) -> httpx.Response:
    return await anybody.post(form, data=await fill_in(anybody, form, **{"text": COMMENT, **over}))


async def list_waiting(caller: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/comments", params={"state": "waiting"})
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_from_form_to_page(
    session: AsyncSession, here: Place, callers: Callers, anybody: httpx.AsyncClient, form: str
) -> None:
    sent = await send(anybody, form, contact="19999990001")
    assert sent.status_code == 303
    handling = sent.headers["location"]
    assert re.fullmatch(PORTAL + r"/comments/[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", handling)
    assert "已收到，待审核" in (await anybody.get(handling)).text
    page = form.removesuffix("/comment")
    assert "清淤" not in (await anybody.get(page)).text
    office = await callers(here, "office")
    (waiting,) = await list_waiting(office)
    assert (waiting["text"], waiting["has_contact"]) == (COMMENT, True)
    path = f"/v1/comments/{waiting['id']}"
    approved = await office.post(f"{path}/approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "published")
    await enter(session, here.actor.jurisdiction_id)
    await render(session, here.actor)
    await session.commit()
    assert "河道还没有清淤。" in (await anybody.get(page)).text
    assert "已公开" in (await anybody.get(handling)).text
    refused = await office.post(f"{path}/refuse", json={"reason": "内容失实"})
    assert refused.json()["reason"] == "内容失实"
    assert "内容失实" in (await anybody.get(handling)).text
    again = await office.post(f"{path}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "comment_decided")
    verbs = await session.scalars(text("SELECT verb FROM audit_event WHERE verb LIKE 'comment.%' ORDER BY id"))
    assert list(verbs) == ["comment.received", "comment.approved", "comment.refused"]


async def test_a_comment_becomes_a_clue_or_an_opinion(
    session: AsyncSession, here: Place, callers: Callers, anybody: httpx.AsyncClient, form: str
) -> None:
    item_id = await add_item(session)
    await session.commit()
    handling = [(await send(anybody, form)).headers["location"] for _ in range(2)]
    office, publisher = await callers(here, "office"), await callers(here, "publisher")
    first, second = [f"/v1/comments/{each['id']}/take_up" for each in await list_waiting(office)]
    opinion = {"use": "opinion", "note": "请责任单位说明"}
    nameless = await office.post(first, json=opinion)
    assert (nameless.status_code, nameless.json()["code"]) == (422, "opinion_needs_item")
    unknown = await office.post(first, json={**opinion, "item_id": str(UUID(int=7))})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_item")
    taken = await office.post(first, json={**opinion, "item_id": str(item_id)})
    assert (taken.status_code, taken.json()["taken_up_as"], taken.json()["state"]) == (200, "opinion", "waiting")
    assert (await publisher.post(second, json={"use": "clue", "note": "实地查看"})).status_code == 403
    assert (await office.post(second, json={"use": "clue", "note": "实地查看"})).status_code == 200
    twice = await office.post(second, json={"use": "clue", "note": "实地查看"})
    assert (twice.status_code, twice.json()["code"]) == (409, "comment_taken_up")
    told = [(await anybody.get(each)).text for each in handling]
    assert ("已作为意见转有关事项办理" in told[0], "已转为督查线索" in told[1]) == (True, True)
    assert not any("实地查看" in each or "请责任单位说明" in each for each in told)
    listed = await office.get("/v1/comments", params={"taken_up_as": "clue"})
    assert [each["taken_up_note"] for each in listed.json()["data"]] == ["实地查看"]


async def test_another_county_sees_nothing(
    here: Place, elsewhere: Place, callers: Callers, anybody: httpx.AsyncClient, form: str
) -> None:
    handling = (await send(anybody, form)).headers["location"]
    office, stranger = await callers(here, "office"), await callers(elsewhere, "office")
    (waiting,) = await list_waiting(office)
    assert await list_waiting(stranger) == []
    path = f"/v1/comments/{waiting['id']}"
    answers = [
        await stranger.get(path),
        await stranger.get(f"{path}/contact"),
        await stranger.post(f"{path}/approve"),
        await stranger.post(f"{path}/refuse", json={"reason": "不"}),
        await stranger.post(f"{path}/take_up", json={"use": "clue", "note": "不"}),
    ]
    assert [each.status_code for each in answers] == [404] * 5
    assert (await anybody.get(handling.replace("330326", "330327"))).status_code == 404


async def test_a_contact_is_sealed_and_read_by_the_office_alone(
    session: AsyncSession, here: Place, callers: Callers, anybody: httpx.AsyncClient, form: str
) -> None:
    await send(anybody, form, contact="19999990001")
    await send(anybody, form)
    office, publisher, auditor = [await callers(here, role) for role in ("office", "publisher", "auditor")]
    first, second = await list_waiting(office)
    path = f"/v1/comments/{first['id']}/contact"
    assert (await office.get(path)).json() == {"id": first["id"], "contact": "19999990001"}
    assert [(await each.get(path)).status_code for each in (publisher, auditor)] == [403, 403]
    nobody = await office.get(f"/v1/comments/{second['id']}/contact")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "no_contact")
    sealed = await session.scalar(text("SELECT contact_sealed FROM public_comment ORDER BY id LIMIT 1"))
    assert b"19999990001" not in sealed
    read = await session.scalar(text("SELECT count(*) FROM audit_event WHERE verb = 'comment_contact.read'"))
    assert read == 1


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"answer": "99"}, "验证题答案不对"),
        ({"question": "1.aa.bb"}, "验证题答案不对"),
        ({"text": " \u3000\u200b"}, "留言内容为空"),
        ({"text": "长" * 1001}, "留言最多1000字"),
        ({"contact": "长" * 101}, "联系方式最多100字"),
    ],
)
async def test_a_refused_form_comes_again_with_what_is_wrong(
    anybody: httpx.AsyncClient, form: str, over: dict[str, str], told: str
) -> None:
    answer = await send(anybody, form, **over)
    assert answer.status_code == 422
    shown: Any = lxml.html.fromstring(answer.content)
    assert told in shown.xpath("//*[@role='alert']")[0].text
    if "text" not in over:
        assert shown.xpath("//textarea")[0].text.strip() == COMMENT.strip()


async def test_an_answer_serves_its_own_entry_and_hour_alone(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient, form: str
) -> None:
    await enter(session, here.actor.jurisdiction_id)
    other = f"{PORTAL}/publications/{await put_out(session, here.actor)}/comment"
    await session.commit()
    filled = await fill_in(anybody, form, text=COMMENT)
    assert (await anybody.post(other, data=filled)).status_code == 422
    late = {**filled, "question": filled["question"].replace(filled["question"].split(".")[0], "1", 1)}
    assert (await anybody.post(form, data=late)).status_code == 422
    assert (await anybody.post(form, data=filled)).status_code == 303


async def test_one_address_sends_five_an_hour(anybody: httpx.AsyncClient, form: str) -> None:
    answers = [await send(anybody, form) for _ in range(6)]
    assert [each.status_code for each in answers] == [303] * 5 + [429]
    assert "请稍后再提交" in answers[-1].text


async def test_what_is_not_published_takes_no_comment(
    session: AsyncSession, here: Place, anybody: httpx.AsyncClient, form: str
) -> None:
    filled = await fill_in(anybody, form, text=COMMENT)
    await enter(session, here.actor.jurisdiction_id)
    await withdraw(session, here.actor, UUID(form.split("/")[-2]))
    await session.commit()
    assert (await anybody.get(form)).status_code == 404
    assert (await anybody.post(form, data=filled)).status_code == 404


@pytest.mark.parametrize(
    ("words", "code"), [("张某某不作为", "comment_names_person"), ("涉密示例", "comment_tells_secret")]
)
async def test_no_comment_names_a_person_or_tells_a_secret_in_public(
    session: AsyncSession, here: Place, callers: Callers, anybody: httpx.AsyncClient, form: str, words: str, code: str
) -> None:
    await enter(session, here.actor.jurisdiction_id)
    await add_item(session, title="涉密示例", secrecy="work_secret")
    await session.commit()
    await send(anybody, form, text=words)
    office = await callers(here, "office")
    (waiting,) = await list_waiting(office)
    answer = await office.post(f"/v1/comments/{waiting['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_a_code_is_read_however_it_is_written(anybody: httpx.AsyncClient, form: str) -> None:
    code = (await send(anybody, form)).headers["location"].rpartition("/")[2]
    for written in (code.lower(), code.replace("-", " "), code.replace("1", "l").replace("0", "o")):
        answer = await anybody.get(f"{PORTAL}/comments", params={"code": written})
        assert (answer.status_code, "待审核" in answer.text) == (200, True)
    unknown = await anybody.get(f"{PORTAL}/comments", params={"code": "AAAA"})
    assert (unknown.status_code, "没有找到这个查询码" in unknown.text) == (404, True)


def test_the_sum_is_read_from_the_question() -> None:
    assert answer_of("请回答：三加五等于几（填数字）") == "8"
