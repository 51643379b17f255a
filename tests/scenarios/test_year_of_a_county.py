"""A county's year (§4(2), annex): 12 townships and 30 departments from the opening of the ledger to the settlement."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from supervision.foundation.database import enter
from supervision.messaging import templates
from supervision.progress.models import Obligation
from tests.factories.identity import Caller
from tests.factories.reviews import PASS
from tests.factories.scoring import adopt
from tests.factories.tasks import ledger_row, to_csv
from tests.places import Committed, Place
from tests.supervision.scoring.golden_tables import NONE, read_table_lines
from worker.jobs.cadence import tick_jurisdiction
from worker.jobs.operations import operate
from worker.runner import Runner

pytestmark = [pytest.mark.committed, pytest.mark.slow]

# What each unit was given to do. Everything was received on 4 January.
ITEMS = read_table_lines("""
    # 单位 | 种类 | 事项 | 时限
    甲镇   | instruction    | 县长批示：修复水毁道路   | 2016-03-31
    丑乡   | instruction    | 县长批示：处理积案       | 2016-04-29
    子乡   | instruction    | 县长批示：拆除危桥       | 2016-05-31
    乙镇   | instruction    | 书记批示：整治河道       | 2016-06-30
    林业局 | instruction    | 书记批示：补种行道树     | 2016-06-30
    教育局 | office_notice  | 两办通知：上报校舍普查   | 2016-05-31
    丙镇   | major_decision | 全会决定：建成污水管网   | 2016-06-30
    水利局 | major_decision | 全会决定：加固山塘       | 2016-06-30
""")
# The year's key work, from the ledger's sheet; both units finished it on 25 November.
LEDGER = ("戊镇", "住建局")

# What the office proposed by hand. Of one matter the highest counts, the other stays visible as covered by it.
BY_HAND = read_table_lines("""
    # 事实发生日 | 单位 | 规则 | 情形 | 文件
    2016-04-20 | 庚镇   | meeting_criticism     | 四月全县大会               | –
    2016-04-20 | 农业局 | meeting_criticism     | 四月全县大会               | –
    2016-04-22 | 农业局 | instruction_criticism | 副县长批示点名             | 县府批〔2016〕8号
    2016-04-25 | 交通局 | department_circular   | 安监局督查发现隐患并通报   | 安监〔2016〕5号
    2016-04-26 | 卫生局 | superior_criticism    | 市督查室通报医院排队       | 市督通〔2016〕12号
    2016-04-28 | 卫生局 | media_criticism       | 市督查室通报医院排队       | 晚报4月28日2版
    2016-05-03 | 己镇   | media_criticism       | 日报曝光垃圾堆放           | 日报5月3日1版
    2016-05-04 | 财政局 | notice_poor           | 两办通知落实不力           | –
    2016-05-05 | 财政局 | instruction_poor      | 县长批示落实不力           | –
    2016-05-06 | 水利局 | decision_poor         | 防汛会议精神落实不力       | –
""")

# The second quarter by the facts' days, as the units were told on 5 July. Lateness of 30 June is a fact of 1 July.
SECOND_QUARTER = read_table_lines("""
    # 单位 | 扣分 | 级别
    交通局 | 3 | attention
    农业局 | 6 | warning
    卫生局 | 5 | attention
    水利局 | 5 | attention
    环保局 | 3 | attention
    财政局 | 6 | warning
    己镇   | 5 | attention
    甲镇   | 3 | attention
