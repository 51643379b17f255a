"""What a published text says, line by line; whatever its review took out or a correction put right is so here too."""

import re
from dataclasses import dataclass

from supervision.publication import rules

_LINE = re.compile(r"^([^：\n]{2,12})：(.+)$", re.MULTILINE)
_PERCENT = re.compile(r"(\d{1,3})%")
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class PublishedFacts:
    """What was promised, who answers for it, and how far it is; empty where the text does not say so."""

    goal: str = ""
    leader: str = ""
    unit: str = ""
    person: str = ""
    period: str = ""
    percent: int | None = None
    matter: str = ""
    limit: str = ""


def read_facts(body: str) -> PublishedFacts:
    lines = dict(_LINE.findall(body))
    return PublishedFacts(
        goal=lines.get(rules.GOAL, ""),
        leader=lines.get(rules.LEADER, ""),
        unit=lines.get(rules.UNIT, ""),
        person=lines.get(rules.PERSON, ""),
        period=lines.get(rules.PERIOD, ""),
        percent=_percent(lines.get(rules.PERCENT, "")),
        matter=lines.get(rules.MATTER, ""),
        limit=lines.get(rules.LIMIT, ""),
    )


def _percent(text: str) -> int | None:
    found = _PERCENT.fullmatch(text.strip())
    return int(found[1]) if found and int(found[1]) <= _WHOLE else None
