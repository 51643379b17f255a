"""What a county needs so that the operations on front ends can succeed."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.identity.front_ends import client_keys
from tests.contract.fixture_values import CallersByRole, Furniture
from tests.factories.identity import make_client
from tests.factories.reviews import person


async def furnish(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: Furniture) -> None:
    """Put keys that somebody else issued into a county."""
    other, scopes = person(actor, Role.SECURITY_ADMINISTRATOR), scopes_of(Role.LEADER)
    client_id = await make_client(session, actor)
    issued = [
        await client_keys.issue_key(session, other, client_id, kind="test", scopes=sorted(scopes), allowed=scopes)
        for _ in range(client_keys.ACTIVE_KEYS)
    ]
    made.place("approve_key", client_id=[client_id], key_id=[key_id for key_id, _ in issued])
