from typing import Any

from deploy.demo import script
from deploy.demo.county import FIRST, PRINCIPAL, SECOND, THIRD
from deploy.demo.docket import Docket
from deploy.demo.script import YEAR, Act, ScriptedCompletion, ScriptedItem, ScriptedWaiver, on

PASSED = {"feedback_opinion": "经核实，已按要求办结（示例）。", "feedback_to": "县委、县政府主要领导（示例）"}


class Procedure:
    """An item's way from its notice to its close-out: what the office and the units do beside the reports (§3)."""

    def __init__(self, docket: Docket) -> None:
        self.docket, self.county = docket, docket.county

    def acts(self) -> list[Act]:
        """Tell who does what and when: the invented units in the year, the real departments at its end."""
        acts: list[Act] = [
            (on(1, 6), lambda: self._issue("notice", script.LATE_INSTRUCTION, [FIRST])),
            (on(1, 7), lambda: self._acknowledge(FIRST)),
            (on(2, 2), lambda: self._issue("slip", script.WAIVED_INSTRUCTION, [SECOND, THIRD])),
            (on(2, 3), lambda: self._acknowledge(THIRD)),
            (on(2, 5), self._urge),
            (on(2, 5, 15), lambda: self._acknowledge(SECOND)),
            (on(5, 16, 15), self.docket.close_settled),
            (on(6, 15, 15), self._extend),
            (on(9, 26, 15), self.docket.close_settled),
            (on(12, 30), self._report_real),
            (on(1, 12, year=YEAR + 1), self._review_real),
            (on(1, 13, year=YEAR + 1), self.docket.close_settled),
        ]
        for completion in script.COMPLETIONS:
            acts += self._completion_acts(completion)
        for waiver in script.WAIVERS:
            acts += self._waiver_acts(waiver)
        return acts

    def _issue(self, kind: str, item: ScriptedItem, units: list[str]) -> None:
        """Draft a notice or slip, and let others check, countersign and issue it."""
        draft = {
            "kind": kind,
            "unit_ids": [self.county.unit_ids[unit] for unit in units],
            "text": f"请按要求办理“{item.title}”，并按时反馈（示例）。",
            "limit_on": item.deadline.isoformat(),
        }
        notice = self.county.office.post(f"/v1/items/{self.docket.items[item]}/notices", draft)
        path = f"/v1/notices/{notice['id']}"
        self.county.second_office.sign(f"{path}/check")
        self.county.leader.sign(f"{path}/countersignature")
        self.county.second_office.sign(f"{path}/issue")

    def _acknowledge(self, unit: str) -> None:
        desk = self.county.units[unit]
        for delivery in desk.all_of("/v1/notice_deliveries", acknowledged="false"):
            desk.post(f"/v1/notice_deliveries/{delivery['id']}/acknowledgement")

    def _urge(self) -> None:
        """Urge by telephone whoever has not acknowledged within the limit."""
        for delivery in self.county.office.all_of("/v1/notice_deliveries", overdue="true"):
            call = {"channel": "telephone", "note": "电话催签，答复当日签收（示例）"}
            self.county.office.post(f"/v1/notice_deliveries/{delivery['id']}/urgings", call)

    def _extend(self) -> None:
        asked = self.county.units[THIRD].post(
            f"/v1/items/{self.docket.items[script.EXTENDED_INSTRUCTION]}/extensions",
            {"until_on": script.EXTENDED_UNTIL.isoformat(), "reason": "汛期无法施工（示例）"},
        )
        self.county.office.sign(
            f"/v1/extensions/{asked['id']}/decision", {"verdict": "granted", "decision": "情况属实，同意延期（示例）"}
        )

    def _completion_acts(self, round_: ScriptedCompletion) -> list[Act]:
        def report() -> None:
            path = f"/v1/tasks/{self.docket.task_of(round_.item)}/completion_reports"
            self.county.units[round_.item.unit].post(path, {"text": round_.text})

        def review() -> None:
            task = self.docket.task_of(round_.item)
            (waiting,) = self.county.office.all_of("/v1/completion_reports", task=task, state="reported")
            criteria: list[dict[str, Any]] = [{"criterion": "按交办要求办结", "is_met": round_.lacks is None}]
            verdict: dict[str, Any] = {"verdict": "passed", **PASSED}
            if round_.lacks and round_.until:
                criteria[0]["note"] = round_.lacks
                verdict = {"verdict": "returned", "rework_until_on": round_.until.isoformat(), "opinion": round_.lacks}
            self._review(waiting["id"], criteria, verdict)

        return [(round_.reported, report), (round_.reviewed, review)]

    def _waiver_acts(self, waiver: ScriptedWaiver) -> list[Act]:
        def ask() -> None:
            path = f"/v1/tasks/{self.docket.task_of(script.WAIVED_INSTRUCTION)}/waivers"
            self.county.units[THIRD].post(path, {"grounds": waiver.grounds})

        def decide() -> None:
            (asked,) = self.county.office.all_of("/v1/waivers", state="asked")
            decision = {"verdict": waiver.verdict, "decision": waiver.decision}
            if waiver.verdict == "granted":
                decision["approved_by_id"] = self.county.officials[PRINCIPAL]
            self.county.office.sign(f"/v1/waivers/{asked['id']}/decision", decision)

        return [(waiver.asked, ask), (waiver.decided, decide)]

    def _report_real(self) -> None:
        """Let the real departments report as done, within the year, what a published figure will be held to."""
        published = {goal.goal for goal in self.docket.goals if goal.actual}
        for unit, tasks in self.docket.tasks.items():
            for task in tasks:
                if task["goal"] in published:
                    path = f"/v1/tasks/{task['id']}/completion_reports"
                    self.county.units[unit].post(path, {"text": "全年任务已完成（演示文字），数据以公布为准。"})

    def _review_real(self) -> None:
        """Pass what the published figure meets; without a figure nothing was reported as done, and it stays open."""
        office = self.county.office
        completion = {row["task_id"]: row for row in office.get(f"/v1/ledgers/{YEAR}/completion")["data"]}
        for waiting in office.all_of("/v1/completion_reports", state="reported"):
            row = completion[waiting["task_id"]]
            if row["verdict"] == "met":
                note = f"公布数据：{row['figure']}{row['unit_of_measure']}"
                criteria = [{"criterion": f"{row['indicator']}达到目标", "is_met": True, "note": note}]
                self._review(waiting["id"], criteria, {"verdict": "passed", **PASSED})

    def _review(self, report_id: str, criteria: list[dict[str, Any]], verdict: dict[str, Any]) -> None:
        self.county.office.sign(f"/v1/completion_reports/{report_id}/review", {"criteria": criteria, **verdict})
