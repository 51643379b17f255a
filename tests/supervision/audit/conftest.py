import pytest

from supervision.foundation.database import enter
from supervision.identity import service
from tests.factories.audit import seal_up_to
from tests.places import Committed


@pytest.fixture
async def sealed(committed: Committed) -> Committed:
    """An installation with three sealed batches of audit rows."""
    place = await committed.found("330326")
    for number in range(3):
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            for name in ("甲", "乙"):
                await service.register_unit(session, place.actor, name=f"{name}{number}局", kind="department")
            await session.commit()
        await seal_up_to(committed, 1 + 2 * (number + 1))
    return committed
