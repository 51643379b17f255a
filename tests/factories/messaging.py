from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor
from supervision.foundation.database import enter
from supervision.foundation.ids import new_id
from supervision.identity import telephones
from supervision.identity.models import Official
from supervision.messaging import broadcasts, templates
from supervision.messaging.audience import Audience
from tests.factories.identity import make_unit
from tests.places import Committed, Place

_numbers = count(1)


def telephone(number: int) -> str:
    return f"+861999999{number:04d}"


async def make_officials(session: AsyncSession, actor: Actor, many: int, **over: Any) -> list[UUID]:
    """Make officials of a unit of their own, in one statement, with numbers from `first` on."""
    first = over.pop("first", 0)
    unit_id = over.pop("unit_id", None) or await make_unit(session, actor)
    rows = [_official(actor, unit_id, telephone(first + each), over) for each in range(many)]
    await session.execute(insert(Official), rows)
    return [row["id"] for row in rows]


def _official(actor: Actor, unit_id: UUID, number: str, over: dict[str, Any]) -> dict[str, Any]:
    official_id = new_id()
    return {
        "id": official_id,
        "unit_id": unit_id,
        "name": f"示例人员{next(_numbers)}",
        "post": "示例职务",
        "position": "handler",
        "leadership_level": "deputy_section",
        "telephone_sealed": telephones.seal(number, jurisdiction_id=actor.jurisdiction_id, official_id=official_id),
        "telephone_index": telephones.blind_index(number),
        "telephone_masked": telephones.mask(number),
        "left_on": None,
        "version": 1,
        **over,
    }


def as_test(actor: Actor) -> Actor:
    """The same actor with a test key: its messages keep no quiet hours and go to the test gateway."""
    return replace(actor, is_test=True)


async def make_broadcast(
    session: AsyncSession, actor: Actor, official_ids: Sequence[UUID], *, matter: str = "示例事由", **over: Any
) -> UUID:
    """Broadcast a notice to these officials, default templates installed where they are missing."""
    await templates.install_defaults(session, actor)
    wanted: dict[str, Any] = {
        "template": "notice",
        "variables": {"text": over.pop("words", "请按时报送进展。")},
        "audience": Audience(official_ids=official_ids),
    }
    shown = (await broadcasts.preview(session, actor, **wanted)).shown
    return await broadcasts.confirm(session, actor, **wanted, shown=shown, matter=matter, is_approved=True, **over)


async def stock(committed: Committed, many: int, *, code: str = "330326", **over: Any) -> Place:
    """Found a county and commit a broadcast of test messages to so many officials of it."""
    place = await committed.found(code)
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        officials = await make_officials(session, place.actor, many, **over)
        await make_broadcast(session, as_test(place.actor), officials)
        await session.commit()
    return place


async def ask(committed: Committed, question: str, **facts: Any) -> list[Any]:
    """Ask the committed database across all counties, or change what only time would change."""
    async with committed.worker() as session:
        rows = await session.execute(text(question), facts)
        answer = list(rows.all()) if question.startswith("SELECT") else []
        await session.commit()
    return answer


async def states_of(session: AsyncSession) -> dict[str, int]:
    """Count all messages that the session sees by state."""
    rows = await session.execute(text("SELECT state, count(*) AS messages FROM message GROUP BY state"))
    return {row.state: row.messages for row in rows}
