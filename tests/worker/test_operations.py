import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import RowMapping, text

from api.schemas.operations import LedgerImportResult, OperationProblem
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.ledgers import ledger_import
from supervision.operations import service
from tests.factories.processes import until
from tests.factories.spreadsheets import make_workbook
from tests.factories.tasks import HEADER, ledger_row, make_cast, many_rows, to_csv
from tests.places import Committed, Place
from worker.jobs import operations
from worker.runner import Runner

NAMES = {"unit": "人力资源社会保障局", "leader": "示例县领导甲", "person": "示例经办甲"}
COUNTS = text("""
    SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM ledger_entry), (SELECT count(*) FROM task),
           (SELECT count(*) FROM indicator), (SELECT count(*) FROM party), (SELECT count(*) FROM item_counter),
           (SELECT count(*) FROM ledger)
""")


@dataclass(frozen=True)
class Office:
    """A county with people, its office, and the worker beside them."""

    committed: Committed
    place: Place
    runner: Runner

    @property
    def actor(self) -> Actor:
        return Actor(self.place.actor.jurisdiction_id, Role.OFFICE, client_id=new_id(), request_id="r-1")

    async def ask(self, raw: bytes, *, year: int = 2016) -> UUID:
        async with self.committed.api() as opened:
            await enter(opened, self.place.actor.jurisdiction_id)
            operation_id = await ledger_import.start_import(opened, self.actor, year=year, raw=raw)
            await opened.commit()
        return operation_id

    async def run(self, raw: bytes, *, year: int = 2016) -> RowMapping:
        operation_id = await self.ask(raw, year=year)
        await operations.operate(self.runner)
        return await self.read(operation_id)

    async def read(self, operation_id: UUID) -> RowMapping:
        async with self.committed.owner() as opened:
            statement = text("SELECT * FROM operation WHERE id = :id")
            return (await opened.execute(statement, {"id": operation_id})).mappings().one()

    async def counts(self) -> tuple[int, ...]:
        async with self.committed.owner() as opened:
            return tuple((await opened.execute(COUNTS)).one())

    async def end_leases(self) -> None:
        async with self.committed.owner() as opened:
            await opened.execute(text("UPDATE operation SET leased_until = now() - interval '1 second'"))
            await opened.commit()


@pytest.fixture
async def office(committed: Committed) -> Office:
    place = await committed.found("330326")
    async with committed.api() as opened:
        await enter(opened, place.actor.jurisdiction_id)
        await make_cast(opened, place.actor, **NAMES)
        await opened.commit()
    return Office(committed, place, Runner(committed.worker, {}))


NOTHING = (0, 0, 0, 0, 0, 0, 0)


async def test_a_ledger_becomes_items_entries_tasks_and_indicators(office: Office) -> None:
    row = await office.run(to_csv(many_rows(3)))
    assert (row["state"], row["done"], row["total"], row["problems"]) == ("succeeded", 3, 3, [])
    assert (row["result"]["items"], row["result"]["year"]) == (3, 2016)
    assert await office.counts() == (3, 3, 3, 3, 9, 1, 1)
    async with office.committed.owner() as opened:
        numbers = await opened.scalars(
            text("SELECT number FROM item JOIN ledger_entry e ON e.item_id = item.id ORDER BY no")
        )
        assert list(numbers) == ["重决2016-001", "重决2016-002", "重决2016-003"]
        verbs = await opened.execute(
            text("SELECT verb, count(*) AS number FROM audit_event WHERE role = 'office' GROUP BY verb")
        )
        assert {row.verb: row.number for row in verbs} == {
            "operation.started": 1,
            "ledger.opened": 1,
            "item.registered": 3,
            "item.decomposed": 3,
            "ledger.imported": 1,
            "operation.succeeded": 1,
        }


async def test_the_result_says_what_of_the_file_is_not_in_the_ledger(office: Office) -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("封面").write(0, 0, "2016年度台账")
        sheet = workbook.add_worksheet("台账")
        header = [name for name in HEADER if name not in {"时限", "来源"}]
        sheet.write_row(0, 0, [*header, "备注"])
        for number, row in enumerate(many_rows(2), 1):
            sheet.write_row(number, 0, [*(row[name] for name in header), "无"])
        sheet.set_row(2, None, None, {"hidden": True})

    row = await office.run(make_workbook(fill))
    assert (row["state"], row["result"]["items"]) == ("succeeded", 2)
    assert row["result"]["ignored_columns"] == ["备注"]
    told = [(note["sheet"], note["code"], note["rows"], note["columns"]) for note in row["result"]["notes"]]
    assert told == [
        ("封面", "sheet_without_header", [], []),
        ("台账", "hidden_rows", [3], []),
        ("台账", "ignored_columns", [], ["备注"]),
        ("台账", "absent_columns", [], ["时限", "来源"]),
    ]
    assert LedgerImportResult.model_validate_json(json.dumps(row["result"]))


async def test_what_is_wrong_with_a_sheet_names_it(office: Office) -> None:
    def fill(workbook: Any, *, header: Sequence[str] = HEADER) -> None:
        workbook.add_worksheet("一季度").write_row(0, 0, HEADER)
        workbook.add_worksheet("二季度").write_row(0, 0, header)

    row = await office.run(make_workbook(fill))
    assert [(each["sheet"], each["code"]) for each in row["problems"]] == [("一季度", "no_rows"), ("二季度", "no_rows")]
    row = await office.run(make_workbook(lambda workbook: fill(workbook, header=[*HEADER, "序号"])))
    assert [(each["sheet"], each["row"]) for each in row["problems"]] == [("二季度", None)]
    assert OperationProblem.model_validate(row["problems"][0])


