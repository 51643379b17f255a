from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from deploy.demo.desk import Desk
from deploy.demo.people import People

CODE, NAME = "990101", "示例县（演示）"
LEADERSHIP = "县委县政府（示例）"
PRINCIPAL, FIRST_LEADER, SECOND_LEADER = "示例县主要领导", "示例县领导甲", "示例县领导乙"
OFFICE = "督查室（示例）"
# Who works in the office and beside it: where the story finds them, a name that says what they do, and their role.
STAFF = (
    ("office", "督查室经办人", "office"),
    ("second_office", "督查室负责人", "office"),
    ("group", "日常工作督查组组长", "group"),
    ("second_group", "日常工作督查组副组长", "group"),
    ("publisher", "宣传部工作人员", "publisher"),
    ("auditor", "审计员", "auditor"),
)
# Invented units, plainly named so: what is scripted to go wrong belongs to them alone.
INVENTED = ("示例甲局（虚构）", "示例乙局（虚构）", "示例丙镇（虚构）")
FIRST, SECOND, THIRD = INVENTED


@dataclass
class County:
    """Everybody who takes part: desks of the roles and of the units, and ids by name."""

    office: Desk = field(init=False)
    second_office: Desk = field(init=False)
    leader: Desk = field(init=False)
    group: Desk = field(init=False)
    second_group: Desk = field(init=False)
    publisher: Desk = field(init=False)
    auditor: Desk = field(init=False)
    units: dict[str, Desk] = field(default_factory=dict)
    unit_ids: dict[str, str] = field(default_factory=dict)
    officials: dict[str, str] = field(default_factory=dict)

    def desks(self) -> list[Desk]:
        offices = [self.office, self.second_office, self.leader, self.group, self.second_group]
        return [*offices, self.publisher, self.auditor, *self.units.values()]


def settle(administrator: Desk, people: People, departments: Sequence[str]) -> County:
    """Register the units and their officials by post; those who take part are given their roles, and sign in."""
    numbers = count(1)
    county = County()

    def add_unit(name: str, kind: str) -> None:
        county.unit_ids[name] = administrator.post("/v1/units", {"name": name, "kind": kind})["id"]

    def add_official(
        unit: str, name: str, post: str, position: str, level: str = "none", telephone: str | None = None
    ) -> str:
        facts = {"name": name, "post": post, "position": position, "leadership_level": level, "telephone": telephone}
        official = administrator.post("/v1/officials", {"unit_id": county.unit_ids[unit], **facts})
        county.officials[name] = official["id"]
        return str(official["id"])

    def number() -> str:
        # 1999999xxxx is given to no carrier.
        return f"1999999{next(numbers):04d}"

    add_unit(OFFICE, "other")
    for field_name, name, role in STAFF:
        setattr(county, field_name, people.desk_of(add_official(OFFICE, name, "工作人员", "other"), role))
    for unit in (LEADERSHIP, *departments, *INVENTED):
        add_unit(unit, "other" if unit == LEADERSHIP else "township" if "镇" in unit else "department")
    add_official(LEADERSHIP, PRINCIPAL, "县委主要领导", "principal_county_leader", "division", number())
    add_official(LEADERSHIP, FIRST_LEADER, "副县长", "county_leader", "deputy_division", number())
    add_official(LEADERSHIP, SECOND_LEADER, "副县长", "county_leader", "deputy_division", number())
    county.leader = people.desk_of(county.officials[FIRST_LEADER], "leader")
    for unit in (*departments, *INVENTED):
        add_official(unit, f"{unit}主要负责人", "主要负责人", "principal_leader", "section", number())
        add_official(unit, f"{unit}分管负责人", "分管负责人", "leader_in_charge", "deputy_section", number())
        handler_id = add_official(unit, person_of(unit), "承办人", "handler", "none", number())
        county.units[unit] = people.desk_of(handler_id, "unit", unit_id=county.unit_ids[unit])
    return county


def person_of(unit: str) -> str:
    return f"{unit}承办人"


def leader_of(unit: str) -> str:
    """Give each unit the county leader who leads its tasks."""
    return FIRST_LEADER if len(unit) % 2 else SECOND_LEADER
