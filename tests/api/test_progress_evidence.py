"""What a progress report says of a task may rest on files; who reads the report reads them, and so does the archive."""

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.ids import new_id
from supervision.tasks.models import Task
from tests.factories.identity import Caller
from tests.factories.inspections import PDF
from tests.factories.progress import Duty, as_json, entry, hold, make_duty, make_obligation, moment, open_ledger
from tests.places import Callers, Place


@dataclass
class Scene:
    """A unit that owes a report on two tasks, another unit beside it, and who else there is."""

    duty: Duty
    obligation_id: UUID
    item_id: UUID
    unit: Caller
    other: Caller
    office: Caller
    stranger: Caller


@pytest.fixture
async def scene(session: AsyncSession, callers: Callers, here: Place, elsewhere: Place) -> Scene:
    await hold(session, here.actor, moment(3, 18))
    duty = await make_duty(session, here.actor, tasks=2, ledger_id=await open_ledger(session, here.actor))
    item_id = await session.scalar(select(Task.item_id).where(Task.id == duty.task_ids[0]))
    assert item_id
    scene = Scene(
        duty=duty,
        obligation_id=await make_obligation(session, duty.unit_id),
        item_id=item_id,
        unit=await callers(here, "unit", unit_id=duty.unit_id),
        other=await callers(here, "unit"),
        office=await callers(here, "office"),
        stranger=await callers(elsewhere, "office"),
    )
    await session.commit()
    return scene


async def send(caller: Caller, raw: bytes) -> UUID:
    params = {"secrecy": "internal", "name": f"照片{len(raw)}.pdf"}
    headers = {"Content-Type": "application/pdf"}
    answer = await caller.post("/v1/attachments", params=params, content=raw, headers=headers)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def report(scene: Scene, *attachment_ids: UUID) -> httpx.Response:
    first, second = scene.duty.task_ids
    body = as_json([entry(first, attachment_ids=attachment_ids), entry(second)])
    return await scene.unit.post(f"/v1/obligations/{scene.obligation_id}/progress_reports", json=body)


async def test_a_task_is_borne_out_by_several_files(scene: Scene) -> None:
    sent = [await send(scene.unit, PDF + no) for no in (b"1", b"22")]
    made = await report(scene, *sent, sent[0])
    assert made.status_code == 201, made.text
    assert [each["attachment_ids"] for each in made.json()["entries"]] == [sorted(map(str, sent)), []]
    assert (await scene.office.get(made.headers["Location"])).json() == made.json()
    for caller, status in ((scene.unit, 200), (scene.office, 200), (scene.other, 404), (scene.stranger, 404)):
        assert (await caller.get(f"/v1/attachments/{sent[0]}")).status_code == status


async def test_only_what_one_may_read_bears_out(scene: Scene) -> None:
    for unread in (await send(scene.other, PDF), await send(scene.stranger, PDF), new_id()):
        answer = await report(scene, unread)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_attachment")
    obligation = (await scene.unit.get(f"/v1/obligations/{scene.obligation_id}")).json()
    assert obligation["state"] == "open", "nothing was reported"
    assert (await report(scene, *[new_id()] * 21)).json()["code"] == "invalid"


async def test_what_the_office_enters_its_unit_reads(scene: Scene) -> None:
    scan = await send(scene.office, PDF)
    assert (await scene.unit.get(f"/v1/attachments/{scan}")).status_code == 404
    first, second = scene.duty.task_ids
    paper = {"received_at": "2016-03-17T09:00:00+08:00", "channel": "paper"}
    body = as_json([entry(first, attachment_ids=[scan]), entry(second)]) | paper
    made = await scene.office.post(f"/v1/obligations/{scene.obligation_id}/entered_reports", json=body)
    assert made.status_code == 201, made.text
    assert (await scene.unit.get(f"/v1/attachments/{scan}")).content == PDF
    assert (await scene.other.get(f"/v1/attachments/{scan}")).status_code == 404


async def test_the_archive_has_the_files_of_its_own_item(scene: Scene) -> None:
    raws = [PDF + b"1", PDF + b"22"]
    mine, other = [await send(scene.unit, raw) for raw in raws]
    first, second = scene.duty.task_ids
    body = as_json([entry(first, attachment_ids=[mine]), entry(second, attachment_ids=[other])])
    await scene.unit.post(f"/v1/obligations/{scene.obligation_id}/progress_reports", json=body)
    told = (await scene.office.get(f"/v1/items/{scene.item_id}/archive")).json()["data"]
    (event,) = [each for each in told if each["kind"] == "attachment"]
    assert event["title"] == f"进展材料（内部）：照片{len(raws[0])}.pdf"
    answer = await scene.office.get(f"/v1/items/{scene.item_id}/archive.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        files = [name for name in package.namelist() if name.startswith("attachments/")]
        assert files == [f"attachments/{sha256(raws[0]).hexdigest()}.pdf"]
    assert (await scene.stranger.get(f"/v1/items/{scene.item_id}/archive.zip")).status_code == 404
