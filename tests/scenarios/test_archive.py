"""The whole story of one instruction (§2(3), §3(2)), read back in order as one file (一事一卷)."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.clock import SHANGHAI
from supervision.messaging import templates
from tests.factories.identity import Caller, make_official
from tests.factories.inspections import PDF
from tests.factories.notices import make_leader
from tests.factories.reviews import PASS, RETURN
from tests.factories.scoring import adopt, hold
from tests.factories.tasks import Cast, make_cast
from tests.places import Callers, Place

REGISTRATION = {
    "kind": "instruction",
    "title": "修复水毁道路 <急>",
    "source": "县长批示",
    "received_on": "2016-03-01",
    "deadline_on": "2016-03-31",
}
TOLD = [
    ("item", "立项 领办2016-001 修复水毁道路 <急>"),
    ("instruction_paper", "批示件登记：示例乡党委 关于水毁道路的报告"),
    ("task", "任务分解 1：恢复通车"),
    ("notice", "督查通知书拟稿"),
    ("notice", "督查通知书核稿"),
    ("notice", "督查通知书审签"),
    ("notice", "督查通知书签发 督查通知〔2016〕1号"),
    ("notice_delivery", "督查通知书送达 督查通知〔2016〕1号"),
    ("official_document", "印发公文《关于“修复水毁道路 <急>”的督查通知》督查通知〔2016〕1号"),
    ("urging", "电话催签"),
    ("official_document", "印发公文《关于督查通知〔2016〕1号的催办通知》督查催办〔2016〕1号"),
    ("acknowledgement", "督查通知书签收 督查通知〔2016〕1号"),
    ("extension", "申请延期至 2016-04-10"),
    ("extension", "同意延期"),
    ("item_change", "办理时限调整"),
    ("inspection_plan", "督查方案批准：三月督查"),
    ("finding", "督查发现问题（较重）"),
    ("problem", "问题：护栏缺材料"),
    ("problem_entry", "问题解决方案（责任单位）"),
    ("attachment", "办结材料（内部）"),
    ("completion_report", "办结报告 任务1 第1轮"),
    ("completion_review", "退回重办 任务1 第1轮"),
    ("official_document", "印发公文《关于退回重办“恢复通车”的通知》督查退办〔2016〕1号"),
    ("completion_report", "办结报告 任务1 第2轮"),
    ("completion_review", "审查通过 任务1 第2轮"),
    ("official_document", "印发公文《关于“恢复通车”的督查反馈意见》督查反馈〔2016〕1号"),
    ("item_change", "销号"),
    ("rectification_order", "责令限时整改，期限 2016-05-01"),
    ("official_document", "印发公文《限时整改通知》督查整改〔2016〕1号"),
    ("deduction", "拟扣 3 分"),
    ("score_entry", "确认扣分 3 分"),
]


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def path_of(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


@dataclass
class Story:
    """Those who tell the story of one item, and the clock that they share."""

    session: AsyncSession
    place: Place
    cast: Cast
    office: Caller
    checker: Caller
    group: Caller
    unit: Caller
    item: str = ""

    @property
    def ids(self) -> dict[str, str]:
        return {"item_id": self.item.rsplit("/")[-1], "unit_id": str(self.cast.unit_id)}

    async def on(self, month: int, day: int) -> None:
        await hold(self.session, self.place.actor, datetime(2016, month, day, 10, tzinfo=SHANGHAI))
        await self.session.commit()

    async def register(self) -> str:
        """Register the item and its paper, and break it down; tells the path of its one task."""
        leader = await make_leader(self.session, self.place.actor, "principal_county_leader")
        await self.on(3, 1)
        self.item = path_of(await self.office.post("/v1/items", json=REGISTRATION))
        facts = {"sender": "示例乡党委", "title": "关于水毁道路的报告", "words": "请交通局抓紧修复。"}
        about = {"instructed_on": "2016-03-01", "secrecy": "internal", "item_id": self.ids["item_id"]}
        path_of(await self.office.post("/v1/instruction_papers", json={**facts, **about, "leader_ids": [str(leader)]}))
        task = {
            "goal": "恢复通车",
            "lead_leader_id": str(self.cast.leader_id),
            "responsible_unit_id": self.ids["unit_id"],
            "responsible_person_id": str(self.cast.person_id),
            "indicators": [],
        }
        (made,) = done(await self.office.post(f"{self.item}/tasks", json={"tasks": [task]}), 201)["data"]
        return f"/v1/tasks/{made['id']}"

    async def notify(self) -> None:
        await self.on(3, 2)
        draft = {"kind": "notice", "unit_ids": [self.ids["unit_id"]], "text": "请抓紧修复。", "limit_on": "2016-03-31"}
        notice = path_of(await self.office.post(f"{self.item}/notices", json=draft))
        await self.on(3, 3)
        for step in ("check", "countersignature", "issue"):
            done(await self.checker.post(f"{notice}/{step}"))
        (delivery,) = done(await self.unit.get("/v1/notice_deliveries"))["data"]
        await self.on(3, 7)
        path = f"/v1/notice_deliveries/{delivery['id']}"
        path_of(await self.office.post(f"{path}/urgings", json={"channel": "telephone", "note": "已电话联系"}))
        await self.on(3, 8)
        done(await self.unit.post(f"{path}/acknowledgement"))

    async def extend(self) -> None:
        await self.on(3, 20)
        asked = {"until_on": "2016-04-10", "reason": "连续降雨"}
        extension = path_of(await self.unit.post(f"{self.item}/extensions", json=asked))
        done(await self.office.post(f"{extension}/decision", json={"verdict": "granted", "decision": "情况属实"}))

    async def inspect(self) -> None:
        """Find something on the item in an inspection that goes on, and a problem besides."""
        await self.on(3, 25)
        units = {"unit_ids": [self.ids["unit_id"]]}
        team = {"official_ids": [str(self.cast.leader_id)]}
        plan = {"title": "三月督查", "first_on": "2016-03-25", "last_on": "2016-03-26", "methods": ["on_site"]}
        path = path_of(await self.office.post("/v1/inspection_plans", json={**plan, **units, **team}))
        done(await self.checker.post(f"{path}/decision", json={"verdict": "approved"}))
        found = {**self.ids, "severity": "serious", "text": "护栏未装", "found_on": "2016-03-25"}
        path_of(await self.office.post(f"{path}/findings", json=found))
        opening = {"title": "护栏缺材料", "text": "厂家停产", "responsible_unit_id": self.ids["unit_id"], **units}
        problem = {**opening, "item_id": self.ids["item_id"]}
        path = path_of(await self.office.post("/v1/problems", json=problem))
        done(await self.unit.post(f"{path}/plan", json={"text": "另行采购"}))

    async def complete(self, task: str) -> None:
        await self.on(4, 1)
        how: dict[str, Any] = {"params": {"secrecy": "internal"}, "headers": {"Content-Type": "application/pdf"}}
        photo = done(await self.unit.post("/v1/attachments", content=PDF, **how), 201)
        report = {"text": "已通车", "evidence_ids": [photo["id"]]}
        first = path_of(await self.unit.post(f"{task}/completion_reports", json=report))
        done(await self.office.post(f"{first}/review", json=RETURN))
        await self.on(4, 8)
        second = path_of(await self.unit.post(f"{task}/completion_reports", json={"text": "护栏已装"}))
        done(await self.office.post(f"{second}/review", json=PASS))
        done(await self.office.post(f"{self.item}/close_out"))

    async def judge(self) -> None:
        await self.on(4, 9)
        order = {**self.ids, "matter": "清理弃渣", "limit_on": "2016-05-01"}
        path_of(await self.office.post("/v1/rectification_orders", json=order))
        fact = {
            "rule_code": "meeting_criticism",
            "fact_on": "2016-04-09",
            "event": "四月县委全会",
            "reason": "点名批评",
        }
        deduction = path_of(await self.office.post("/v1/deductions", json={**self.ids, **fact}))
        done(await self.group.post(f"{deduction}/confirmation"))


@pytest.fixture
async def story(session: AsyncSession, callers: Callers, here: Place) -> Story:
    await templates.install_defaults(session, here.actor)
    await adopt(session, here.actor)
    cast = await make_cast(session, here.actor, leader="李副县长", unit="交通局", person="王某")
    await make_official(session, here.actor, cast.unit_id, position="principal_leader")
    await session.commit()
    office, checker, group = [await callers(here, role) for role in ("office", "office", "group")]
    unit = await callers(here, "unit", unit_id=cast.unit_id)
    return Story(session, here, cast, office, checker, group, unit)


async def test_the_story_of_an_instruction_is_one_file(story: Story, callers: Callers, elsewhere: Place) -> None:
    task = await story.register()
    await story.notify()
    await story.extend()
    await story.inspect()
    await story.complete(task)
    await story.judge()
    path = f"{story.item}/archive"
    archive = done(await story.office.get(path))
    assert [(event["kind"], event["title"]) for event in archive["data"]] == TOLD
    assert (archive["item"]["state"], archive["item"]["closed_on"]) == ("closed", "2016-04-08")
    moments = [event["at"] for event in archive["data"]]
    assert moments == sorted(moments)
    told = {event["title"]: event for event in archive["data"]}
    assert told["任务分解 1：恢复通车"]["text"] == "牵头领导：李副县长\n责任人：王某"
    assert told["退回重办 任务1 第1轮"]["text"] == "补装护栏后重报。\n重办时限 2199-12-31"
    assert told["审查通过 任务1 第2轮"]["text"] == "督查反馈意见（市委督查室）：已按要求办结。"
    assert told["办理时限调整"]["text"] == "2016-03-31 → 2016-04-10"

    # A unit reads what it may see elsewhere, and no more; who has no part in the item reads nothing.
    mine = done(await story.unit.get(path))["data"]
    assert [(event["kind"], event["title"]) for event in mine] == [
        pair for pair in TOLD if pair[0] != "instruction_paper"
    ]
    assert {event["text"] for event in mine if event["kind"] == "task"} == {"责任人：王某"}
    for stranger in (await callers(story.place, "unit"), await callers(elsewhere, "office")):
        for end in ("", ".zip"):
            assert (await stranger.get(path + end)).status_code == 404
    april = done(await story.office.get(path, params={"since_on": "2016-04-01", "until_on": "2016-04-08"}))
    assert [event["kind"] for event in april["data"]] == [kind for kind, _ in TOLD[19:27]]
    await _opens(story.office, f"{path}.zip", archive)


async def _opens(office: Caller, path: str, archive: dict[str, Any]) -> None:
    """Open the file, find everything in it, and find it the same when it is asked for again."""
    answer = await office.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].endswith("%E9%A2%86%E5%8A%9E2016-001.zip")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    package = zipfile.ZipFile(io.BytesIO(answer.content))
    assert package.testzip() is None
    page_name, timeline_name, photo, *documents = package.namelist()
    assert photo.startswith("attachments/")
    assert len(documents) == len([event for event in archive["data"] if event["kind"] == "official_document"])
    assert all(name.startswith("documents/") and name.endswith(".docx") for name in documents)
    assert package.read(photo) == PDF
    assert json.loads(package.read(timeline_name)) == archive
    page = package.read(page_name).decode()
    assert "修复水毁道路 &lt;急&gt;" in page
    assert "<急>" not in page
    assert f'href="{photo}"' in page
    assert page.count("<li>") == len(archive["data"])
    assert (await office.get(path)).content == answer.content
