from supervision.foundation.database import enter
from tests.factories.identity import make_official, make_unit
from tests.house import Committed, Place


async def furnish(house: Committed, place: Place) -> None:
    """Put into a county what its operations need to succeed."""
    async with house.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        unit_id = await make_unit(session, place.actor)
        await make_official(session, place.actor, unit_id)
        await session.commit()
    # Clients whose keys may be revoked and issued.
    for _ in range(5):
        await house.callers(place, "leader")
