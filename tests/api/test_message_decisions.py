"""Messages that did not surely arrive: people decide, a new number is tried once, units see who was reached."""

from typing import Any

import orjson
import pytest

from supervision.foundation.database import enter
from supervision.messaging import delivery, outbox, receipts
from supervision.messaging.gateways import SubmissionOutcome, Verdict
from supervision.messaging.gateways.http import HttpGateway
from tests.factories.identity import Caller
from tests.factories.messaging import as_test, ask, stock
from tests.factories.simulator import SECRET
from tests.places import Committed, Place
from worker.jobs import messaging
from worker.runner import Runner

GATEWAY = HttpGateway("http://127.0.0.1:9", SECRET)


@pytest.fixture
async def place(committed: Committed) -> Place:
    """A county with three officials, each of whom a message is on its way to."""
    return await stock(committed, 3)


@pytest.fixture
async def office(committed: Committed, place: Place) -> Caller:
    return await committed.callers(place, "office")


async def end(committed: Committed, verdict: Verdict = Verdict.REFUSED, code: str | None = "INVALID") -> None:
    """Hand everything over to a gateway that answers so."""
    async with committed.worker() as session:
        claimed = await delivery.claim(session, gateway="http", is_test=True, limit=100)
        outcomes = [SubmissionOutcome(str(each.id), verdict, None, code) for each in claimed]
        await delivery.settle(session, GATEWAY, claimed, outcomes)
        await session.commit()


async def undecided(caller: Caller) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await caller.get("/v1/messages?view=undecided")).json()["data"]
    return listed


async def decide(caller: Caller, message_id: str, decision: str) -> Any:
    return await caller.post(f"/v1/messages/{message_id}/decision", json={"decision": decision, "reason": "示例理由"})


async def reachability(caller: Caller, query: str = "") -> list[tuple[str | None, str]]:
    listed = (await caller.get(f"/v1/reachability?{query}")).json()["data"]
    return [
        (each["problem"], each["last_outcome"]) for each in listed if each["post"] == "示例职务" and each["telephone"]
    ]


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.UNKNOWN])
async def test_what_did_not_surely_arrive_is_decided_once(
    committed: Committed, office: Caller, verdict: Verdict
) -> None:
    await end(committed, verdict)
    waiting = await undecided(office)
    assert [each["meaning"]["kind"] for each in waiting] == ["invalid"] * 3
    work = (await office.get("/v1/work_list")).json()["data"]
    assert [each["title"] for each in work if each["kind"] == "message"] == ["处理未送达短信：3条"]
    first, second, third = (each["id"] for each in waiting)
    again = (await decide(office, first, "resend")).json()
    assert (again["state"], again["decision"]) == (verdict, "resend")
    resent = (await office.get(f"/v1/messages/{again['resent_as']}")).json()
    assert (resent["state"], resent["text"], resent["official_id"]) == ("queued", again["text"], again["official_id"])
    assert (await decide(office, second, "told")).status_code == 200
    assert (await decide(office, third, "give_up")).status_code == 200
    assert await undecided(office) == []
    assert not [each for each in (await office.get("/v1/work_list")).json()["data"] if each["kind"] == "message"]
    for message_id, code in ((first, "message_already_decided"), (again["resent_as"], "message_not_to_decide")):
        refused = await decide(office, message_id, "resend")
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    decided = await ask(committed, "SELECT count(*) FROM audit_event WHERE verb = 'message.decided'")
    assert decided[0].count == 3


async def test_a_message_that_failed_again_is_decided_again(committed: Committed, office: Caller) -> None:
    await end(committed)
    again = (await decide(office, (await undecided(office))[0]["id"], "resend")).json()["resent_as"]
    await end(committed)
    assert again in [each["id"] for each in await undecided(office)]


async def test_nobody_can_be_sent_what_they_cannot_receive(committed: Committed, office: Caller) -> None:
    await end(committed)
    await ask(committed, "UPDATE official SET telephone_sealed = NULL, telephone_index = NULL")
    refused = await decide(office, (await undecided(office))[0]["id"], "resend")
    assert (refused.status_code, refused.json()["code"]) == (409, "message_not_to_resend")


