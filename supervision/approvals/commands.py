"""What is done once a proposal is approved: the command of its room, with what was proposed."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.approvals.states import ProposalKind
from supervision.foundation.actors import Actor
from supervision.identity import two_person_steps
from supervision.identity.models import LeadershipLevel, Position, UnitKind
from supervision.items import registration_approval
from supervision.items.item_audience import with_parties
from supervision.messaging import broadcasts, templates
from supervision.messaging.audience import Audience
from supervision.notices import sign_off
from supervision.official_documents import templates as document_templates
from supervision.official_documents.rules import Words
from supervision.reviews import suspension
from supervision.scoring import policy_adoption

Command = Callable[[AsyncSession, Actor, UUID | None, Mapping[str, Any]], Awaitable[object]]


async def _set_item_procedure(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    await registration_approval.set_item_procedure(session, actor, **content)


async def _set_notice_procedure(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    await sign_off.set_notice_procedure(session, actor, **content)


async def _terminate_item(
    session: AsyncSession, actor: Actor, subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    if subject_id is None:
        raise ValueError(content)
    ordered_on = date.fromisoformat(content["ordered_on"])
    await suspension.terminate_item(session, actor, subject_id, **{**content, "ordered_on": ordered_on})


async def _write_template(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    await templates.write_template(session, actor, **content)


async def _broadcast(session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]) -> None:
    told = content["audience"]
    audience = Audience(
        min_level=LeadershipLevel(told["min_level"]) if told["min_level"] else None,
        unit_kinds=[UnitKind(each) for each in told["unit_kinds"]],
        positions=[Position(each) for each in told["positions"]],
        unit_ids=_ids(told, "unit_ids"),
        official_ids=_ids(told, "official_ids"),
        group_ids=_ids(told, "group_ids"),
        item_ids=_ids(told, "item_ids"),
        excluded_ids=_ids(told, "excluded_ids"),
    )
    audience = await with_parties(session, actor, audience)
    send_at = datetime.fromisoformat(content["send_at"]) if content.get("send_at") else None
    await broadcasts.confirm(session, actor, **{**content, "audience": audience, "send_at": send_at}, is_approved=True)


def _ids(told: Mapping[str, Any], name: str) -> list[UUID]:
    # A proposal that waits since an earlier version has not all of them.
    return [UUID(each) for each in told.get(name, ())]


async def _adopt_policy(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    changes = {name: Decimal(value) if isinstance(value, str) else value for name, value in content["changes"].items()}
    await policy_adoption.adopt_next_policy(
        session,
        actor,
        effective_on=date.fromisoformat(content["effective_on"]),
        adopted_by=content["adopted_by"],
        changes=changes,
        points={code: Decimal(value) for code, value in content["points"].items()},
        readings=content["readings"],
    )


async def _set_two_person_steps(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    await two_person_steps.set_two_person_steps(session, actor, **content)


async def _write_document_template(
    session: AsyncSession, actor: Actor, _subject_id: UUID | None, content: Mapping[str, Any]
) -> None:
    words = Words(**{name: text for name, text in content.items() if name != "kind"})
    await document_templates.write_document_template(
        session, actor, kind=content["kind"], words=words, is_approved=True
    )


COMMANDS: Mapping[ProposalKind, Command] = MappingProxyType(
    {
        ProposalKind.SET_ITEM_PROCEDURE: _set_item_procedure,
        ProposalKind.SET_NOTICE_PROCEDURE: _set_notice_procedure,
        ProposalKind.TERMINATE_ITEM: _terminate_item,
        ProposalKind.WRITE_TEMPLATE: _write_template,
        ProposalKind.PROPOSE_BROADCAST: _broadcast,
        ProposalKind.ADOPT_SCORING_POLICY: _adopt_policy,
        ProposalKind.SET_TWO_PERSON_STEPS: _set_two_person_steps,
        ProposalKind.PROPOSE_DOCUMENT_TEMPLATE: _write_document_template,
    }
)
