import re
from typing import Any

import httpx

from deploy.demo import script
from deploy.demo.county import CODE, FIRST
from deploy.demo.desk import Desk, FellShort
from deploy.demo.docket import Docket
from deploy.demo.script import YEAR, Act, on

PORTAL = f"/portal/{CODE}"
LOOK = {"name": "示例县督查公开（演示）", "colour": "#1f4e79", "has_document_codes": True}
NUMERALS = "零一二三四五六七八九"
# One is shown to everybody, one waits for a visitor who tries the moderation.
COMMENTS = ("路口的摊点搬走后好走多了，希望示例市场再增设几个车位（示例）。", "请公布示例市场的摊位怎样申请（示例）。")


class Publicity:
    """What the public gets: progress, a circular, an exposure that is put right, a correction, its own comments."""

    def __init__(self, docket: Docket, administrator: Desk) -> None:
        self.docket, self.county, self.administrator = docket, docket.county, administrator
        self.count = 0
        # Pages of the portal that are worth a visitor's look, by what they show.
        self.pages = {"公开门户 portal": PORTAL}
        self._order = ""
        self._last_scripted = ""

    def acts(self) -> list[Act]:
        return [
            (on(1, 5), self._set_look),
            (on(6, 8, 15), self._expose),
            (on(7, 12), self._report_rectification),
            (on(7, 14), self._verify_rectification),
            (on(12, 23), self._correct),
            (on(1, 20, 15, year=YEAR + 1), self._comment),
        ]

    def publish_progress(self, entry_id: str, *, of_scripted: bool = False) -> None:
        """Publish one entry of a report; it is what the feed of progress shows."""
        published = self._publish({"progress_entry_id": entry_id})
        self.count += 1
        if of_scripted:
            self._last_scripted = published

    def _publish(self, source: dict[str, Any]) -> str:
        """Draft, let another person review, and release; return the id by which the public knows it."""
        return self._release(self.county.publisher.post("/v1/publications", source)["id"])

    def _release(self, draft_id: str) -> str:
        path = f"/v1/publications/{draft_id}"
        self.county.office.sign(
            f"{path}/review", {"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}
        )
        return str(self.county.publisher.sign(f"{path}/release")["entry_id"])

    def _set_look(self) -> None:
        version = self.administrator.get("/v1/portal_look")["version"]
        self.administrator.put("/v1/portal_look", LOOK, version=version)

    def _expose(self) -> None:
        """Order what the circular criticises to be put right, and publish both (§4(4), §5(2))."""
        office = self.county.office
        (circular,) = office.all_of("/v1/circulars", state="issued")
        order = {
            "unit_id": self.county.unit_ids[FIRST],
            "item_id": self.docket.items[script.LATE_INSTRUCTION],
            "matter": "示例路段占道经营超过时限两个月未办结（示例）",
            "limit_on": "2016-07-15",
        }
        self._order = office.post("/v1/rectification_orders", order)["id"]
        self.pages["督查通报 circular"] = self._page(self._publish({"circular_id": circular["id"]}))
        self.pages["限时整改 exposure"] = self._page(self._publish({"rectification_order_id": self._order}))
        (document,) = office.all_of("/v1/official_documents", subject=circular["id"])
        self.pages["公文核验 document check"] = f"{PORTAL}/documents/{document['id']}"

    def _report_rectification(self) -> None:
        text = {"text": "摊点已劝离，巡查排班到人（示例）。"}
        self.county.units[FIRST].post(f"/v1/rectification_orders/{self._order}/report", text)

    def _verify_rectification(self) -> None:
        seen = {"verdict": "closed", "finding": "现场核验，路段已畅通（示例）。"}
        self.county.second_office.sign(f"/v1/rectification_orders/{self._order}/verification", seen)

    def _correct(self) -> None:
        """Put right what was published of an invented unit's task: the page shows the new edition and what changed."""
        path = f"/v1/publications/{self._last_scripted}"
        told = self.county.publisher.get(path)
        changed = {"title": told["title"], "body": f"{told['body']}\n移交时间：2016年12月15日前"}
        note = "原文漏写移交时间，现予补充（示例）。"
        correction = self.county.publisher.sign(f"{path}/corrections", {**changed, "note": note})
        self._release(correction["id"])
        self.pages["任务进展 task"] = self._page(self._last_scripted)

    def _comment(self) -> None:
        """Comment as the public does, through the form of the page; the publisher lets the first one out (§5(3))."""
        form = f"{self.pages['限时整改 exposure']}/comment"
        with httpx.Client(base_url=self.administrator.base_url, timeout=30, trust_env=False) as anybody:
            for text in COMMENTS:
                page = anybody.get(form).text
                asked = re.search(r"请回答：(.)加(.)等于几", page)
                token = re.search(r'name="question" value="([^"]+)"', page)
                if asked is None or token is None:
                    raise FellShort(f"{form} asks no question")
                answer = sum(NUMERALS.index(each) for each in asked.groups())
                sent = anybody.post(
                    form, data={"text": text, "contact": "", "question": token[1], "answer": str(answer)}
                )
                if not sent.is_redirect:
                    raise FellShort(f"{form}: {sent.status_code}")
        waiting = self.county.publisher.all_of("/v1/comments", state="waiting")
        shown = next(each for each in waiting if each["text"] == COMMENTS[0])
        self.county.publisher.sign(f"/v1/comments/{shown['id']}/approve")

    @staticmethod
    def _page(entry_id: str) -> str:
        return f"{PORTAL}/publications/{entry_id}"
