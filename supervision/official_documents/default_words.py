"""The words of each kind until a county writes its own."""

from collections.abc import Mapping
from types import MappingProxyType

from supervision.official_documents.rules import Words
from supervision.official_documents.states import DocumentKind

DEFAULTS: Mapping[str, Words] = MappingProxyType(
    {
        DocumentKind.NOTICE: Words(
            title="关于“{item}”的督查通知",
            body=(
                "现就“{item}”（立项编号：{item_number}）有关要求通知如下：\n{text}\n"
                "请于{limit}前办理完毕，并通过督查系统报送办理情况。逾期未办理的，将按有关规定予以通报。"
            ),
        ),
        DocumentKind.SLIP: Words(
            title="督查抄告单",
            body=(
                "现将“{item}”（立项编号：{item_number}）有关情况抄告如下：\n{text}\n"
                "请按职责抓好落实，并于{limit}前通过督查系统反馈办理情况。"
            ),
        ),
        DocumentKind.URGING: Words(
            title="关于{notice}的催办通知",
            body=(
                "{notice}已于{delivered}送达你单位，至今尚未签收。\n{note}\n"
                "请立即通过督查系统签收，并于{limit}前办理完毕。"
            ),
        ),
        DocumentKind.REWORK: Words(
            title="关于退回重办“{task}”的通知",
            body=(
                "你单位{reported}报送的第{round}次办结报告收悉。经审查，尚未达到办结要求，现予退回重办。\n"
                "一、未达到的要求\n{unmet}\n二、审查意见\n{opinion}\n三、重办时限\n"
                "请于{until}前重新办理，并再次报送办结报告。"
            ),
        ),
        DocumentKind.FEEDBACK: Words(
            title="关于“{task}”的督查反馈意见",
            body="{unit}承办的“{task}”已经办结并通过审查。现将督查意见反馈如下：\n{feedback}",
        ),
        DocumentKind.CIRCULAR: Words(title="{title}", recipients="各乡镇、县直各部门：", body="{text}"),
        DocumentKind.RECTIFICATION: Words(
            title="限时整改通知",
            body=(
                "经督查，你单位存在以下问题：\n{matter}\n"
                "请于{limit}前整改到位，并通过督查系统报送整改情况。整改情况将予以核查。"
            ),
        ),
        DocumentKind.WARNING: Words(
            title="关于{quarter}督查情况的{level}通知",
            body=(
                "{quarter}，你单位督查累计扣{points}分，达到{level}界限。\n"
                "请认真分析原因，及时整改，确保各项工作按时限推进。如对扣分有异议，可按规定申请复核。"
            ),
        ),
        DocumentKind.PRESS_RELEASE: Words(
            head="",
            title="{title}",
            recipients="",
            body="{correction}\n{text}\n（{office}{date}供稿）",
            signature="",
        ),
        DocumentKind.ACCOUNTABILITY: Words(
            title="关于对{unit}{person}的问责建议",
            body=(
                "根据督查情况，现就{unit}{person}有关问题提出问责建议。\n一、基本事实\n{facts}\n"
                "二、责任倒查\n{traced}\n三、建议\n建议按照干部管理权限和有关规定研究处理，并将处理结果反馈我室。"
            ),
        ),
    }
)
