"""Television and newspapers every two months (§4(1), §5(2), §5(3)): November and December are given in January."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.factories import publication
from tests.factories.identity import Caller
from tests.factories.scoring import hold
from tests.places import Callers, Place

ROUND = "/v1/press_rounds/2016-11"


def shanghai(year: int, month: int, day: int) -> datetime:
    """Return ten in the morning in Shanghai."""
    return datetime(year, month, day, 2, tzinfo=UTC)


async def press_work(caller: Caller) -> list[dict[str, Any]]:
    listed = (await caller.get("/v1/work_list")).json()["data"]
    return [each for each in listed if each["kind"] == "press_round"]


async def publish(session: AsyncSession, here: Place, at: datetime, goal: str) -> str:
    await hold(session, here.actor, at)
    entry_id = await publication.put_out(session, here.actor, goal=goal)
    await session.commit()
    return str(entry_id)


async def test_the_press_is_given_each_two_months_after_they_are_over(
    session: AsyncSession, callers: Callers, here: Place, elsewhere: Place
) -> None:
    office = await callers(here, "office")
    await publish(session, here, shanghai(2016, 10, 20), "十月的目标")
    first = await publish(session, here, shanghai(2016, 11, 3), "十一月的目标")
    taken_back = await publish(session, here, shanghai(2016, 12, 1), "撤回的目标")
    last = await publish(session, here, shanghai(2016, 12, 30), "十二月的目标")
    await publication.withdraw(session, here.actor, UUID(taken_back))
    await session.commit()

    # While they last, what the two months bring can be seen, and is not to be sent.
    early = await office.post("/v1/press_rounds", json={"month": "2016-12", "media": "示例县电视台"})
    assert (early.status_code, early.json()["code"]) == (409, "press_round_not_over")
    assert [each["path"] for each in await press_work(office)] == ["/v1/press_rounds/2016-09"]

    # In the new year they are on the work list, with a day until when.
    await hold(session, here.actor, shanghai(2017, 1, 4))
    await publish(session, here, shanghai(2017, 1, 4), "一月的目标")
    (line,) = await press_work(office)
    assert (line["title"], line["path"]) == ("送媒体：2016年11至12月公开内容", ROUND)
    assert (line["due_at"], line["is_late"]) == ("2017-01-10T16:00:00Z", False)
    await hold(session, here.actor, shanghai(2017, 1, 11))
    assert (await press_work(office))[0]["is_late"]

    # Each has its release as a document, ready to be sent.
    ready = (await office.get(line["path"])).json()
    assert [each["publication_id"] for each in ready["releases"]] == [first, last]
    assert (ready["sent_on"], ready["first"], ready["last"]) == (None, "2016-11-01", "2016-12-31")
    for each in ready["releases"]:
        document = await office.get(f"/v1/official_documents/{each['document_id']}/content")
        assert document.status_code == 200
        assert document.content[:2] == b"PK"

    # It is recorded once who was given it, and stays as it was sent.
    sent = await office.post("/v1/press_rounds", json={"month": "2016-11", "media": "示例县电视台、《示例日报》"})
    assert (sent.status_code, sent.headers["location"]) == (201, ROUND)
    assert sent.json()["sent_on"] == "2017-01-11"
    again = await office.post("/v1/press_rounds", json={"month": "2016-12", "media": "示例县电视台"})
    assert (again.status_code, again.json()["code"]) == (409, "press_round_sent")
    assert await press_work(office) == []
    await publication.withdraw(session, here.actor, UUID(last))
    await session.commit()
    assert (await office.get(ROUND)).json()["releases"] == ready["releases"]
    assert [each["month"] for each in (await office.get("/v1/press_rounds")).json()["data"]] == ["2016-11"]

    # Another county has nothing of it, and nothing to send.
    other = await callers(elsewhere, "office")
    assert (await other.get(ROUND)).json()["releases"] == []
    nothing = await other.post("/v1/press_rounds", json={"month": "2016-11", "media": "示例县电视台"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_for_the_press")
    assert await press_work(other) == []


@pytest.mark.parametrize("month", ["0000-01", "2016-13", "2016"])
async def test_no_month_is_refused(callers: Callers, here: Place, month: str) -> None:
    office = await callers(here, "office")
    assert (await office.get(f"/v1/press_rounds/{month}")).status_code == 422
