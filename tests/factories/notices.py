from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.notices import sign_off
from supervision.notices.states import NoticeState
from supervision.papers import instruction_papers
from supervision.papers.instruction_papers import NewPaper
from tests.factories.identity import make_official, make_unit
from tests.factories.items import make_item
from tests.factories.signatures import AS_READ

LIMIT = date(2199, 12, 31)
_SIGN = {
    NoticeState.CHECKED: sign_off.check_notice,
    NoticeState.COUNTERSIGNED: sign_off.countersign_notice,
    NoticeState.ISSUED: sign_off.issue_notice,
}


def somebody(actor: Actor, role: Role = Role.OFFICE) -> Actor:
    """Return another person of the role in the actor's jurisdiction, at each call a new one."""
    return Actor(actor.jurisdiction_id, role, client_id=new_id(), is_test=True)


async def make_leader(session: AsyncSession, actor: Actor, position: str = "county_leader") -> UUID:
    return await make_official(session, actor, await make_unit(session, actor, kind="other"), position=position)


async def make_paper(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    """Enter a paper of the principal leader, unless other leaders are given."""
    leader_ids = over.pop("leader_ids", None) or [await make_leader(session, actor, "principal_county_leader")]
    facts = {
        "sender": "示例乡党委",
        "title": "关于整治河道的报告",
        "words": "请抓紧办理，月底前报结果。",
        "instructed_on": date(2016, 3, 1),
        "secrecy": "internal",
        **over,
    }
    new = NewPaper(**facts)
    return await instruction_papers.register_instruction_paper(session, somebody(actor), new, leader_ids=leader_ids)


async def make_notice(session: AsyncSession, actor: Actor, *, state: str = NoticeState.DRAFTED, **over: Any) -> UUID:
    """Draft a notice to one unit and take it as far as the state, each step by a person of its own."""
    item_id = over.pop("item_id", None) or await make_item(session, actor)
    unit_ids = over.pop("unit_ids", None) or [await make_unit(session, actor)]
    drafter = over.pop("drafter", None) or somebody(actor)
    facts = {"kind": "notice", "text": "请按要求办理。", "limit_on": LIMIT, **over}
    notice_id = await sign_off.draft_notice(session, drafter, item_id, unit_ids=unit_ids, **facts)
    for step, sign in _SIGN.items():
        if state == NoticeState.DRAFTED:
            break
        await sign(session, somebody(actor), notice_id, AS_READ)
        if step == state:
            break
    return notice_id
