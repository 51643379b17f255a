from typing import Annotated

from fastapi import Query, Response

from api.dependencies import ActorDep, SessionDep, VersionDep
from api.permissions import ADMINISTRATOR, AUDITOR, OFFICE, Scope, may
from api.replies import one, reply
from api.router import Router
from api.schemas.message_costs import MessageCosts, MessageQuotaOut, SetMessageQuota
from api.schemas.publication import Month
from supervision.messaging import message_costs, quotas

router = Router("messaging")


@router.get(
    "/message_quota",
    permission=may(Scope.MESSAGES_READ, OFFICE, ADMINISTRATOR, AUDITOR),
    response_model=MessageQuotaOut,
)
async def get_message_quota(session: SessionDep, actor: ActorDep) -> Response:
    """Read how many parts may leave a day and a month, and how many do."""
    return one(await quotas.read_message_quota(session, actor))


@router.put("/message_quota", permission=may(Scope.MESSAGES_WRITE, ADMINISTRATOR), response_model=MessageQuotaOut)
async def set_message_quota(
    body: SetMessageQuota, session: SessionDep, actor: ActorDep, version: VersionDep
) -> Response:
    """Set how many parts broadcasts may use a day and a month; reminders count and are never refused."""
    await quotas.set_message_quota(session, actor, version, **body.model_dump())
    return one(await quotas.read_message_quota(session, actor))


@router.get("/message_costs", permission=may(Scope.MESSAGES_READ, OFFICE, AUDITOR), response_model=MessageCosts)
async def get_message_costs(
    session: SessionDep,
    actor: ActorDep,
    month: Annotated[Month, Query(description="a month of Shanghai's calendar", examples=["2016-04"])],
) -> Response:
    """Read what the messages of a month cost, by unit, template and gateway."""
    return reply(await message_costs.read_message_costs(session, actor, month=month))