async def test_one_bad_row_and_nothing_is_stored(office: Office) -> None:
    row = await office.run(to_csv([*many_rows(150), ledger_row(序号="151", 责任单位="无此局")]))
    assert row["state"] == "refused"
    (problem,) = row["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (152, "责任单位", "unknown_unit")
    assert row["done"] == row["total"] == 151
    assert await office.counts() == NOTHING


async def test_the_names_of_another_jurisdiction_are_unknown(office: Office) -> None:
    elsewhere = Office(office.committed, await office.committed.found("330327"), office.runner)
    row = await elsewhere.run(to_csv(many_rows(1)))
    assert [problem["code"] for problem in row["problems"]] == ["unknown_unit", "unknown_leader"]
    assert "人力资源" not in str(row["problems"])


async def test_sent_twice_the_second_is_refused_row_by_row(office: Office) -> None:
    first, second = await office.ask(to_csv(many_rows(2))), await office.ask(to_csv(many_rows(2)))
    await operations.operate(office.runner)
    assert (await office.read(first))["state"] == "succeeded"
    row = await office.read(second)
    assert row["state"] == "refused"
    assert [(each["row"], each["code"]) for each in row["problems"]] == [
        (2, "no_taken"),
        (2, "goal_taken"),
        (3, "no_taken"),
        (3, "goal_taken"),
    ]
    assert (await office.counts())[0] == 2


async def test_two_that_were_both_right_when_looked_at_are_not_both_entered(office: Office) -> None:
    raw = to_csv(many_rows(2))
    for _ in range(2):
        await office.ask(raw)
    async with office.runner.everywhere() as session:
        claims = [await service.claim(session), await service.claim(session)]
    await asyncio.gather(*(operations.carry_out(office.runner, claim) for claim in claims if claim))
    async with office.committed.owner() as opened:
        states = list(await opened.scalars(text("SELECT state FROM operation ORDER BY state")))
    assert states == ["refused", "succeeded"]
    assert (await office.counts())[0] == 2


async def test_more_rows_go_into_the_same_ledger(office: Office) -> None:
    rows = many_rows(4)
    await office.run(to_csv(rows[:2]))
    assert (await office.run(to_csv(rows[2:])))["state"] == "succeeded"
    assert await office.counts() == (4, 4, 4, 4, 12, 1, 1)


async def test_two_workers_do_it_once(office: Office) -> None:
    operation_id = await office.ask(to_csv(many_rows(3)))
    await asyncio.gather(operations.operate(office.runner), operations.operate(office.runner))
    assert (await office.read(operation_id))["state"] == "succeeded"
    assert (await office.counts())[0] == 3


async def test_a_worker_that_was_thought_lost_does_it_no_second_time(office: Office) -> None:
    operation_id = await office.ask(to_csv(many_rows(3)))
    claims = []
    for _ in range(2):
        async with office.runner.everywhere() as session:
            claims.append(await service.claim(session))
        await office.end_leases()
    assert claims[0] == claims[1]
    await asyncio.gather(*(operations.carry_out(office.runner, claim) for claim in claims if claim))
    assert (await office.read(operation_id))["state"] == "succeeded"
    assert (await office.counts())[0] == 3


async def test_killed_between_two_steps_it_is_taken_up_again(office: Office) -> None:
    operation_id = await office.ask(to_csv(many_rows(3)))
    async with office.runner.everywhere() as session:
        claimed = await service.claim(session)
    assert claimed is not None
    async with office.committed.owner() as blocker:
        # It looks at the rows and cannot say so, because somebody holds the operation; there it is killed.
        await blocker.execute(text("SELECT FROM operation FOR UPDATE"))
        lost = asyncio.create_task(operations.carry_out(office.runner, claimed))
        await asyncio.sleep(0.3)
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
    assert (await office.read(operation_id))["state"] == "running"
    assert await office.counts() == NOTHING
    await operations.operate(office.runner)
    assert (await office.read(operation_id))["state"] == "running"
    await office.end_leases()
    await operations.operate(office.runner)
    assert (await office.read(operation_id))["state"] == "succeeded"
    assert await office.counts() == (3, 3, 3, 3, 9, 1, 1)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("目标\n一\n".encode(), "missing_column"),
        (b"\xff\xfe\xfd\xff", "spreadsheet_not_text"),
        (to_csv(many_rows(2001)), "spreadsheet_has_too_many_rows"),
    ],
)
async def test_a_file_that_is_no_ledger_is_refused(office: Office, raw: bytes, code: str) -> None:
    row = await office.run(raw)
    assert row["state"] == "refused"
    assert code in {problem["code"] for problem in row["problems"]}
    assert await office.counts() == NOTHING


async def test_a_fault_ends_it_without_a_word_of_the_exception(office: Office) -> None:
    async with office.committed.api() as opened:
        await enter(opened, office.place.actor.jurisdiction_id)
        operation_id = await service.start(opened, office.actor, kind="secret_kind", arguments={})
        await opened.commit()
    await operations.operate(office.runner)
    row = await office.read(operation_id)
    assert row["state"] == "failed"
    assert [problem["code"] for problem in row["problems"]] == ["internal_error"]
    assert "secret_kind" not in str(row["problems"])


async def test_a_worker_that_is_told_to_stop_leaves_the_operation_to_the_next_at_once(office: Office) -> None:
    operation_id = await office.ask(to_csv(many_rows(600)))
    running = asyncio.create_task(operations.operate(office.runner))

    async def has_begun() -> bool:
        return bool((await office.read(operation_id))["done"])

    await until(has_begun)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await office.read(operation_id))["state"] == "running"
    await operations.operate(office.runner)
    assert (await office.read(operation_id))["state"] in {"succeeded", "refused"}
