import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from supervision.audit import seals
from supervision.foundation.database import enter
from supervision.identity import service
from tests.places import Committed


@pytest.fixture
async def sealed(committed: Committed) -> Committed:
    """A database with three sealed batches of audit rows."""
    place = await committed.found("330326")
    for number in range(3):
        async with committed.api() as session:
            await enter(session, place.actor.jurisdiction_id)
            for name in ("甲", "乙"):
                await service.register_unit(session, place.actor, name=f"{name}{number}局", kind="department")
            await session.commit()
        await seal_up_to(committed, 1 + 2 * (number + 1))
    return committed


FORGERY = """
    INSERT INTO audit_event (jurisdiction_id, tx, at, verb, role, facts, request_id)
    SELECT jurisdiction_id, tx, at, 'unit.forged', role, facts, request_id FROM audit_event WHERE id = 4
"""


async def seal(committed: Committed) -> int:
    async with committed.worker() as session:
        count = await seals.seal(session)
        await session.commit()
        return count


async def seal_up_to(committed: Committed, count: int) -> None:
    """Seal until `count` rows are: transactions of other databases of the server hold the sealer back as well."""
    async with asyncio.timeout(60):
        while (await verify(committed))[0] < count:
            await seal(committed)
            await asyncio.sleep(0.02)


async def verify(committed: Committed) -> tuple[int, list[seals.Damage]]:
    async with committed.worker() as session:
        return await seals.verify(session)


async def tamper(committed: Committed, statement: str) -> None:
    """Do what only the tables' owner can, and only after taking the guard away."""
    async with committed.owner() as session:
        await enter(session, None)
        await session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER never_changed"))
        await session.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER never_changed"))
        await session.execute(text(statement))
        await session.execute(text("ALTER TABLE audit_event ENABLE TRIGGER never_changed"))
        await session.execute(text("ALTER TABLE audit_seal ENABLE TRIGGER never_changed"))
        await session.commit()


async def test_an_untouched_record_verifies(sealed: Committed) -> None:
    compared, damages = await verify(sealed)
    assert compared == 7
    assert damages == []


async def test_sealing_again_adds_nothing(sealed: Committed) -> None:
    assert await seal(sealed) == 0


async def test_what_is_still_on_its_way_is_not_sealed_over(sealed: Committed) -> None:
    place = await sealed.found("330399")
    async with sealed.api() as slow:
        await enter(slow, place.actor.jurisdiction_id)
        await service.register_unit(slow, place.actor, name="慢局", kind="department")
        async with sealed.api() as quick:
            await enter(quick, place.actor.jurisdiction_id)
            await service.register_unit(quick, place.actor, name="快局", kind="department")
            await quick.commit()
        await seal(sealed)
        await slow.commit()
    await seal_up_to(sealed, 10)
    compared, damages = await verify(sealed)
    assert (compared, damages) == (10, [])


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ('UPDATE audit_event SET facts = \'{"name": "丙局"}\' WHERE id = 4', "row changed"),
        ("UPDATE audit_event SET client_id = gen_random_uuid() WHERE id = 4", "row changed"),
        ("DELETE FROM audit_event WHERE id = 4", "row removed"),
        (
            FORGERY,
            "row inserted",
        ),
    ],
)
async def test_damage_to_a_row_is_found(sealed: Committed, statement: str, what: str) -> None:
    await tamper(sealed, statement)
    _, damages = await verify(sealed)
    assert [damage.what for damage in damages] == [what]
    assert damages[0].event_id is not None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_seal WHERE id = 2", "UPDATE audit_seal SET digest = sha256('x') WHERE id = 2"],
)
async def test_damage_to_a_seal_is_found(sealed: Committed, statement: str) -> None:
    await tamper(sealed, statement)
    _, damages = await verify(sealed)
    assert damages


@pytest.mark.parametrize("role", ["api", "worker", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET verb = 'x.y'", "DELETE FROM audit_event"])
async def test_nobody_changes_a_row_in_passing(sealed: Committed, role: str, statement: str) -> None:
    async with getattr(sealed, role)() as session:
        with pytest.raises(DBAPIError):
            await session.execute(text(statement))
