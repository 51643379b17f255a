from typing import Any

from deploy.demo import script
from deploy.demo.county import PRINCIPAL, County, leader_of, person_of
from deploy.demo.ledger import Goal, as_workbook
from deploy.demo.script import YEAR, ScriptedItem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Docket:
    """The year's items, and the open tasks of each unit as the unit reads them."""

    def __init__(self, county: County, goals: list[Goal]) -> None:
        self.county, self.goals = county, goals
        self.items: dict[ScriptedItem, str] = {}
        self.tasks: dict[str, list[Any]] = {}

    def register_scripted(self) -> None:
        """Register the invented units' four instructions and one notice, each broken down into one task."""
        for scripted in script.SCRIPTED:
            self.items[scripted] = self._register(scripted)

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

    def learn_tasks(self) -> None:
        """Let each unit read what it has to report on."""
        for unit, desk in self.county.units.items():
            self.tasks[unit] = [desk.get(f"/v1/tasks/{task['id']}") for task in desk.all_of("/v1/tasks")]
            assert self.tasks[unit], unit  # noqa: S101 - the story needs each unit to have work

    def task_of(self, scripted: ScriptedItem) -> str:
        """Return the task of a scripted item that is still open."""
        mine = self.tasks[scripted.unit]
        return next(str(task["id"]) for task in mine if task["item_id"] == self.items[scripted])

    def close_settled(self) -> None:
        """Close out every open item whose task was passed or waived; nobody reports on it any more (销号)."""
        office = self.county.office
        passed = office.all_of("/v1/completion_reports", state="passed")
        settled = {each["task_id"] for each in [*passed, *office.all_of("/v1/waivers", state="granted")]}
        for unit, tasks in self.tasks.items():
            for task in tasks:
                if task["id"] in settled:
                    office.post(f"/v1/items/{task['item_id']}/close_out")
            self.tasks[unit] = [task for task in tasks if task["id"] not in settled]

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
