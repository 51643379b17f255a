import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.actors import Actor, Role
from supervision.foundation.database import enter
from supervision.foundation.errors import NotFound
from supervision.foundation.ids import new_id
from supervision.operations import queries, service
from supervision.operations.models import IdempotencyRecord
from supervision.operations.states import FOLLOWS, OperationState
from tests.places import Committed, Place


def asker(place: Place, role: str = "office") -> Actor:
    return Actor(
        place.actor.jurisdiction_id,
        Role(role),
        client_id=new_id(),
        official_id=new_id(),
        scopes=frozenset({"items:write"}),
        is_test=True,
        request_id="r-1",
    )


async def test_is_claimed_once_and_again_after_its_lease(session: AsyncSession, here: Place) -> None:
    actor = asker(here)
    operation_id = await service.start(session, actor, kind="k", arguments={"n": 1})
    claimed = await service.claim(session)
    assert claimed == service.ClaimedOperation(operation_id, "k", {"n": 1}, actor)
    assert await service.claim(session) is None
    await session.execute(text("UPDATE operation SET leased_until = now() - interval '1 second'"))
    assert await service.claim(session) == claimed


async def test_progress_renews_the_lease(session: AsyncSession, here: Place) -> None:
    operation_id = await service.start(session, asker(here), kind="k", arguments={})
    await service.claim(session)
    await session.execute(text("UPDATE operation SET leased_until = now() - interval '1 second'"))
    await service.note_progress(session, operation_id, done=3, total=9)
    assert await service.claim(session) is None
    row = await queries.get_operation(session, asker(here), operation_id)
    assert (row["done"], row["total"], row["state"]) == (3, 9, "running")


@pytest.mark.parametrize("state", list(OperationState))
async def test_ends_are_ends(session: AsyncSession, here: Place, state: OperationState) -> None:
    actor = asker(here)
    operation_id = await service.start(session, actor, kind="k", arguments={})
    await service.claim(session)
    operation = await service.lock_running(session, operation_id)
    assert operation is not None
    if state not in FOLLOWS[OperationState.RUNNING]:
        with pytest.raises(ValueError, match=state):
            await service.finish(session, actor, operation, state)
        return
    await service.finish(session, actor, operation, state)
    assert await service.lock_running(session, operation_id) is None
    assert await service.claim(session) is None


@pytest.mark.parametrize(
    ("role", "is_seen"), [("office", True), ("auditor", True), ("group", False), ("unit", False), ("leader", False)]
)
async def test_who_may_watch(session: AsyncSession, here: Place, role: str, is_seen: bool) -> None:  # noqa: FBT001 - a column of the table
    own = asker(here, "unit")
    operation_id = await service.start(session, own, kind="k", arguments={})
    assert (await queries.get_operation(session, own, operation_id))["id"] == operation_id
    if is_seen:
        assert await queries.get_operation(session, asker(here, role), operation_id)
    else:
        with pytest.raises(NotFound):
            await queries.get_operation(session, asker(here, role), operation_id)


async def test_not_from_elsewhere(session: AsyncSession, here: Place, elsewhere: Place) -> None:
    operation_id = await service.start(session, asker(here), kind="k", arguments={})
    await enter(session, elsewhere.actor.jurisdiction_id)
    with pytest.raises(NotFound):
        await queries.get_operation(session, asker(elsewhere), operation_id)


async def test_requests_are_forgotten_after_48_hours(committed: Committed) -> None:
    for code in ("330326", "330327"):
        place = await committed.found(code)
        async with committed.api() as opened:
            await enter(opened, place.actor.jurisdiction_id)
            for hours in (47, 49):
                age = func.now() - text(f"interval '{hours} hours'")
                row = {
                    "client_id": new_id(),
                    "person_id": new_id(),
                    "operation": "o",
                    "key": str(hours),
                    "request_hash": b"",
                }
                opened.add(IdempotencyRecord(**row, created_at=age))
            await opened.commit()
    async with committed.worker() as opened:
        await service.forget_requests(opened)
        await opened.commit()
        assert list(await opened.scalars(select(IdempotencyRecord.key))) == ["47", "47"]
