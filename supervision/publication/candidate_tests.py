"""The three tests by which the record offers something for publication, told in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from supervision.publication.states import Channel

_ORDER_STATES = {
    "ordered": ("已责令整改", "ordered to be put right"),
    "reported": ("单位已报告整改，待核实", "reported as put right, to be verified"),
    "closed": ("已核实整改到位", "verified as put right"),
}


class CandidateTest(StrEnum):
    FIT = "fit"
    MEASURABLE = "measurable"
    PROGRESSING = "progressing"


def reasons(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say of what is offered why it passes each of the three tests (§5(2))."""
    told = {Channel.PROGRESS: _progress, Channel.CIRCULARS: _circular, Channel.EXPOSURE: _order}[facts["channel"]]
    return [{"test": test, "zh": zh, "en": en} for test, (zh, en) in zip(CandidateTest, told(facts), strict=True)]


Told = tuple[tuple[str, str], tuple[str, str], tuple[str, str]]


def _progress(facts: Mapping[str, Any]) -> Told:
    figures, nodes, reached = facts["figures"], facts["nodes"], facts["nodes_reached"]
    zh = [f"进度由{facts['before']}%到{facts['reached']}%"] if facts["reached"] > facts["before"] else []
    en = [f"from {facts['before']} to {facts['reached']} percent"] if zh else []
    if reached:
        zh.append(f"报告期内达到时间节点{reached}个")
        en.append(f"time nodes reached in the period: {reached}")
    return (
        ("不属于工作秘密，报告未退回", "no work secret, and the report was not returned"),
        (f"本期指标数值{figures}项，时间节点{nodes}个", f"figures of indicators: {figures}; time nodes: {nodes}"),
        ("，".join(zh), "; ".join(en)),
    )


def _circular(facts: Mapping[str, Any]) -> Told:
    return (
        ("已印发，工作秘密事项不列入", "issued; items that are work secrets are left out"),
        (
            f"通报表扬{facts['reached']}项，通报批评{facts['before']}项",
            f"commendations: {facts['reached']}; criticisms: {facts['before']}",
        ),
        (f"已形成通报{facts['state']}", f"issued as {facts['state']}"),
    )


def _order(facts: Mapping[str, Any]) -> Told:
    zh, en = _ORDER_STATES[facts["state"]]
    return (
        ("不属于工作秘密", "no work secret"),
        (f"整改时限{facts['reached']}天", f"to be put right within {facts['reached']} days"),
        (zh, en),
    )
