import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from deploy.demo import script
from deploy.demo.county import INVENTED, County
from deploy.demo.desk import Desk, FellShort
from deploy.demo.docket import Docket
from deploy.demo.judgement import Judgement
from deploy.demo.ledger import Goal
from deploy.demo.problem import SharedProblem
from deploy.demo.procedure import Procedure
from deploy.demo.publicity import Publicity
from deploy.demo.script import YEAR, Act, on
from supervision.cadence.periods import Period, half_month_of, half_months_of
from supervision.cadence.rules import HALF_MONTHLY, StepKind, schedule
from supervision.foundation.clock import SHANGHAI

PUBLISHED_EACH_TIME = 3

Tick = Callable[[], None]


class Year:
    """The main job over one simulated year, through the API alone; the clock is held and only moves forward."""

    def __init__(self, county: County, administrator: Desk, goals: list[Goal], tick: Tick) -> None:
        self.county, self.administrator, self._tick = county, administrator, tick
        self.docket = Docket(county, goals)
        self.goal_of = {goal.goal: goal for goal in goals}
        self.script_of = {item.title: item for item in script.SCRIPTED}
        self.publicity = Publicity(self.docket, administrator)

    def open(self) -> None:
        """Open the ledger on the first working day."""
        self.move_to(on(1, 4, 9))
        # Before the ledger is opened: from then on duties arise, and a unit without a task yet would owe none.
        self.docket.register_scripted()
        self.docket.open_ledger()
        self.docket.learn_tasks()

    def agenda(self) -> list[Act]:
        """Return what happens in the year, in order: the half-months, and the procedure between them."""
        told = (Procedure(self.docket), SharedProblem(self.docket), Judgement(self.docket), self.publicity)
        # What is still open after the year is reported on as before, until the story ends.
        periods = [*half_months_of(YEAR), half_month_of(date(YEAR + 1, 1, 1))]
        acts = [act for period in periods for act in self._half_month(period)]
        return sorted([*acts, *(act for each in told for act in each.acts())], key=itemgetter(0))

    def live(self, act: Act) -> None:
        """Move the clock to an act's moment, let the system take the steps that are due by then, and act."""
        moment, do = act
        self.move_to(moment)
        do()

    def move_to(self, moment: datetime) -> None:
        """Hold the clock an instant after a moment and run what is due."""
        at = (moment + timedelta(minutes=1)).astimezone(SHANGHAI)
        self.administrator.post("/v1/clock/hold", {"at": at.isoformat()})
        self._tick()

    def _half_month(self, period: Period) -> list[Act]:
        """Tell one half-month: reports come in two waves, some late, one never; then digest and publication."""
        at = {step.kind: step.at for step in schedule(period, HALF_MONTHLY, self._calendar)}
        missed = {unit for unit, days in script.MISSED_REPORTS.items() if period.first in days}
        late = [unit for unit, days in script.LATE_REPORTS.items() if period.first in days]
        early = [unit for unit in self.county.units if unit not in missed and unit not in late]
        reports: list[Any] = []

        def report(units: list[str]) -> None:
            reports.extend(self._report(unit, period) for unit in units if self.docket.tasks[unit])

        def report_when_told(units: list[str]) -> None:
            self._await_sending()
            report(units)

        return [
            (on(period.last.month, period.last.day, 12, year=period.last.year), lambda: report(early[::2])),
            (at[StepKind.REMIND], lambda: report_when_told(early[1::2])),
            # Nobody reports at the deadline, but the system marks who has not.
            (at[StepKind.DUE], lambda: report([])),
            (at[StepKind.URGE], lambda: report_when_told(late)),
            (at[StepKind.DIGEST], lambda: self._publish(reports, period)),
        ]

    def _await_sending(self, *, seconds: float = 15) -> None:
        """Let the worker send what the step queued, as it would in the days that pass here in an instant."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            counts = self.county.office.get("/v1/messages/counts")
            if not counts["queued"] + counts["submitting"]:
                return
            time.sleep(0.1)
        raise FellShort(f"messages are not being sent: {counts}")

    @property
    def _calendar(self) -> dict[date, bool]:
        if not hasattr(self, "_days"):
            years = [self.county.office.get(f"/v1/calendars/{year}") for year in (YEAR, YEAR + 1)]
            self._days = {date.fromisoformat(day["day"]): day["is_working"] for year in years for day in year["data"]}
        return self._days

    def _report(self, unit: str, period: Period) -> Any:
        desk = self.county.units[unit]
        days = (period.first.isoformat(), period.last.isoformat())
        obligations = desk.all_of("/v1/obligations", state="open")
        owed = [each for each in obligations if (each["period_first"], each["period_last"]) == days]
        if len(owed) != 1:
            raise FellShort(f"{unit} owes {len(owed)} reports for {period.label_zh}")
        entries = [self._entry(task, period) for task in self.docket.tasks[unit]]
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
        invented = {self.county.unit_ids[unit] for unit in INVENTED}
        real = [report for report in reports if report["unit_id"] not in invented]
        shift = period.first.month * 2 + (period.first.day > 1)
        for place in range(PUBLISHED_EACH_TIME):
            report = real[(shift + place * 4) % len(real)]
            entry = report["entries"][shift % len(report["entries"])]
            self.publicity.publish_progress(entry["id"])
        # Once a quarter the invented instruction that does not come on, so that not everything looks well.
        if period.last.month in script.QUARTERS_END and period.first.day > 1:
            waived = self.docket.task_of(script.WAIVED_INSTRUCTION)
            entry = next(each for report in reports for each in report["entries"] if each["task_id"] == waived)
            self.publicity.publish_progress(entry["id"], of_scripted=True)
