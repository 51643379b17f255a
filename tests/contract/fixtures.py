"""What a county needs so that each of its operations can succeed."""

from sqlalchemy import select, text

from supervision.cadence.timetable import USUAL
from supervision.foundation import clock
from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.identity import service as clients
from supervision.identity.models import ClientKey
from supervision.operations import service as operations
from supervision.reviews import ledger_standing
from supervision.scoring import settlement
from tests.contract import (
    appointment_fixtures,
    approval_fixtures,
    bulletin_fixtures,
    front_end_fixtures,
    inspection_fixtures,
    item_fixtures,
    message_fixtures,
    notice_fixtures,
    official_document_fixtures,
    progress_fixtures,
    publication_fixtures,
    review_fixtures,
    score_fixtures,
    task_fixtures,
)
from tests.contract.fixture_values import CallersByRole, FixtureValues
from tests.contract.score_fixtures import SETTLED, WAITING
from tests.factories import progress
from tests.factories.identity import make_client
from tests.factories.reviews import person
from tests.places import Committed, Place

# Rows that the factories made without a number of their own must not be in the way of the next numbers.
COUNT_ON = text(
    "INSERT INTO item_counter (kind, year, last) SELECT kind, year, max(sequence) FROM item GROUP BY 1, 2 "
    "ON CONFLICT (jurisdiction_id, kind, year) DO UPDATE SET last = greatest(item_counter.last, excluded.last)"
)
# In this order: later ones add to what earlier ones made.
ROOMS = (
    appointment_fixtures,
    task_fixtures,
    progress_fixtures,
    review_fixtures,
    message_fixtures,
    notice_fixtures,
    publication_fixtures,
    score_fixtures,
    bulletin_fixtures,
    approval_fixtures,
    front_end_fixtures,
    inspection_fixtures,
    item_fixtures,
    official_document_fixtures,
)


async def add_fixtures(committed: Committed, place: Place, standing: CallersByRole) -> FixtureValues:
    """Put into a county what its operations need, and tell what was put there."""
    made = FixtureValues()
    made.put("year", values=[2016, 2016, SETTLED, WAITING])
    made.put("jurisdiction", values=[place.code])
    made.put("revision", values=[1])
    made.put("channel", values=["progress"])
    made.put("name", values=["notice", "http"])
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        await progress.open_ledger(session, place.actor)
        made.put("check_id", values=[await ledger_standing.check_ledger(session, place.actor, year=2016)])
        made.bodies["close_ledger"] = [{"deadlines": []}]
        year = (await clock.today(session)).year
        made.place("open_ledger", year=[year - 1, year, year + 1])
        made.bodies["set_rhythm"] = [{"kind": kind, "due_after": 2} for kind in USUAL]
        for room in ROOMS:
            await room.add_fixtures(session, place.actor, standing, made)
        # Units that later rooms registered belong to the year that waits to be confirmed.
        await settlement.prepare_settlement(session, person(place.actor), year=WAITING)
        await session.execute(COUNT_ON)
        office = standing[Role.OFFICE]
        asking = Actor(place.actor.jurisdiction_id, Role.OFFICE, client_id=office.client_id, is_test=True)
        watched = await operations.start(session, asking, kind="ledger_import", arguments={"year": 2016})
        made.put("operation_id", values=[watched])
        await session.commit()
    spare = await committed.callers(place, "leader", scopes=frozenset({"items:read"}))
    async with committed.api() as session:
        await enter(session, place.actor.jurisdiction_id)
        keys = await session.scalars(select(ClientKey.id).where(ClientKey.client_id == spare.client_id))
        made.put("client_id", values=[spare.client_id])
        made.put("key_id", values=list(keys))
        doors = [await make_client(session, place.actor) for _ in range(8)]
        for client_id in doors[4:]:
            await clients.disable_client(session, place.actor, client_id, 1, reason="示例停用")
        made.place("disable_client", client_id=doors[:4])
        made.place("enable_client", client_id=doors[4:])
        await session.commit()
    return made
