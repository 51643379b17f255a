"""Each kind of personal data lives as long as its rule says, and not a day longer; counts and hashes stay."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.desk.archive import archive_package
from supervision.desk.retention import KEPT_FOR_GOOD, RULES
from supervision.documents import attachments
from supervision.foundation import clock, metrics
from supervision.foundation.database import enter
from supervision.identity import service
from supervision.progress import progress_reports
from supervision.reviews import close_out, completion_reports, completion_review
from supervision.reviews.rules import Review
from tests.factories import inspections, notices, progress, reviews
from tests.factories.desk import person
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.messaging import ask
from tests.factories.progress import as_unit
from tests.factories.signatures import AS_READ
from tests.places import Committed, Place
from worker.jobs.retention import erase
from worker.runner import Runner

IN_MAY = datetime(2016, 5, 20, 4, tzinfo=UTC)


@pytest.fixture
async def runner(committed: Committed) -> Runner:
    return Runner(committed.worker, {})


@dataclass
class County:
    """A county of the test: its clock, and what is done there in May 2016."""

    committed: Committed
    place: Place
    item_id: UUID | None = None

    async def do(self, step: Callable[[AsyncSession], Awaitable[UUID]]) -> UUID:
        async with self.committed.api() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            made = await step(session)
            await session.commit()
        return made

    async def on(self, day: date) -> None:
        async with self.committed.api() as session:
            await enter(session, self.place.actor.jurisdiction_id)
            await clock.hold(session, datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
            await session.commit()

    async def send_unused(self, session: AsyncSession) -> UUID:
        return await inspections.upload(session, self.place.actor, inspections.PDF + b"unused")

    async def send_ledger(self, session: AsyncSession) -> UUID:
        return await attachments.keep(session, b"a year's ledger")

    async def report_and_close(self, session: AsyncSession) -> UUID:
        attachment_id = await self.report(session)
        assert self.item_id
        await close_out.close_item(session, person(self.place.actor), self.item_id)
        return attachment_id

    async def report(self, session: AsyncSession) -> UUID:
        """Report a task with a photo, and pass it; the item goes on."""
        duty = await reviews.make_duty(session, self.place.actor)
        unit, task_id = as_unit(self.place.actor, duty.unit_id), duty.task_ids[0]
        photo = await inspections.upload(session, unit, inspections.PDF + b"photo")
        report = await completion_reports.report_completion(session, unit, task_id, text="已办结", evidence_ids=[photo])
        await completion_review.review_completion(
            session, person(self.place.actor), report, AS_READ, Review(**reviews.PASS)
        )
        facts = {"id": task_id}
        self.item_id = await session.scalar(text("SELECT item_id FROM task WHERE id = :id"), facts)
        return photo

    async def report_progress_and_close(self, session: AsyncSession) -> UUID:
        """Bear out a progress report with a photo, and close its item by what was reported otherwise."""
        photo = await self.report_progress(session)
        assert self.item_id
        await close_out.close_item(session, person(self.place.actor), self.item_id)
        return photo

    async def report_progress(self, session: AsyncSession) -> UUID:
        duty = await reviews.make_duty(session, self.place.actor)
        unit, task_id = as_unit(self.place.actor, duty.unit_id), duty.task_ids[0]
        photo = await inspections.upload(session, unit, inspections.PDF + b"photo", name="张三的房屋.pdf")
        owed = await progress.make_obligation(session, duty.unit_id, due_at=progress.moment(6, 1))
        told = [progress.entry(task_id, attachment_ids=[photo])]
        await progress_reports.report_progress(session, unit, owed, entries=told)
        report = await completion_reports.report_completion(session, unit, task_id, text="已办结", evidence_ids=[])
        await completion_review.review_completion(
            session, person(self.place.actor), report, AS_READ, Review(**reviews.PASS)
        )
        self.item_id = await session.scalar(text("SELECT item_id FROM task WHERE id = :id"), {"id": task_id})
        return photo

    async def scan(self, session: AsyncSession) -> UUID:
        """Send the scan of a paper that no item follows."""
        scan = await inspections.upload(session, self.place.actor, inspections.PDF + b"scan")
        await notices.make_paper(session, self.place.actor, attachment_id=scan, instructed_on=date(2016, 3, 2))
        return scan


@pytest.fixture
async def county(committed: Committed) -> County:
    made = County(committed, await committed.found("330326"))
    await made.on(IN_MAY.date())
    return made


async def kept(committed: Committed) -> dict[UUID, bool]:
    rows = await ask(committed, "SELECT id, content IS NOT NULL FROM attachment")
    return {row[0]: row[1] for row in rows}


async def events(committed: Committed, verb: str) -> list[dict[str, Any]]:
    rows = await ask(committed, "SELECT facts FROM audit_event WHERE verb = :verb ORDER BY id", verb=verb)
    return [row[0] for row in rows]


# Kind of rule, what is made in May 2016, the last day on which it is kept, and the next.
CASES = [
    ("unused_file", County.send_unused, date(2016, 8, 18), date(2016, 8, 19)),
    ("ledger_file", County.send_ledger, date(2017, 12, 31), date(2018, 1, 1)),
    ("evidence", County.report_and_close, date(2026, 12, 29), date(2026, 12, 30)),
    ("evidence", County.report_progress_and_close, date(2026, 12, 29), date(2026, 12, 30)),
    ("evidence", County.scan, date(2026, 12, 29), date(2026, 12, 30)),
]


@pytest.mark.parametrize(("kind", "make", "last", "after"), CASES)
async def test_a_file_is_kept_as_long_as_its_rule_says(
    county: County, runner: Runner, kind: str, make: Any, last: date, after: date
) -> None:
    committed = county.committed
    attachment_id = await county.do(lambda session: make(county, session))
    before = metrics.ERASED.labels(kind)._value.get()  # noqa: SLF001 - the counter has no other reader
    await county.on(last)
    await erase(runner)
    assert await kept(committed) == {attachment_id: True}
    await county.on(after)
    await erase(runner)
    await erase(runner)
    assert await kept(committed) == {attachment_id: False}
    assert await ask(committed, "SELECT name FROM upload WHERE name IS NOT NULL") == [], "a name may tell of people"
    assert await events(committed, "files.erased") == [{"kind": kind, "count": 1}]
    assert metrics.ERASED.labels(kind)._value.get() == before + 1  # noqa: SLF001 - see above


def test_every_rule_is_tried() -> None:
    elsewhere = {"message", "comment_contact"}  # tests/worker/test_retention.py and test_comment_retention.py
    assert {rule.kind for rule in RULES} == {*(kind for kind, *_ in CASES), "telephone", *elsewhere}


@pytest.mark.parametrize("table", sorted(KEPT_FOR_GOOD))
async def test_what_is_kept_for_good_nobody_can_take_away(county: County, table: str) -> None:
    privileges = "UPDATE", "DELETE", "TRUNCATE"
    async with county.committed.owner() as session:
        for role in ("ducha_api", "ducha_worker"):
            for each in privileges:
                asked = text("SELECT has_table_privilege(:role, :table, :privilege)")
                facts = {"role": role, "table": table, "privilege": each}
                assert not await session.scalar(asked, facts), facts


@pytest.mark.parametrize("report", [County.report, County.report_progress])
async def test_evidence_of_an_item_that_goes_on_is_kept_however_old(
    county: County, runner: Runner, report: Any
) -> None:
    attachment_id = await county.do(lambda session: report(county, session))
    await county.on(date(2100, 1, 1))
    await erase(runner)
    assert await kept(county.committed) == {attachment_id: True}


async def test_what_serves_twice_is_kept_for_the_longer(county: County, runner: Runner) -> None:
    photo = await county.do(county.report_and_close)

    async def use_again(session: AsyncSession) -> UUID:
        await notices.make_paper(session, county.place.actor, attachment_id=photo, instructed_on=date(2017, 1, 4))
        return photo

    await county.on(date(2017, 1, 5))
    await county.do(use_again)
    await county.on(date(2026, 12, 30))
    await erase(runner)
    assert await kept(county.committed) == {photo: True}
    await county.on(date(2027, 12, 30))
    await erase(runner)
    assert await kept(county.committed) == {photo: False}


async def test_one_use_that_goes_on_keeps_it(county: County, runner: Runner) -> None:
    photo = await county.do(county.report_and_close)

    async def use_for_what_is_open(session: AsyncSession) -> UUID:
        item_id = await make_item(session, county.place.actor)
        return await notices.make_paper(session, county.place.actor, attachment_id=photo, item_id=item_id)

    await county.do(use_for_what_is_open)
    await county.on(date(2100, 1, 1))
    await erase(runner)
    assert await kept(county.committed) == {photo: True}


async def test_what_was_erased_is_told_with_its_hash_and_can_be_sent_again(county: County, runner: Runner) -> None:
    photo = await county.do(county.report_and_close)
    await county.on(date(2026, 12, 30))
    await erase(runner)
    office = await county.committed.callers(county.place, "office")
    answer = await office.get(f"/v1/attachments/{photo}")
    assert (answer.status_code, answer.json()["code"]) == (404, "attachment_erased")
    assert "2026-12-30" in answer.json()["detail"]
    told = (await office.get(f"/v1/items/{county.item_id}/archive")).json()["data"]
    (event,) = [each for each in told if each["kind"] == "attachment"]
    assert event["text"] == sha256(inspections.PDF + b"photo").hexdigest()
    assert event["title"].endswith("已按保存期限清除")

    async def pack(session: AsyncSession) -> UUID:
        assert county.item_id
        packed = await archive_package.pack_archive(session, person(county.place.actor), county.item_id)
        with packed.file:
            assert b"attachments/" not in packed.file.read()
        return county.item_id

    await county.do(pack)
    content, headers = inspections.PDF + b"photo", {"Content-Type": "application/pdf"}
    params = {"secrecy": "internal"}
    unit_id = (await ask(county.committed, "SELECT unit_id FROM attachment"))[0][0]
    unit = await county.committed.callers(county.place, "unit", unit_id=unit_id)
    again = await unit.post("/v1/attachments", params=params, content=content, headers=headers)
    assert (again.status_code, again.json()["id"] != str(photo)) == (201, True)


@pytest.mark.parametrize(
    "change", ["content = NULL, erased_at = now()", "content = 'forged'", "erased_at = now()", "size = 1"]
)
@pytest.mark.parametrize("role", ["api", "worker"])
async def test_bytes_may_only_go_and_only_by_the_workers_hand(county: County, role: str, change: str) -> None:
    await county.do(county.send_unused)
    is_allowed = role == "worker" and change.startswith("content = NULL")
    async with getattr(county.committed, role)() as session:
        await enter(session, county.place.actor.jurisdiction_id)
        statement = text(f"UPDATE attachment SET {change}")  # noqa: S608 - the cases above
        if is_allowed:
            await session.execute(statement)
        else:
            with pytest.raises(DBAPIError, match=r"permission denied|never changed"):
                await session.execute(statement)


async def test_the_number_of_who_left_is_erased_and_nobody_elses(county: County, runner: Runner) -> None:
    left_on = IN_MAY.date()
    gone = await county.do(depart_of(county, left_on))
    elsewhere = County(county.committed, await county.committed.found("330327"))
    await elsewhere.on(left_on)
    await elsewhere.do(depart_of(elsewhere, left_on))
    numbers = "SELECT id FROM official WHERE telephone_sealed IS NOT NULL AND telephone_masked IS NOT NULL"
    await county.on(date(2016, 11, 16))
    await erase(runner)
    assert len(await ask(county.committed, numbers)) == 4
    await county.on(date(2016, 11, 17))
    await erase(runner)
    left = {row[0] for row in await ask(county.committed, numbers)}
    assert (len(left), gone in left) == (3, False)
    rows = await ask(county.committed, "SELECT name, telephone_index, version FROM official WHERE id = :id", id=gone)
    assert [(bool(name), index, version) for name, index, version in rows] == [(True, None, 3)]
    assert await events(county.committed, "telephones.erased") == [{"count": 1, "left_before": "2016-05-21"}]


def depart_of(county: County, left_on: date) -> Callable[[AsyncSession], Awaitable[UUID]]:
    async def depart(session: AsyncSession) -> UUID:
        unit_id = await make_unit(session, county.place.actor)
        gone, _ = [await make_official(session, county.place.actor, unit_id) for _ in range(2)]
        await service.depart_official(session, person(county.place.actor), gone, on=left_on, reason="调离")
        return gone

    return depart
