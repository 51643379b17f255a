"""A county whose portal has something of everything, behind a server of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
from sqlalchemy import select

from api.app import DuchaApp
from deploy.processes import free_port
from deploy.roles import DatabaseUrls
from supervision.foundation.database import enter
from supervision.official_documents.models import IssuedDocument
from tests.factories import publication
from tests.factories.comments import put_comment
from tests.factories.processes import api_process
from tests.factories.scoring import add_item, hold
from tests.places import Committed, Place, committed_database
from worker.jobs.publication import render_feeds
from worker.runner import Runner

YEAR: dict[str, Any] = {"received_on": date(2016, 1, 1), "deadline_on": date(2016, 12, 31)}
TASKS = (
    ("major_decision", "示例发展和改革局", "全年生产总值增长6.5%以上", 46),
    ("special_work", "示例生态环境局", "消除城区黑臭水体12条", 8),
    ("instruction", "示例民政局", "建成乡镇居家养老服务中心18个", 67),
    ("superior_assignment", "示例市场监督管理局", "小餐饮“明厨亮灶”覆盖率达到80%", 100),
    ("major_decision", "示例交通运输局", "新建和改造农村公路120公里", 19),
)


@dataclass(frozen=True)
class ServedPortal:
    """Where the portal is, and the paths of what it shows."""

    address: str
    committed: Committed
    place: Place
    paths: dict[str, str]

    async def render(self) -> None:
        await render_feeds(Runner(self.committed.worker, {}))


@asynccontextmanager
async def served_portal(urls: DatabaseUrls, app: DuchaApp, folder: Path) -> AsyncIterator[ServedPortal]:
    """Fill a county and serve it by a process of its own, which is stopped at the end."""
    port = free_port(0)
    address = f"http://127.0.0.1:{port}"
    async with committed_database(urls, app) as committed:
        place = await committed.found("330326")
        portal = ServedPortal(f"{address}/portal/{place.code}", committed, place, await _add_fixtures(committed, place))
        await portal.render()
        with api_process(committed, folder, port, {}) as server:
            await anyio.to_thread.run_sync(lambda: server.wait_until_ready(lambda: _answers(address), timeout_s=60))
            yield portal


async def _add_fixtures(committed: Committed, place: Place) -> dict[str, str]:
    """Publish progress over months, a correction, an order and a withdrawal, and two comments, of which one waits."""
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await hold(session, place.actor, datetime(2016, 7, 5, 4, tzinfo=UTC))
        told = {}
        for kind, unit, goal, percent in TASKS:
            item_id = await add_item(session, kind=kind, **YEAR)
            facts = {"item_id": item_id, "unit": unit, "goal": goal, "percent": percent, "value": None}
            told["first"] = await publication.put_out(session, place.actor, **facts)
        for month, percent in ((5, 38), (7, 58)):
            later: dict[str, Any] = {"received_at": datetime(2016, month, 4, 2, tzinfo=UTC), "percent": percent}
            told["entry"] = await publication.put_out_next(session, place.actor, told["first"], **later)
        note = {"title": "新建和改造农村公路：完成进度17%", "note": "上期进度误写为19%，应为17%。"}
        body = "目标任务：新建和改造农村公路120公里\n责任单位：示例交通运输局\n完成进度：17%"
        await publication.put_out_correction(session, place.actor, told["first"], body=body, **note)
        order = {"unit": "示例水利局", "matter": "城北河道清淤进度滞后"}
        told["order"] = await publication.put_out_order(session, place.actor, **order)
        told["gone"] = await publication.put_out(session, place.actor, unit="示例甲局", goal="示例撤回目标")
        await publication.withdraw(session, place.actor, told["gone"])
        shown = await put_comment(session, place.actor, told["entry"], text="村口的路修好了，希望补种行道树。")
        issued = select(IssuedDocument.id).filter_by(subject_id=told["entry"])
        document_id = (await session.scalars(issued)).one()
        await session.commit()
    office = await committed.callers(place, "office")
    assert (await office.post(f"/v1/comments/{shown}/approve")).status_code == 200
    return {
        **{name: f"/publications/{each}" for name, each in told.items()},
        "document": f"/documents/{document_id}",
    }


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
