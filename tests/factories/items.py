from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.items.registration import NewItem
from supervision.ledgers import entered_items

_numbers = count(1)


async def make_item(session: AsyncSession, actor: Actor, **over: Any) -> UUID:
    facts: dict[str, Any] = {
        "kind": "instruction",
        "title": f"示例事项{next(_numbers)}",
        "source": "县领导批示",
        "received_on": date(2016, 3, 1),
        "deadline_on": date(2016, 3, 31),
        **over,
    }
    given = {name: facts.pop(name) for name in ("kind", "year") if name in facts}
    return await entered_items.register_item(session, actor, NewItem(**facts), **given)