""")

# Worked out by hand from the annex. Base 100; 2 percent for townships, 4 for departments; what was never inspected
# takes the mean of the inspected of its kind. Townships: (97+98+97+0+100+95+100+100+100+100) / 10 = 88.7.
# Departments: (98+92+97+95+94+97+94+100+100+98) / 10 = 96.5.
SETTLED = read_table_lines("""
    # 单位 | 经过 | 督查 | 扣分 | 得分 | 折算
    甲镇   | 批示件逾期2（第七条），通报又批评同一件事3（第十二条）：只按3    | 是 | 3   | 97   | 1.94
    乙镇   | 批示件逾期2（第七条）                                            | 是 | 2   | 98   | 1.96
    丙镇   | 全会决定未按时落实3（第八条）                                    | 是 | 3   | 97   | 1.94
    丁镇   | 二十一次落实不力，每次5（第八条），共105：得分不低于0            | 是 | 105 | 0    | 0
    戊镇   | 重点工作按时办结                                                 | 是 | 0   | 100  | 2
    己镇   | 日报点名5，经查属实（第十二条）                                  | 是 | 5   | 95   | 1.9
    庚镇   | 大会批评3，异议成立，撤销；五月实地督查到过                      | 是 | 0   | 100  | 2
    辛镇   | 实地督查发现问题，只发现不扣分（第九条）                         | 是 | 0   | 100  | 2
    壬镇   | 全年未被督查                                                     | 否 | 0   | 88.7 | 1.774
    癸镇   | 全年未被督查                                                     | 否 | 0   | 88.7 | 1.774
    子乡   | 批示件获批延期，延期内办结                                       | 是 | 0   | 100  | 2
    丑乡   | 批示件逾期，有正当理由，驳回                                     | 是 | 0   | 100  | 2
    教育局 | 两办通知逾期2（第十一条）                                        | 是 | 2   | 98   | 3.92
    水利局 | 全会决定逾期3、会议精神落实不力5（第八条）                       | 是 | 8   | 92   | 3.68
    交通局 | 部门督查中被通报3（第九条）                                      | 是 | 3   | 97   | 3.88
    卫生局 | 市里通报3（第六条）与晚报5（第十二条）是一件事：只按5            | 是 | 5   | 95   | 3.8
    农业局 | 大会批评3、批示点名3（第十条），两件事                           | 是 | 6   | 94   | 3.76
    环保局 | 督查通报批评3（第十二条）                                        | 是 | 3   | 97   | 3.88
    财政局 | 通知落实不力3（第十一条）、批示落实不力3（第七条）               | 是 | 6   | 94   | 3.76
    民政局 | 督查通报表扬                                                     | 是 | 0   | 100  | 4
    住建局 | 重点工作按时办结                                                 | 是 | 0   | 100  | 4
    林业局 | 批示件逾期2（第七条），异议不成立                                | 是 | 2   | 98   | 3.92
