import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo import script
from deploy.demo.county import PRINCIPAL, THIRD, County, leader_of, person_of
from deploy.demo.desk import Desk, FellShort
from deploy.demo.ledger import Goal, as_workbook
from deploy.demo.script import ScriptedItem
from supervision.cadence.rules import HALF_MONTHLY, Period, StepKind, half_months_of, schedule
from supervision.foundation.clock import SHANGHAI

YEAR = 2016
OPENING = datetime(2016, 1, 4, 9, 0, tzinfo=SHANGHAI)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PUBLISHED_EACH_TIME = 3

Tick = Callable[[], None]


class Year:
    """The main job over one simulated year, through the API alone; the clock is held and moved."""

    def __init__(self, county: County, administrator: Desk, goals: list[Goal], tick: Tick) -> None:
        self.county, self.administrator, self.goals, self._tick = county, administrator, goals, tick
        self.items: dict[ScriptedItem, str] = {}
        self.tasks: dict[str, list[Any]] = {}
        self.goal_of = {goal.goal: goal for goal in goals}
        self.script_of = {item.title: item for item in script.SCRIPTED}
        self.deductions: dict[str, str] = {}
        self.published = 0

    def open_ledger(self) -> None:
        """Import the year's ledger from the workbook that an office would send."""
        units = {goal.responsible_unit for goal in self.goals}
        book = as_workbook(
            self.goals,
            leaders={unit: leader_of(unit) for unit in units},
            persons={unit: person_of(unit) for unit in units},
        )
        operation = self.county.office.upload(f"/v1/ledgers/{YEAR}/imports", book, XLSX)
        self.county.office.wait_for(operation["id"])

    def register_scripted(self) -> None:
        """Register the invented units' four instructions and one notice, each broken down into one task."""
        # Before the ledger is opened: from then on duties arise, and a unit without a task yet would owe none.
        self.move_to(OPENING)
        for scripted in script.SCRIPTED:
            self.items[scripted] = self._register(scripted)

    def learn_tasks(self) -> None:
        """Let each unit read what it has to report on."""
        for unit, desk in self.county.units.items():
            self.tasks[unit] = [desk.get(f"/v1/tasks/{task['id']}") for task in desk.all_of("/v1/tasks")]
            assert self.tasks[unit], unit  # noqa: S101 - the story needs each unit to have work

    def _register(self, scripted: ScriptedItem) -> str:
        item: str = self.county.office.post(
            "/v1/items",
            {
                "kind": scripted.kind,
                "title": scripted.title,
                "source": "县领导交办（示例）" if scripted.kind == "instruction" else "两办通知（示例）",
                "received_on": "2016-01-04",
                "deadline_on": scripted.deadline.isoformat(),
            },
        )["id"]
        task = {
            "goal": scripted.title,
            "lead_leader_id": self.county.officials[PRINCIPAL],
            "responsible_unit_id": self.county.unit_ids[scripted.unit],
            "responsible_person_id": self.county.officials[person_of(scripted.unit)],
            "indicators": [],
        }
        self.county.office.post(f"/v1/items/{item}/tasks", {"tasks": [task]})
        return item

    def periods(self) -> Iterator[Period]:
        yield from half_months_of(YEAR)

    def run_period(self, period: Period) -> None:
        """Live through one half-month: reports come in two waves, some late, one never; then digest and publication."""
        at = {step.kind: step.at for step in schedule(period, HALF_MONTHLY, self._calendar)}
        early, late = self._split(period)
        self.move_to(at[StepKind.OPEN])
        self._take_scripted_steps(period)
        self.move_to(_noon(period.last))
        reports = [self._report(unit, period) for unit in early[::2]]
        self.move_to(at[StepKind.REMIND])
        self._await_sending()
        reports += [self._report(unit, period) for unit in early[1::2]]
        self.move_to(at[StepKind.DUE])
        self.move_to(at[StepKind.URGE])
        self._await_sending()
        reports += [self._report(unit, period) for unit in late]
        self.move_to(at[StepKind.DIGEST])
        self._publish(reports, period)

    def _await_sending(self, *, seconds: float = 15) -> None:
        """Let the worker send what the step queued, as it would in the days that pass here in an instant."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            counts = self.county.office.get("/v1/messages/counts")
            if not counts["queued"] + counts["submitting"]:
                return
            time.sleep(0.05)
        raise FellShort(f"messages are not being sent: {counts}")

    @property
    def _calendar(self) -> dict[date, bool]:
        if not hasattr(self, "_days"):
            years = [self.county.office.get(f"/v1/calendars/{year}") for year in (YEAR, YEAR + 1)]
            self._days = {date.fromisoformat(day["day"]): day["is_working"] for year in years for day in year["data"]}
        return self._days

    def _split(self, period: Period) -> tuple[list[str], list[str]]:
        missed = {unit for unit, days in script.MISSED_REPORTS.items() if period.first in days}
        late = {unit for unit, days in script.LATE_REPORTS.items() if period.first in days}
        early = [unit for unit in self.county.units if unit not in missed | late]
        return early, sorted(late)

    def _report(self, unit: str, period: Period) -> Any:
        desk = self.county.units[unit]
        first = period.first.isoformat()
        obligations = desk.all_of("/v1/obligations", state="open")
        owed = [each for each in obligations if each["period_first"] == first]
        if len(owed) != 1:
            raise FellShort(f"{unit} owes {len(owed)} reports for {period.label_zh}")
        entries = [self._entry(task, period) for task in self.tasks[unit]]
        return desk.post(f"/v1/obligations/{owed[0]['id']}/progress_reports", {"entries": entries})

    def _entry(self, task: Any, period: Period) -> dict[str, Any]:
        scripted = self.script_of.get(task["goal"])
        if scripted is not None:
            percent = script.percent_of(scripted, period.last)
            return {"task_id": task["id"], "percent": percent, "text": "按方案办理（演示文字）。", "figures": []}
        goal = self.goal_of[task["goal"]]
        is_last = period.last == date(YEAR, 12, 31)
        (indicator,) = task["indicators"]
        figures = [{"indicator_id": indicator["id"], "value": goal.actual}] if is_last and goal.actual else []
        return {
            "task_id": task["id"],
            "percent": script.elapsed_percent(period.last),
            "text": script.text_of(goal, is_last=is_last),
            "figures": figures,
        }

    def _publish(self, reports: list[Any], period: Period) -> None:
        """Draft some entries of the half-month, have another person review them, and publish."""
        real = [report for report in reports if report["unit_id"] not in self._invented_ids]
        shift = period.first.month * 2 + (period.first.day > 1)
        for place in range(PUBLISHED_EACH_TIME):
            report = real[(shift + place * 4) % len(real)]
            entry = report["entries"][shift % len(report["entries"])]
            draft = self.county.publisher.post("/v1/publications", {"progress_entry_id": entry["id"]})
            verdict = {"verdict": "approved", "legal_basis": "《政府信息公开条例》第十九条"}
            self.county.office.post(f"/v1/publications/{draft['id']}/review", verdict)
            self.county.publisher.post(f"/v1/publications/{draft['id']}/release")
            self.published += 1

    @property
    def _invented_ids(self) -> set[str]:
        return {self.county.unit_ids[item.unit] for item in script.SCRIPTED}

    def _take_scripted_steps(self, period: Period) -> None:
        steps: dict[date, Callable[[], None]] = {
            script.EXTENSION_ASKED_IN: self._extend,
            script.CRITICISED_IN: self._criticise,
            script.REVERSED_IN: self._reverse,
        }
        for day, step in steps.items():
            if period.first <= day <= period.last:
                step()

    def _extend(self) -> None:
        item = self.items[script.EXTENDED_INSTRUCTION]
        asked = self.county.units[THIRD].post(
            f"/v1/items/{item}/extensions",
            {"until_on": script.EXTENDED_UNTIL.isoformat(), "reason": "汛期无法施工（示例）"},
        )
        self.county.office.post(
            f"/v1/extensions/{asked['id']}/decision", {"verdict": "granted", "decision": "情况属实，同意延期（示例）"}
        )

    def _criticise(self) -> None:
        proposed = self.county.office.post(
            "/v1/deductions",
            {
                "unit_id": self.county.unit_ids[THIRD],
                "rule_code": "meeting_criticism",
                "fact_on": "2016-06-28",
                "reason": "全县大会口头批评（示例）",
            },
        )
        self.deductions["by_hand"] = proposed["id"]
        self.county.group.post(f"/v1/deductions/{proposed['id']}/confirmation")

    def _reverse(self) -> None:
        self.county.second_group.post(
            f"/v1/deductions/{self.deductions['by_hand']}/reversal", {"reason": "经复核，批评对象有误（示例）"}
        )

    def decide_proposals(self) -> None:
        """Confirm the late instruction's deduction and refuse the late notice's, with a reason; another person does."""
        late, notice = self.items[script.LATE_INSTRUCTION], self.items[script.LATE_NOTICE]
        for deduction in self.county.group.all_of("/v1/deductions", state="proposed"):
            path = f"/v1/deductions/{deduction['id']}"
            if deduction["item_id"] == late:
                self.deductions["late_instruction"] = deduction["id"]
                self.county.group.post(f"{path}/confirmation")
            elif deduction["item_id"] == notice:
                self.deductions["late_notice"] = deduction["id"]
                self.county.group.post(f"{path}/refusal", {"reason": "上级系统停机，有正当理由（示例）"})

    def move_to(self, moment: datetime) -> None:
        """Hold the clock an instant after a moment and run what is due."""
        at = (moment + timedelta(minutes=1)).astimezone(SHANGHAI)
        self.administrator.post("/v1/clock/hold", {"at": at.isoformat()})
        self._tick()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