async def test_what_was_done_meanwhile_needs_no_decision(committed: Committed, place: Place, office: Caller) -> None:
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        rows = await ask(committed, "SELECT official_id FROM message ORDER BY id")
        letter = outbox.NewMessage(rows[0].official_id, "duty", {"text": "请速报送。"})
        await outbox.queue(session, as_test(place.actor), template="notice", messages=[letter])
        await session.commit()
    await end(committed)
    reminder = (await undecided(office))[0]
    again = (await decide(office, reminder["id"], "resend")).json()["resent_as"]
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        assert await outbox.withdraw(session, place.actor, matters=["duty"]) == 1
        await session.commit()
    assert (await office.get(f"/v1/messages/{again}")).json()["state"] == "cancelled"
    assert len(await undecided(office)) == 3


async def test_another_county_neither_sees_nor_decides(committed: Committed, office: Caller) -> None:
    await end(committed)
    stranger = await committed.callers(await committed.found("330327"), "office")
    assert await undecided(stranger) == []
    assert await reachability(stranger) == []
    assert (await decide(stranger, (await undecided(office))[0]["id"], "give_up")).status_code == 404


async def test_a_new_number_is_tried_once(committed: Committed, place: Place, office: Caller) -> None:
    await end(committed)
    assert {problem for problem, _ in await reachability(office, "view=problems")} == {"invalid"}
    runner = Runner(committed.worker, {})
    await messaging.try_new_numbers(runner)
    assert len(await undecided(office)) == 3
    official_id = (await undecided(office))[0]["official_id"]
    keeper = await committed.callers(place, "administrator")
    read = await keeper.get(f"/v1/officials/{official_id}")
    new = await keeper.patch(
        f"/v1/officials/{official_id}", json={"telephone": "13900000001"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert new.status_code == 200, new.text
    for _ in range(2):
        await messaging.try_new_numbers(runner)
    assert len(await undecided(office)) == 2
    tried = (await office.get(f"/v1/messages?official={official_id}")).json()["data"]
    assert [(each["state"], each["decision"]) for each in tried] == [("queued", None), ("refused", "new_number")]
    stood = [(None, "on_its_way"), *[("invalid", "not_reached")] * 2]
    assert sorted(await reachability(office), key=str) == sorted(stood, key=str)


async def test_a_number_that_is_somebody_elses_is_told(committed: Committed, office: Caller) -> None:
    await end(committed, Verdict.UNKNOWN)
    await decide(office, (await undecided(office))[0]["id"], "wrong_person")
    assert [problem for problem, _ in await reachability(office, "problem=wrong_person")] == ["wrong_person"]
    assert await reachability(office, "problem=shared") == []
    await ask(committed, "UPDATE official SET telephone_index = 'same' WHERE telephone_index IS NOT NULL")
    assert {problem for problem, _ in await reachability(office)} == {"wrong_person", "shared"}


async def test_a_unit_sees_whether_its_own_people_were_reached(committed: Committed, place: Place) -> None:
    await end(committed, Verdict.ACCEPTED, None)
    rows = await ask(committed, "SELECT m.id, o.unit_id FROM message m JOIN official o ON o.id = m.official_id")
    lines = [
        {"id": str(rows[0].id), "status": "delivered"},
        {"id": str(rows[1].id), "status": "failed", "code": "INVALID"},
    ]
    async with committed.api() as session:
        await receipts.keep(session, GATEWAY, orjson.dumps({"receipts": lines}), is_test=True, webhook_id=None)
        await session.commit()
    await messaging.match_receipts(Runner(committed.worker, {}))
    unit = await committed.callers(place, "unit", unit_id=rows[0].unit_id)
    stood = [(None, "on_its_way"), (None, "reached"), ("invalid", "not_reached")]
    assert sorted(await reachability(unit), key=str) == sorted(stood, key=str)
    outsider = await committed.callers(place, "unit")
    assert await reachability(outsider) == []
