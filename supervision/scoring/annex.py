from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from supervision.items.states import ItemKind
from supervision.scoring.models import Needs


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the annex: which fact costs how many points, and what it needs beside a reason.

    `late_item_kind` finds its lateness by itself.
    """

    code: str
    article: int
    points: Decimal
    fact: str
    late_item_kind: ItemKind | None = None
    needs: Needs = Needs.NOTHING


@dataclass(frozen=True, slots=True)
class Policy:
    """What a county adopts: base and floor in points, the rules, and how the source's doubtful words are read.

    Where the source is damaged or silent: points lost in a quarter from which a unit is warned, percent of the score
    that enters the annual appraisal, days to dispute a deduction and to decide on the dispute.
    """

    base: Decimal
    floor: Decimal
    rules: tuple[Rule, ...]
    readings: tuple[dict[str, Any], ...]
    attention_at: Decimal = Decimal(3)
    warning_at: Decimal = Decimal(6)
    severe_at: Decimal = Decimal(10)
    township_percent: Decimal = Decimal(2)
    department_percent: Decimal = Decimal(4)
    dispute_days: int = 30
    ruling_days: int = 30


def _rule(
    code: str,
    article: int,
    points: int,
    fact: str,
    late_item_kind: ItemKind | None = None,
    needs: Needs = Needs.NOTHING,
) -> Rule:
    return Rule(code, article, Decimal(points), fact, late_item_kind, needs)


def _reading(matter: str, source: str, adopted: str) -> dict[str, Any]:
    return {"matter": matter, "source": source, "adopted": adopted}


DEFAULT_POLICY = Policy(
    base=Decimal(100),
    floor=Decimal(0),
    rules=(
        _rule(
            "superior_criticism", 6, 3, "因工作原因在省、市有关部门组织的督查中存在问题被通报批评", needs=Needs.DOCUMENT
        ),
        _rule("instruction_late", 7, 2, "领导批（交）办事项无正当理由超过时限要求", ItemKind.INSTRUCTION),
        _rule("instruction_poor", 7, 3, "领导批（交）办事项落实不力"),
        _rule("decision_late", 8, 3, "县委、县政府重要会议、重要文件贯彻落实不及时", ItemKind.MAJOR_DECISION),
        _rule("decision_poor", 8, 5, "县委、县政府重要会议、重要文件落实不力"),
        _rule("department_circular", 9, 3, "在县委、县政府有关部门组织的督查中发现问题被通报", needs=Needs.DOCUMENT),
        _rule("meeting_criticism", 10, 3, "在全县大会上被领导口头批评"),
        _rule("instruction_criticism", 10, 3, "在领导批示件被点名批评", needs=Needs.DOCUMENT),
        _rule("notice_late", 11, 2, "县“两办”通知下达的其他事项不能按时完成", ItemKind.OFFICE_NOTICE),
        _rule("notice_poor", 11, 3, "县“两办”通知下达的其他事项落实不力"),
        _rule("circular_criticism", 12, 3, "在督查通报中被通报批评"),
        _rule(
            "media_criticism",
            12,
            5,
            "被新闻媒体点名批评，或在内部参阅件上被刊登批评，经查属实",
            needs=Needs.VERIFICATION,
        ),
    ),
    readings=(
        _reading("基本分值", "20230分（文字受损）", "100分"),
        _reading("计入绩效考核的比例", "分别按照2%和4%计入", "乡镇2%，县直部门4%"),
        _reading("适用对象", "全县各乡镇及县直机关部门", "类别为“其他”的单位受督查，不计分"),
        _reading("得分的时点", "未规定", "扣分与撤销自确认之时起计；事实发生日决定年度、季度和适用的办法版本"),
        _reading("同一事实适用多条", "未规定", "同一事项的同一情形只按最高一项扣分，其余列明；撤销后次高者计"),
        _reading("最低分", "未规定", "得分不低于0分"),
        _reading(
            "全年未被督查到的单位", "取乡镇和部门最终得分的平均值", "取同类被督查单位年终得分的平均值，没有则取基本分值"
        ),
        _reading("无正当理由", "仅第七条提及，未作界定", "由督查室判断并记录；第八条、第十一条事项以获批的延期为准"),
        _reading(
            "何种事项逾期适用何条",
            "第七条、第八条、第十一条",
            "领导批（交）办适用第七条，重大决策适用第八条，两办通知事项适用第十一条，其余不适用；以事项时限为准，进展报告迟报只催报、不扣分",
        ),
        _reading("配合单位是否扣分", "未规定", "不扣，扣分中另行指明的除外"),
        _reading("季度预警的界限", "未规定", "季度内扣3分提示，扣6分预警，扣10分严重预警"),
        _reading("提出与确认", "督查室管理，督查组解释", "一人提出，另一人确认，撤销由第三人决定"),
        _reading(
            "异议", "未规定", "单位可自确认之日起30日内提出，由未提出、未确认该扣分的人在30日内裁定，裁定撤销前照常计分"
        ),
        _reading(
            "年终结算之后的更正",
            "未规定",
            "年度结算经确认后，该年度不再记入扣分与撤销；误扣的分值经提出和另一人确认，记入次年（可高于基本分值），"
            "或经两人批准重新结算，原结算存档",
        ),
    ),
)
