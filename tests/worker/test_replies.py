"""What officials send back by SMS: matched, told to the office once, and a notice's acknowledgement."""

from typing import Any

import orjson
import pytest
from sqlalchemy import text

from supervision.foundation.database import enter
from supervision.messaging import delivery, receipts, templates
from supervision.messaging.gateways import SubmissionOutcome, Verdict
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.replies import read_meaning
from supervision.messaging.retention import erase_receipts
from supervision.messaging.states import ReplyMeaning
from supervision.notices.states import NoticeState
from tests.factories.identity import Caller, make_unit
from tests.factories.messaging import ask, make_officials, stock, telephone
from tests.factories.notices import make_notice
from tests.factories.simulator import SECRET
from tests.places import Committed, Place
from worker.jobs import messaging, notices
from worker.runner import Runner

GATEWAY = HttpGateway("http://127.0.0.1:9", SECRET)
AT = "2026-03-01T09:05:00+08:00"


async def hand_over(committed: Committed) -> None:
    async with committed.worker() as session:
        claimed = await delivery.claim(session, gateway="http", is_test=True, limit=100)
        accepted = [SubmissionOutcome(str(each.id), Verdict.ACCEPTED) for each in claimed]
        await delivery.settle(session, GATEWAY, claimed, accepted)
        await session.commit()


async def reply(committed: Committed, number: int, words: str, **over: Any) -> None:
    line = {"telephone": telephone(number), "text": words, "at": AT, **over}
    raw = orjson.dumps({"receipts": [], "replies": [line]})
    async with committed.api() as session:
        await receipts.keep(session, GATEWAY, raw, is_test=True, webhook_id=None)
        await session.commit()
    runner = Runner(committed.worker, {})
    await messaging.match_replies(runner)
    await notices.acknowledge_replied(runner)


async def inbox(caller: Caller, view: str = "unhandled") -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await caller.get(f"/v1/replies?view={view}")).json()["data"]
    return listed


@pytest.fixture
async def place(committed: Committed) -> Place:
    made = await stock(committed, 2)
    await hand_over(committed)
    return made


async def test_a_reply_is_told_to_the_office_of_its_county_once(committed: Committed, place: Place) -> None:
    stranger = await committed.callers(await committed.found("330327"), "office")
    office = await committed.callers(place, "office")
    for number in (0, 0, 999):
        await reply(committed, number, "请问表格在哪里下载？")
    await reply(committed, 1, "TD")
    told = await inbox(office)
    assert [(each["text"], each["meaning"]) for each in told] == [
        ("TD", "unsubscription"),
        ("请问表格在哪里下载？", "other"),
    ]
    states = await ask(committed, "SELECT state FROM reply ORDER BY id")
    assert [row.state for row in states] == ["matched", "repeated", "unmatched", "matched"]
    work = (await office.get("/v1/work_list")).json()["data"]
    assert [each["title"] for each in work if each["kind"] == "reply"] == ["查看短信回复：2条"]
    assert await inbox(stranger) == []
    address = f"/v1/replies/{told[0]['id']}"
    assert (await stranger.get(address)).status_code == 404
    assert (await stranger.post(f"{address}/handling", json={})).status_code == 404
    handled = await office.post(f"{address}/handling", json={"note": "已电话说明"})
    assert (handled.status_code, handled.json()["note"]) == (200, "已电话说明")
    again = await office.post(f"{address}/handling", json={})
    assert (again.status_code, again.json()["code"]) == (409, "reply_already_handled")
    assert len(await inbox(office)) == 1
    assert len(await inbox(office, "all")) == 2


async def test_the_configured_word_acknowledges_the_notice_that_the_message_was_about(committed: Committed) -> None:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await templates.install_defaults(session, place.actor)
        unit_id = await make_unit(session, place.actor)
        await make_officials(session, place.actor, 1, first=7, unit_id=unit_id, position="leader_in_charge")
        await make_officials(session, place.actor, 1, first=8, position="leader_in_charge")
        await make_notice(session, place.actor, state=NoticeState.ISSUED, unit_ids=[unit_id])
        await session.commit()
    await ask(committed, "UPDATE message SET is_test = true, not_before = now()")
    await hand_over(committed)
    await reply(committed, 7, "什么事？")
    assert await deliveries(committed) == ["delivered"]
    await reply(committed, 8, "收到")
    assert await deliveries(committed) == ["delivered"]
    await reply(committed, 7, " 收到！")
    assert await deliveries(committed) == ["acknowledged"]
    office = await committed.callers(place, "office")
    assert [each["text"] for each in await inbox(office)] == ["什么事？"]
    facts = await ask(committed, "SELECT facts->>'by' AS by FROM audit_event WHERE verb = 'notice.acknowledged'")
    assert [row.by for row in facts] == ["reply"]
    # A second word does no harm.
    await reply(committed, 7, "签收", at="2026-03-02T09:05:00+08:00")
    assert await deliveries(committed) == ["acknowledged"]


async def deliveries(committed: Committed) -> list[str]:
    return [row.state for row in await ask(committed, "SELECT state FROM notice_delivery")]


async def test_words_and_number_of_a_reply_go_with_the_call_that_brought_it(committed: Committed, place: Place) -> None:
    await reply(committed, 0, "家里有事，晚点报。")
    async with committed.owner() as session:
        # As only time could do it.
        await session.execute(text("ALTER TABLE receipt DISABLE TRIGGER only_erased"))
        await session.execute(text("UPDATE receipt SET received_at = now() - interval '400 days'"))
        await session.execute(text("ALTER TABLE receipt ENABLE TRIGGER only_erased"))
        await session.commit()
    async with committed.worker() as session:
        await erase_receipts(session, keep_days=365, limit=10)
        await session.commit()
    rows = await ask(committed, "SELECT text, cardinality(telephone_indexes) AS indexes FROM reply")
    assert [(row.text, row.indexes) for row in rows] == [(None, 0)]
    office = await committed.callers(place, "office")
    assert [each["text"] for each in await inbox(office)] == [None]


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("收到", ReplyMeaning.ACKNOWLEDGEMENT),
        ("【收到】。", ReplyMeaning.ACKNOWLEDGEMENT),
        ("没收到", ReplyMeaning.OTHER),
        ("收到，但下周才能办", ReplyMeaning.OTHER),
        ("ＴＤ", ReplyMeaning.UNSUBSCRIPTION),
        ("", ReplyMeaning.OTHER),
    ],
)
def test_a_reply_means_what_it_says_and_nothing_beyond(words: str, meaning: ReplyMeaning) -> None:
    assert read_meaning(words) is meaning
