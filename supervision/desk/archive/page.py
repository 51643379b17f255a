from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from supervision.desk.archive.archive_event import Section
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.driver import Row
from supervision.items.states import ItemKind, ItemState

# By the kind and id of what happened.
Files = Mapping[tuple[str, str], str]
# Style stands in the page itself, so that it looks the same wherever the file is opened, and prints on A4.
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{number} {title}</title>
<style>
@page {{ size: A4; margin: 25mm 20mm; }}
body {{ max-width: 210mm; margin: 0 auto; padding: 1.5rem; line-height: 1.7; color: #1a1a1a;
  font-family: "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif; }}
header {{ border-bottom: 3px solid #b3141d; text-align: center; }}
header p {{ margin: 0; color: #b3141d; letter-spacing: .4em; }}
h1 {{ font-size: 1.5rem; margin: .4rem 0 1rem; }}
h2 {{ font-size: 1.1rem; margin: 1.6rem 0 .4rem; break-after: avoid; }}
dl {{ display: grid; grid-template-columns: 6em 1fr; gap: .2rem 1rem; }}
dt {{ color: #666; }} dd {{ margin: 0; }}
ol {{ list-style: none; margin: 0; padding: 0; }}
li {{ display: grid; grid-template-columns: 4em 1fr; gap: 1rem; padding: .45rem 0; border-top: 1px solid #ddd;
  break-inside: avoid; }}
time, small {{ color: #666; font-size: .9rem; }}
li p {{ margin: .2rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
strong {{ font-weight: 600; }} small {{ margin-left: .8em; }}
@media print {{ body {{ padding: 0; max-width: none; }} a {{ color: inherit; }} }}
</style>
</head>
<body>
<header><p>督查事项档案</p><h1>{title}</h1></header>
<dl>
{facts}
</dl>
{left_out}{days}
</body>
</html>
"""
_KINDS = {
    ItemKind.MAJOR_DECISION: "重大决策",
    ItemKind.SPECIAL_WORK: "专项",
    ItemKind.INSTRUCTION: "领导批（交）办",
    ItemKind.SUPERIOR_ASSIGNMENT: "上级部署",
    ItemKind.MAJOR_PROBLEM: "重大问题",
    ItemKind.OFFICE_NOTICE: "两办通知事项",
}
_STATES = {
    ItemState.REGISTERED: "待审批",
    ItemState.OPEN: "在办",
    ItemState.SUSPENDED: "中止",
    ItemState.CLOSED: "已销号",
    ItemState.TERMINATED: "已终止",
    ItemState.VOID: "作废",
    ItemState.MERGED: "已并案",
    ItemState.REFUSED: "不予立项",
}


def render(item: Row, events: Sequence[Row], files: Files, left_out: Sequence[Section]) -> str:
    """Write an archive as one page that a browser shows and prints; `files` names the file of each kind and id."""
    days = groupby(events, lambda event: _here(event["at"]).date())
    return _PAGE.format(
        number=escape(item["number"]),
        title=escape(item["title"]),
        facts="\n".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in _facts(item) if value),
        left_out=_missing(left_out),
        days="\n".join(
            f"<h2>{day.year}年{day.month}月{day.day}日</h2>\n<ol>\n{_list(happened, files)}\n</ol>"
            for day, happened in ((day, list(group)) for day, group in days)
        ),
    )


def _facts(item: Row) -> Sequence[tuple[str, object]]:
    return (
        ("立项编号", item["number"]),
        ("类别", _KINDS[ItemKind(item["kind"])]),
        ("来源", item["source"]),
        ("收到日期", item["received_on"]),
        ("办理时限", "长期" if item["is_standing"] else item["deadline_on"]),
        ("最初时限", item["first_deadline_on"] if item["first_deadline_on"] != item["deadline_on"] else None),
        ("状态", _STATES[ItemState(item["state"])]),
        ("办结日期", item["closed_on"]),
    )


def _missing(left_out: Sequence[Section]) -> str:
    titles = "、".join(section.title for section in left_out)
    return f"<p>无权查阅、未收入本档案的部分：{escape(titles)}。</p>\n" if titles else ""


def _list(events: Sequence[Row], files: Files) -> str:
    return "\n".join(_line(event, files.get((event["kind"], event["id"]))) for event in events)


def _line(event: Row, file: str | None) -> str:
    by = " ".join(escape(event[name]) for name in ("unit", "who") if event[name])
    text = f'<a href="{escape(file)}">{escape(file)}</a>' if file else escape(event["text"] or "")
    return (
        f"<li><time>{_here(event['at']):%H:%M}</time><div><strong>{escape(event['title'])}</strong>"
        f"{f'<small>{by}</small>' if by else ''}{f'<p>{text}</p>' if text else ''}</div></li>"
    )


def _here(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)
