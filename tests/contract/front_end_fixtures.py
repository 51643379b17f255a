"""What a county needs so that the operations on front ends can succeed."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.router import scopes_of
from supervision.foundation.actors import Actor, Role
from supervision.identity.front_ends import client_keys, named_officials
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.factories.identity import make_client, make_official, make_unit
from tests.factories.reviews import person


async def add_fixtures(session: AsyncSession, actor: Actor, _standing: CallersByRole, made: FixtureValues) -> None:
    """Put keys that somebody else issued into a county, and officials whom somebody else named for a front end."""
    other, scopes = person(actor, Role.SECURITY_ADMINISTRATOR), scopes_of(Role.LEADER)
    client_id = await make_client(session, actor)
    issued = [
        await client_keys.issue_key(session, other, client_id, kind="test", scopes=sorted(scopes), allowed=scopes)
        for _ in range(client_keys.ACTIVE_KEYS)
    ]
    made.place("approve_key", client_id=[client_id], key_id=[key_id for key_id, _ in issued])
    front_end = await make_client(session, actor, may_act_for_officials=True)
    unit_id = await make_unit(session, actor)
    officials = [await make_official(session, actor, unit_id) for _ in range(16)]
    namings = [
        await named_officials.name_official(session, other, front_end, official_id=each, role=Role.LEADER)
        for each in officials[:8]
    ]
    made.place("approve_client_official", client_id=[front_end], naming_id=namings[:4])
    made.place("end_client_official", client_id=[front_end], naming_id=namings[4:])
    made.place("get_client_official", client_id=[front_end], naming_id=namings)
    made.place("list_client_officials", client_id=[front_end])
    made.place("name_client_official", client_id=[front_end])
    made.bodies["name_client_official"] = [{"official_id": str(each), "role": "office"} for each in officials]
