from collections.abc import Sequence
from dataclasses import dataclass, field
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
    registry = _Registry(base_url, administrator)
    county = County(
        office=registry.open_desk("督查室前端", "office"),
        second_office=registry.open_desk("督查室复核前端", "office"),
        leader=registry.open_desk("县领导前端", "leader", may_act_for_officials=True),
        group=registry.open_desk("日常工作督查组前端", "group"),
        second_group=registry.open_desk("日常工作督查组复核前端", "group"),
        publisher=registry.open_desk("宣传前端", "publisher"),
        auditor=registry.open_desk("审计前端", "auditor"),
        unit_ids=registry.unit_ids,
        officials=registry.officials,
    )
    for unit in (LEADERSHIP, *departments, *INVENTED):
        registry.add_unit(unit)
    registry.add_official(LEADERSHIP, PRINCIPAL, "县委主要领导", "principal_county_leader", "division")
    registry.add_official(LEADERSHIP, FIRST_LEADER, "副县长", "county_leader", "deputy_division")
    registry.add_official(LEADERSHIP, SECOND_LEADER, "副县长", "county_leader", "deputy_division")
    county.leader.act_for(county.officials[FIRST_LEADER])
    for unit in (*departments, *INVENTED):
        registry.add_official(unit, f"{unit}主要负责人", "主要负责人", "principal_leader", "section")
        registry.add_official(unit, f"{unit}分管负责人", "分管负责人", "leader_in_charge", "deputy_section")
        registry.add_official(unit, person_of(unit), "承办人", "handler", "none")
        county.units[unit] = registry.open_desk(f"{unit}前端", "unit", unit_id=county.unit_ids[unit])
    return county


@dataclass
class _Registry:
    """What the administrator enters before the year begins, and the ids that it was given."""

    base_url: str
    administrator: Desk
    unit_ids: dict[str, str] = field(default_factory=dict)
    officials: dict[str, str] = field(default_factory=dict)

    def open_desk(self, name: str, role: str, **more: Any) -> Desk:
        client = self.administrator.post("/v1/clients", {"name": name, "role": role, **more})
        issued = self.administrator.post(f"/v1/clients/{client['id']}/keys", {"kind": "test"})
        return Desk(self.base_url, issued["key"])

    def add_unit(self, name: str) -> None:
        kind = "other" if name == LEADERSHIP else "township" if "镇" in name else "department"
        self.unit_ids[name] = self.administrator.post("/v1/units", {"name": name, "kind": kind})["id"]

    def add_official(self, unit: str, name: str, post: str, position: str, level: str) -> None:
        official = {
            "unit_id": self.unit_ids[unit],
            "name": name,
            "post": post,
            "position": position,
            "leadership_level": level,
            # 1999999xxxx is given to no carrier.
            "telephone": f"1999999{len(self.officials) + 1:04d}",
        }
        self.officials[name] = self.administrator.post("/v1/officials", official)["id"]


def person_of(unit: str) -> str:
    return f"{unit}承办人"


def leader_of(unit: str) -> str:
    """Give each unit the county leader who leads its tasks."""
    return FIRST_LEADER if len(unit) % 2 else SECOND_LEADER
