from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.ledgers import ledger_opening
from supervision.ledgers.errors import LedgerAlreadyClosed
from supervision.reviews import ledger_standing
from supervision.scoring import automatic_proposals
from supervision.scoring.models import Deduction
from tests.factories.identity import make_unit
from tests.factories.progress import hold, moment, open_ledger
from tests.factories.scoring import add_entry, add_item, add_task, adopt
from tests.places import Place


async def facts(session: AsyncSession) -> list[tuple[str, date]]:
    rows = await session.execute(select(Deduction.event, Deduction.fact_on).order_by(Deduction.fact_on))
    return [(row.event.partition(":late")[2], row.fact_on) for row in rows]


async def test_lateness_stays_when_an_item_goes_over_and_the_new_date_can_be_missed_too(
    session: AsyncSession, here: Place
) -> None:
    await adopt(session, here.actor, effective_on=date(2016, 1, 1))
    await open_ledger(session, here.actor)
    unit_id = await make_unit(session, here.actor)
    late, in_time, done_after = [
        await add_item(session, received_on=date(2016, 2, 1), deadline_on=date(2016, 12, 31)) for _ in range(3)
    ]
    tasks = [await add_task(session, here.actor, item_id, unit_id) for item_id in (late, in_time, done_after)]
    await add_entry(session, unit_id, tasks[1], percent=100, received_at=moment(12, 31))
    # The worker was away over the new year: nothing was proposed before the ledger was closed.
    await hold(session, here.actor, moment(1, 5, year=2017))
    await ledger_standing.close_ledger(
        session, here.actor, year=2016, deadlines=[{"item_id": done_after, "deadline_on": date(2017, 3, 31)}]
    )
    with pytest.raises(LedgerAlreadyClosed):
        await ledger_opening.open_ledger(session, here.actor, year=2016)
    assert await automatic_proposals.propose_late(session, here.actor) == 2
    assert await facts(session) == [("", date(2017, 1, 1))] * 2
    assert await automatic_proposals.propose_late(session, here.actor) == 0
    await add_entry(session, unit_id, tasks[2], percent=100, received_at=moment(3, 31, year=2017))
    await hold(session, here.actor, moment(4, 5, year=2017))
    assert await automatic_proposals.propose_late(session, here.actor) == 0
    await hold(session, here.actor, moment(1, 2, year=2018))
    assert await automatic_proposals.propose_late(session, here.actor) == 1
    assert await facts(session) == [("", date(2017, 1, 1))] * 2 + [(":2", date(2018, 1, 1))]
