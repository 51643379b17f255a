import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.documents import uploads
from supervision.documents.models import Secrecy
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id
from supervision.inspections import conclusions, findings, plans
from supervision.inspections.models import Method, Severity
from supervision.inspections.plans import PlanScope
from supervision.inspections.states import PlanState
from tests.factories.identity import make_official, make_unit
from tests.factories.signatures import AS_READ

NOON = datetime(2016, 5, 20, 4, tzinfo=UTC)
PDF = b"%PDF-1.7\n%%EOF\n"


@dataclass(frozen=True)
class Inspected:
    """Two units that a plan covers, and one official of its team."""

    unit_id: UUID
    other_id: UUID
    official_id: UUID

    def scope(self) -> PlanScope:
        return PlanScope(unit_ids=[self.unit_id, self.other_id], item_ids=[], official_ids=[self.official_id])


def person(actor: Actor, role: Role = Role.OFFICE, *, unit_id: UUID | None = None) -> Actor:
    """Return somebody new of a role, in a test jurisdiction's way."""
    return Actor(actor.jurisdiction_id, role, client_id=new_id(), unit_id=unit_id, is_test=True)


async def make_inspected(session: AsyncSession, actor: Actor) -> Inspected:
    team_id = await make_unit(session, actor, kind="other")
    return Inspected(
        await make_unit(session, actor), await make_unit(session, actor), await make_official(session, actor, team_id)
    )


async def draft_plan(
    session: AsyncSession,
    actor: Actor,
    inspected: Inspected,
    *,
    methods: Sequence[Method] = (Method.ON_SITE,),
    **over: Any,
) -> UUID:
    facts = {
        "title": "五月督查",
        "first_on": date(2016, 5, 3),
        "last_on": date(2016, 5, 20),
        "scope": inspected.scope(),
        **over,
    }
    return await plans.draft_plan(session, person(actor), methods=methods, **facts)


async def approve_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> UUID:
    await plans.decide_plan(session, person(actor), plan_id, AS_READ, verdict=PlanState.APPROVED)
    return plan_id


async def carry_out_plan(session: AsyncSession, actor: Actor, plan_id: UUID) -> UUID:
    await approve_plan(session, actor, plan_id)
    await plans.carry_out_plan(session, person(actor), plan_id)
    return plan_id


async def record_finding(session: AsyncSession, actor: Actor, plan_id: UUID, unit_id: UUID, **over: Any) -> UUID:
    facts = {"severity": Severity.SERIOUS, "text": "示例问题", "found_on": date(2016, 5, 3), **over}
    return await findings.record_finding(session, person(actor), plan_id, unit_id=unit_id, **facts)


async def send_conclusion(session: AsyncSession, actor: Actor, plan_id: UUID, unit_id: UUID) -> UUID:
    return await conclusions.send_conclusion(session, person(actor), plan_id, unit_id=unit_id, text="示例结论")


async def upload(session: AsyncSession, actor: Actor, raw: bytes = PDF, *, name: str | None = None) -> UUID:
    return await uploads.upload_attachment(session, actor, raw=raw, secrecy=Secrecy.INTERNAL, name=name)


def office_file(*members: str) -> bytes:
    """Return a container of the office programs with these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member in ("[Content_Types].xml", *members):
            archive.writestr(member, "<x/>")
    return target.getvalue()
