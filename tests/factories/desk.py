from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.desk import complaining
from supervision.desk.complaining import NewComplaint
from supervision.desk.models import RequestKind
from supervision.foundation.actors import Actor, Role
from supervision.foundation.ids import new_id

NOON = datetime(2016, 5, 20, 4, tzinfo=UTC)


def person(actor: Actor, role: Role = Role.OFFICE, **over: Any) -> Actor:
    """Return somebody of a role who has done nothing yet."""
    return Actor(actor.jurisdiction_id, role, **{"client_id": new_id(), "is_test": True, **over})


async def complain(session: AsyncSession, actor: Actor, unit_id: UUID, obligation_id: UUID) -> UUID:
    """Complain of a report that is asked for again."""
    new = NewComplaint(about_kind=RequestKind.OBLIGATION, about_id=obligation_id, text="上月已报送同样的材料")
    return await complaining.file_complaint(session, person(actor, Role.UNIT, unit_id=unit_id), new)
