from typing import Any

from deploy.demo import script
from deploy.demo.county import FIRST_LEADER, SECOND, SECOND_LEADER, THIRD
from deploy.demo.docket import Docket
from deploy.demo.script import Act, on


class SharedProblem:
    """A problem of two invented units on its way from the unit to the leaders and the joint conference (§4(3))."""

    def __init__(self, docket: Docket) -> None:
        self.docket, self.county = docket, docket.county
        self.path = ""

    def acts(self) -> list[Act]:
        county = self.county
        responsible, other = county.units[THIRD], county.units[SECOND]
        leaders = {
            "lead_leader_id": county.officials[FIRST_LEADER],
            "liaison_leader_ids": [county.officials[SECOND_LEADER]],
        }
        at_once = {"text": "示例乙局两周内提出移交方案（示例）。", "due_on": "2016-04-20"}
        decided = {
            "text": "联席会定：管网由示例乙局接收，并入整体改造，12月15日前办完移交（示例）。",
            "decided_on": "2016-05-05",
            "due_on": "2016-12-15",
        }
        return [
            (on(3, 8), self._open),
            (on(3, 10), lambda: self._do(responsible, "plan", {"text": "先移交管网，再筹资改造（示例）。"})),
            (on(3, 14), lambda: self._do(responsible, "escalation", {"reason": "移交涉及两家（示例）。", **leaders})),
            (on(4, 6, 15), lambda: self._sign(county.leader, "decision", at_once)),
            (on(4, 21), lambda: self._do(other, "follow_up", {"text": "移交前的欠费由谁承担未能商定（示例）。"})),
            (on(4, 25), lambda: self._do(county.leader, "escalation", {"reason": "提请联席会（示例）。"})),
            (on(5, 6), lambda: self._sign(county.office, "decision", decided)),
            (on(12, 8), lambda: self._do(other, "follow_up", {"text": "移交手续已办完（示例）。"})),
            (on(12, 13), lambda: self._sign(county.office, "resolution", {"text": "经核实，管网已移交（示例）。"})),
        ]

    def _open(self) -> None:
        unit_ids = self.county.unit_ids
        problem = self.county.units[THIRD].post(
            "/v1/problems",
            {
                "title": "示例小区供水管网权属不清",
                "text": "管网未移交，改造资金没有着落（示例）。",
                "responsible_unit_id": unit_ids[THIRD],
                "unit_ids": [unit_ids[THIRD], unit_ids[SECOND]],
                "item_id": self.docket.items[script.WAIVED_INSTRUCTION],
            },
        )
        self.path = f"/v1/problems/{problem['id']}"

    def _do(self, desk: Any, verb: str, body: dict[str, Any]) -> None:
        desk.post(f"{self.path}/{verb}", body)

    def _sign(self, desk: Any, verb: str, body: dict[str, Any]) -> None:
        desk.sign(f"{self.path}/{verb}", body)
