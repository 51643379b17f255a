from deploy.demo import script
from deploy.demo.county import FIRST, INVENTED, THIRD
from deploy.demo.desk import FellShort
from deploy.demo.docket import Docket
from deploy.demo.script import YEAR, Act, on


class Judgement:
    """Circular, deductions, quarterly warnings and the year's settlement; who proposes never confirms (annex)."""

    def __init__(self, docket: Docket) -> None:
        self.docket, self.county = docket, docket.county
        self.by_hand = ""

    def acts(self) -> list[Act]:
        following = YEAR + 1
        return [
            (on(4, 6), self._decide),
            (on(4, 8), lambda: self._warn(1)),
            (on(6, 8), self._publish_circular),
            (on(6, 14), self._decide),
            (on(7, 4), lambda: self._warn(2)),
            (on(7, 11), self._propose_by_hand),
            (on(7, 12), self._confirm_by_hand),
            (on(8, 5), self._reverse_by_hand),
            (on(9, 5), self._decide),
            (on(10, 10), lambda: self._warn(3)),
            (on(1, 13, 15, year=following), lambda: self._warn(4)),
            (on(1, 20, year=following), self._settle),
        ]

    def _decide(self) -> None:
        """Refuse the late notice's deduction, with a reason, and confirm the others that the system proposed."""
        invented = {self.county.unit_ids[unit] for unit in INVENTED}
        for deduction in self.county.group.all_of("/v1/deductions", state="proposed"):
            if deduction["unit_id"] not in invented:
                raise FellShort(f"a deduction is proposed for {deduction['unit']}: {deduction['reason']}")
            path = f"/v1/deductions/{deduction['id']}"
            if deduction["item_id"] == self.docket.items[script.LATE_NOTICE]:
                self.county.group.sign(f"{path}/refusal", {"reason": "上级系统停机，有正当理由（示例）"})
            else:
                self.county.group.sign(f"{path}/confirmation")

    def _publish_circular(self) -> None:
        """Draft May's circular from the record; another person checks and issues it (§4(4), annex art. 12)."""
        month = {"month": "2016-05-01", "title": "2016年5月督查通报（示例）", "cut_off_on": "2016-06-07"}
        circular = self.county.office.post("/v1/circulars", month)
        path = f"/v1/circulars/{circular['id']}"
        self.county.office.post(
            f"{path}/criticisms",
            {
                "unit_id": self.county.unit_ids[FIRST],
                "item_id": self.docket.items[script.LATE_INSTRUCTION],
                "reason": "超过时限两个月未办结，办结报告与现场不符（示例）",
            },
        )
        praise = {"unit_id": self.county.unit_ids[THIRD], "reason": "主动协调管网移交（示例）"}
        self.county.office.post(f"{path}/commendations", praise)
        self.county.second_office.sign(f"{path}/check")
        self.county.second_office.sign(f"{path}/issue")

    def _warn(self, quarter: int) -> None:
        self.county.group.post("/v1/quarterly_warnings", {"year": YEAR, "quarter": quarter})

    def _propose_by_hand(self) -> None:
        proposed = self.county.office.post(
            "/v1/deductions",
            {
                "unit_id": self.county.unit_ids[THIRD],
                "rule_code": "meeting_criticism",
                "fact_on": "2016-07-08",
                "reason": "全县大会口头批评（示例）",
            },
        )
        self.by_hand = f"/v1/deductions/{proposed['id']}"

    def _confirm_by_hand(self) -> None:
        self.county.group.sign(f"{self.by_hand}/confirmation")

    def _reverse_by_hand(self) -> None:
        self.county.second_group.sign(f"{self.by_hand}/reversal", {"reason": "经复核，批评对象有误（示例）"})

    def _settle(self) -> None:
        """Prepare the year's final scores, and let the group confirm them: from then on they are frozen (art. 5)."""
        self.county.office.post(f"/v1/settlements/{YEAR}")
        self.county.group.sign(f"/v1/settlements/{YEAR}/confirmation")
