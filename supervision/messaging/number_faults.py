"""Numbers that lead nowhere or to somebody else, and messages that a number which came later should get."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.clock import real_now
from supervision.foundation.driver import fetch
from supervision.foundation.ids import new_id
from supervision.messaging.gateways.code_meanings import CodeClass
from supervision.messaging.gateways.codes import classify
from supervision.messaging.models import NumberFault
from supervision.messaging.states import NumberFaultKind

_WHOSE = text("""
    SELECT id, jurisdiction_id, official_id FROM message WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id
""")
# Of a week: what is older is news to nobody. Only what the number itself did not take, and no person decided about.
_RENEWED = """
    FROM number_fault f JOIN official o ON o.id = f.official_id AND o.telephone_since > f.noted_at
        AND o.telephone_sealed IS NOT NULL AND o.left_on IS NULL
    JOIN message m ON m.id = f.message_id AND m.state IN ('failed', 'refused') AND m.erased_at IS NULL
        AND f.noted_at > now() - interval '7 days'
    WHERE NOT EXISTS (SELECT FROM message_decision d WHERE d.message_id = m.id)
"""
_COUNTIES = text(f"SELECT DISTINCT f.jurisdiction_id {_RENEWED}")
_FIND_RENEWED = text(f"SELECT m.id {_RENEWED} ORDER BY m.id LIMIT :limit")


def is_invalid(code: str | None) -> bool:
    """Tell whether a gateway's code says that the number itself is at fault."""
    return classify(code).kind is CodeClass.INVALID


async def note(session: AsyncSession, message_ids: Sequence[int], fault: NumberFaultKind) -> None:
    """Note what is wrong with the numbers that these messages went to; the last word counts."""
    if not message_ids:
        return
    newest = {row["official_id"]: row for row in await fetch(session, _WHOSE, {"ids": list(message_ids)})}
    now = real_now()
    rows = [
        {
            "id": new_id(),
            "jurisdiction_id": row["jurisdiction_id"],
            "official_id": official_id,
            "message_id": row["id"],
            "fault": fault,
            "noted_at": now,
        }
        for official_id, row in sorted(newest.items())
    ]
    new = insert(NumberFault)
    last_word = {name: new.excluded[name] for name in ("message_id", "fault", "noted_at")}
    await session.execute(new.on_conflict_do_update(index_elements=["official_id"], set_=last_word), rows)


async def find_counties(session: AsyncSession) -> list[UUID]:
    """Find the counties where a message waits for a number that came after it."""
    return [row["jurisdiction_id"] for row in await fetch(session, _COUNTIES)]


async def find_renewed(session: AsyncSession, *, limit: int) -> list[int]:
    """Find the messages that a number did not take whose official has another one since."""
    return [row["id"] for row in await fetch(session, _FIND_RENEWED, {"limit": limit})]
