from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.driver import Row, fetch_one
from supervision.foundation.errors import or_not_found
from supervision.operations import policy
from supervision.operations.models import Operation

OPERATION_COLUMNS = (
    Operation.id,
    Operation.kind,
    Operation.state,
    Operation.done,
    Operation.total,
    Operation.problems,
    Operation.result,
    Operation.created_at,
    Operation.finished_at,
    Operation.version,
)


async def get_operation(session: AsyncSession, actor: Actor, operation_id: UUID) -> Row:
    statement = select(*OPERATION_COLUMNS).where(Operation.id == operation_id, policy.visible_to(actor))
    return or_not_found(await fetch_one(session, statement))