""")
NEVER_INSPECTED = [f"县直单位{number}" for number in range(11, 31)]
TOWNSHIPS = [row["单位"] for row in SETTLED[:12]]
DEPARTMENTS = [*(row["单位"] for row in SETTLED[12:]), *NEVER_INSPECTED]


@dataclass
class County:
    """Those who live through the year at their programs, and the worker behind the API."""

    committed: Committed
    place: Place
    people: dict[str, Caller]
    units: dict[str, str] = field(default_factory=dict)
    officials: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    @property
    def runner(self) -> Runner:
        return Runner(self.committed.worker, {})

    async def on(self, year: int, month: int, day: int) -> None:
        """Hold the county's clock at noon of the day and let the worker do all that is due by then."""
        at = datetime(year, month, day, 4, tzinfo=UTC).isoformat()
        await self.post("administrator", "clock/hold", at=at)
        await tick_jurisdiction(self.runner, self.place.actor.jurisdiction_id)

    async def post(self, who: str, path: str, /, refused_as: str | None = None, **body: Any) -> Any:
        answer = await self.people[who].post(f"/v1/{path}", json=body or None)
        assert answer.json().get("code") == refused_as, answer.text
        return answer.json()

    async def get(self, who: str, path: str) -> Any:
        answer = await self.people[who].get(f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post_as_unit(self, unit: str, path: str, **body: Any) -> Any:
        if unit not in self.people:
            self.people[unit] = await self.committed.callers(self.place, "unit", unit_id=UUID(self.units[unit]))
        return await self.post(unit, path, **body)

    async def decide(self, *, refused: str = NONE, **same_fact_as: str) -> dict[str, tuple[str, str]]:
        """Confirm what is proposed, but for one unit's; tell each unit's rule and deduction."""
        decided = {}
        for row in (await self.get("group", "deductions?state=proposed&limit=100"))["data"]:
            path, unit = f"deductions/{row['id']}", row["unit"]
            if unit == refused:
                await self.post("group", f"{path}/refusal", reason="当事人出国，有正当理由")
            else:
                same = f"?same_fact_as={same_fact_as[unit]}" if unit in same_fact_as else ""
                await self.post("group", f"{path}/confirmation{same}")
            decided[unit] = (row["rule_code"], row["id"])
        return decided

    async def deduct(self, **proposal: str) -> str:
        """Propose by hand and confirm by another; what the media report is verified first."""
        proposed = await self.post("office", "deductions", **proposal)
        path = f"deductions/{proposed['id']}"
        if proposal["rule_code"] == "media_criticism":
            await self.post("group", f"{path}/confirmation", refused_as="deduction_not_verified")
            await self.post("office", f"{path}/verification", verification="现场查看并询问记者，报道属实")
        await self.post("group", f"{path}/confirmation")
        return str(proposed["id"])

    async def issue(self, circular_id: str) -> Any:
        await self.post("office", f"circulars/{circular_id}/check", refused_as="drafter_signs_off")
        await self.post("deputy", f"circulars/{circular_id}/check")
        return await self.post("deputy", f"circulars/{circular_id}/issue")

    async def finish(self, unit: str) -> None:
        """Report the unit's one task as completed, and pass it."""
        (task,) = (await self.get("office", f"tasks?unit={self.units[unit]}"))["data"]
        report = await self.post_as_unit(unit, f"tasks/{task['id']}/completion_reports", text="已全部完成")
        await self.post("deputy", f"completion_reports/{report['id']}/review", **PASS)


@pytest.fixture
async def county(committed: Committed) -> County:
    place = await committed.found("330326")
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await adopt(session, place.actor)
        await templates.install_defaults(session, place.actor)
        await session.commit()
    roles = {"office": "office", "deputy": "office", "group": "group", "third": "group"}
    roles |= {"administrator": "administrator", "auditor": "auditor"}
    people = {name: await committed.callers(place, role) for name, role in roles.items()}
    return County(committed, place, people)


async def test_a_year_of_a_county(county: County) -> None:
    await _open(county)
    await _first_quarter(county)
    await _second_quarter(county)
    await _third_quarter(county)
    await _to_the_years_end(county)
    await _settle(county)


async def _open(county: County) -> None:
    """Set up the county, enter the year's work, and open the ledger (§2(1) 建账)."""
    await county.post("administrator", "clock/hold", at="2016-01-04T09:00:00+08:00")
    for name in (*TOWNSHIPS, *DEPARTMENTS):
        kind = "township" if name in TOWNSHIPS else "department"
        county.units[name] = (await county.post("administrator", "units", name=name, kind=kind))["id"]
    seat = (await county.post("administrator", "units", name="县政府", kind="other"))["id"]
    people = [("副县长甲", seat, "county_leader")]
    people += [(f"{unit}经办", county.units[unit], "handler") for unit in _busy()]
    for name, unit_id, position in people:
        facts = {"unit_id": unit_id, "name": name, "post": "示例", "position": position, "leadership_level": "none"}
        county.officials[name] = (await county.post("administrator", "officials", **facts))["id"]
    for row in ITEMS:
        await _register(county, row)
    await _import_ledger(county)
    await county.on(2016, 1, 5)


def _busy() -> Iterator[str]:
    yield from (row["单位"] for row in ITEMS)
    yield from LEDGER


async def _register(county: County, row: dict[str, str]) -> None:
    days = {"received_on": "2016-01-04", "deadline_on": row["时限"]}
    item = await county.post("office", "items", kind=row["种类"], title=row["事项"], source="示例来源", **days)
    task = {
        "goal": row["事项"],
        "lead_leader_id": county.officials["副县长甲"],
        "responsible_unit_id": county.units[row["单位"]],
        "responsible_person_id": county.officials[f"{row['单位']}经办"],
        "indicators": [],
    }
    await county.post("office", f"items/{item['id']}/tasks", tasks=[task])
    county.items[row["单位"]] = item["id"]


async def _import_ledger(county: County) -> None:
    rows = [
        ledger_row(
            序号=str(no),
            目标=f"{unit}重点工作",
            责任单位=unit,
            牵头领导="副县长甲",
            责任人=f"{unit}经办",
            时限="2016-11-30",
        )
        for no, unit in enumerate(LEDGER, 1)
    ]
    headers = {"Content-Type": "text/csv"}
    started = await county.people["office"].post("/v1/ledgers/2016/imports", content=to_csv(rows), headers=headers)
    await operate(county.runner)
    done = await county.get("office", f"operations/{started.json()['id']}")
    assert done["state"] == "succeeded", done
    assert (await county.get("office", "ledgers/2016"))["opened_on"] == "2016-01-04"


async def _first_quarter(county: County) -> None:
    """An instruction is late, and March's circular criticises the unit for it: one fact under two articles."""
    await county.on(2016, 4, 5)
    late = await county.decide()
    assert {unit: rule for unit, (rule, _) in late.items()} == {"甲镇": "instruction_late"}
    drafted = await county.post("office", "circulars", month="2016-03-01", title="3月督查通报")
    criticisms = f"circulars/{drafted['id']}/criticisms"
    await county.post(
        "office", criticisms, unit_id=county.units["甲镇"], item_id=county.items["甲镇"], reason="道路仍未修复"
    )
    await county.post("office", criticisms, unit_id=county.units["环保局"], reason="监测数据迟报")
    commended = {"unit_id": county.units["民政局"], "reason": "救灾款发放及时"}
    await county.post("office", f"circulars/{drafted['id']}/commendations", **commended)
    await county.issue(drafted["id"])
    await county.on(2016, 4, 6)
    criticised = await county.decide(甲镇=late["甲镇"][1])
    assert {unit: rule for unit, (rule, _) in criticised.items()} == dict.fromkeys(
        ("甲镇", "环保局"), "circular_criticism"
    )
    (row,) = [row for row in (await county.get("office", "scores?year=2016"))["data"] if row["unit"] == "甲镇"]
    covered = {part["rule_code"]: part["covered_by"] for part in row["parts"]}
    assert covered == {"instruction_late": criticised["甲镇"][1], "circular_criticism": None}


async def _second_quarter(county: County) -> None:
    """Deductions by hand, an inspection that finds without costing, an extension, and a dispute that is won."""
    await county.on(2016, 5, 10)
    made = {}
    for row in BY_HAND:
        proposal = {
            "unit_id": county.units[row["单位"]],
            "rule_code": row["规则"],
            "fact_on": row["事实发生日"],
            "reason": row["情形"],
            "event": row["情形"],
        }
        made[row["单位"]] = await county.deduct(**proposal, **({"document": d} if (d := row["文件"]) != NONE else {}))
    asked = await county.post_as_unit(
        "子乡", f"items/{county.items['子乡']}/extensions", until_on="2016-08-31", reason="汛期不能施工"
    )
    await county.post("deputy", f"extensions/{asked['id']}/decision", verdict="granted", decision="情况属实")
    await _inspect(county)
    await county.post_as_unit("庚镇", f"deductions/{made['庚镇']}/dispute", grounds="当日受批评的是邻镇")
    await county.on(2016, 6, 1)
    ruling = {"verdict": "reversed", "reason": "会议记录证实"}
    await county.post("group", f"deductions/{made['庚镇']}/ruling", refused_as="same_person_decides", **ruling)
    await county.post("third", f"deductions/{made['庚镇']}/ruling", **ruling)


async def _inspect(county: County) -> None:
    plan = await county.post(
        "office",
        "inspection_plans",
        title="防汛实地督查",
        first_on="2016-05-16",
        last_on="2016-05-20",
        methods=["on_site"],
        unit_ids=[county.units["庚镇"], county.units["辛镇"]],
        official_ids=[county.officials["副县长甲"]],
    )
    path = f"inspection_plans/{plan['id']}"
    await county.post("deputy", f"{path}/decision", verdict="approved")
    await county.on(2016, 5, 20)
    finding = {"severity": "minor", "text": "沙袋不足", "found_on": "2016-05-17"}
    await county.post("office", f"{path}/findings", unit_id=county.units["辛镇"], **finding)
    await county.post("office", f"{path}/carrying_out")


async def _third_quarter(county: County) -> None:
    """The half-year's deadlines are past; the second quarter's circular and warnings; another dispute, lost."""
    await county.on(2016, 7, 4)
    decided = await county.decide(refused="丑乡")
    assert {unit: rule for unit, (rule, _) in decided.items()} == {
        "丑乡": "instruction_late",
        "乙镇": "instruction_late",
        "林业局": "instruction_late",
        "教育局": "notice_late",
        "丙镇": "decision_late",
        "水利局": "decision_late",
    }
    await county.on(2016, 7, 5)
    warned = await county.post("group", "quarterly_warnings", year=2016, quarter=2)
    told = [[row["unit"], row["points"], row["issued_level"]] for row in warned["data"] if row["issued_level"]]
    assert sorted(told) == sorted(list(row.values()) for row in SECOND_QUARTER)
    drafted = await county.post("office", "quarterly_circulars", year=2016, quarter=2, title="二季度督查通报")
    issued = await county.issue(drafted["id"])
    assert [row["unit"] for row in issued["warned"]][:2] == ["农业局", "财政局"]
    disputed = decided["林业局"][1]
    await county.post_as_unit("林业局", f"deductions/{disputed}/dispute", grounds="苗木未到货")
    await county.on(2016, 8, 1)
    verdict = {"verdict": "upheld", "reason": "苗木六月已到货"}
    await county.post("third", f"deductions/{disputed}/ruling", **verdict)
    await county.on(2016, 8, 20)
    await county.finish("子乡")


async def _to_the_years_end(county: County) -> None:
    """One unit falls to the floor; the key work is finished in time; late progress reports cost nobody anything."""
    await county.on(2016, 9, 30)
    for number in range(1, 22):
        poor = {"rule_code": "decision_poor", "fact_on": "2016-09-08", "reason": f"第{number}项部署落实不力"}
        await county.deduct(unit_id=county.units["丁镇"], **poor)
    await county.on(2016, 10, 10)
    warned = (await county.post("group", "quarterly_warnings", year=2016, quarter=3))["data"]
    assert [row["unit"] for row in warned if row["issued_level"] == "severe"] == ["丁镇"]
    await county.on(2016, 11, 25)
    for unit in LEDGER:
        await county.finish(unit)
    await county.on(2017, 1, 20)
    assert await county.decide() == {}
    async with county.committed.owner() as session:
        assert await session.scalar(select(func.count()).where(Obligation.marked_late_at.is_not(None)))


async def _settle(county: County) -> None:
    """The year is settled by two, frozen, and handed to the appraisal body (annex art. 5)."""
    await county.on(2017, 2, 20)
    await county.post("office", "settlements/2016")
    await county.post("group", "settlements/2016/confirmation")
    settled = {row["unit"]: row for row in (await county.get("auditor", "settlements/2016"))["data"]}
    assert len(settled) == 42
    expected = {row["单位"]: [row["督查"], row["扣分"], row["得分"], row["折算"]] for row in SETTLED}
    expected |= {unit: ["否", "0", "96.5", "3.86"] for unit in NEVER_INSPECTED}
    found = {
        unit: ["是" if row["is_inspected"] else "否", row["deducted"], row["score"], row["converted"]]
        for unit, row in settled.items()
    }
    assert found == expected
    assert {row["mean_of_kind"] for row in settled.values()} == {"88.7", "96.5"}
    export = await county.people["office"].get("/v1/settlements/2016/export")
    assert export.content.startswith(b"PK")
    (own,) = (await county.get("子乡", "settlements/2016"))["data"]
    assert own["unit"] == "子乡"
