from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from deploy.demo.desk import Desk

CODE, NAME = "990101", "示例县（演示）"
LEADERSHIP = "县委县政府（示例）"
PRINCIPAL, FIRST_LEADER, SECOND_LEADER = "示例县主要领导", "示例县领导甲", "示例县领导乙"
# Invented units, plainly named so: what is scripted to go wrong belongs to them alone.
INVENTED = ("示例甲局（虚构）", "示例乙局（虚构）", "示例丙镇（虚构）")
FIRST, SECOND, THIRD = INVENTED


@dataclass
class County:
    """Everybody who takes part: desks of the roles and of the units, and ids by name."""

    office: Desk
    second_office: Desk
    leader: Desk
    group: Desk
    second_group: Desk
    publisher: Desk
    auditor: Desk
    units: dict[str, Desk] = field(default_factory=dict)
    unit_ids: dict[str, str] = field(default_factory=dict)
    officials: dict[str, str] = field(default_factory=dict)

    def desks(self) -> list[Desk]:
        offices = [self.office, self.second_office, self.leader, self.group, self.second_group]
        return [*offices, self.publisher, self.auditor, *self.units.values()]


def settle(base_url: str, administrator: Desk, departments: Sequence[str]) -> County:
    """Register the units, their officials by post, and a client with its key for each role and unit."""
    numbers = count(1)

    def open_desk(name: str, role: str, **more: Any) -> Desk:
        body = {"name": name, "role": role, **more}
        client = administrator.post("/v1/clients", body)
        issued = administrator.post(f"/v1/clients/{client['id']}/keys", {"kind": "test"})
        return Desk(base_url, issued["key"])

    county = County(
        office=open_desk("督查室前端", "office"),
        second_office=open_desk("督查室复核前端", "office"),
        leader=open_desk("县领导前端", "leader", may_act_for_officials=True),
        group=open_desk("日常工作督查组前端", "group"),
        second_group=open_desk("日常工作督查组复核前端", "group"),
        publisher=open_desk("宣传前端", "publisher"),
        auditor=open_desk("审计前端", "auditor"),
    )

    def add_official(unit: str, name: str, post: str, position: str, level: str) -> None:
        official = administrator.post(
            "/v1/officials",
            {
                "unit_id": county.unit_ids[unit],
                "name": name,
                "post": post,
                "position": position,
                "leadership_level": level,
                # 1999999xxxx is given to no carrier.
                "telephone": f"1999999{next(numbers):04d}",
            },
        )
        county.officials[name] = official["id"]

    for unit in (LEADERSHIP, *departments, *INVENTED):
        kind = "other" if unit == LEADERSHIP else "township" if "镇" in unit else "department"
        county.unit_ids[unit] = administrator.post("/v1/units", {"name": unit, "kind": kind})["id"]
    add_official(LEADERSHIP, PRINCIPAL, "县委主要领导", "principal_county_leader", "division")
    add_official(LEADERSHIP, FIRST_LEADER, "副县长", "county_leader", "deputy_division")
    add_official(LEADERSHIP, SECOND_LEADER, "副县长", "county_leader", "deputy_division")
    county.leader.act_for(county.officials[FIRST_LEADER])
    for unit in (*departments, *INVENTED):
        add_official(unit, f"{unit}主要负责人", "主要负责人", "principal_leader", "section")
        add_official(unit, f"{unit}分管负责人", "分管负责人", "leader_in_charge", "deputy_section")
        add_official(unit, person_of(unit), "承办人", "handler", "none")
        county.units[unit] = open_desk(f"{unit}前端", "unit", unit_id=county.unit_ids[unit])
    return county


def person_of(unit: str) -> str:
    return f"{unit}承办人"


def leader_of(unit: str) -> str:
    """Give each unit the county leader who leads its tasks."""
    return FIRST_LEADER if len(unit) % 2 else SECOND_LEADER
