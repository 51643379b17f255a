import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from supervision.audit.damage import DamageKind, Findings
from supervision.foundation.database import enter
from supervision.identity import service
from tests.factories.audit import seal, seal_up_to, tamper, verify
from tests.places import Committed

FORGERY = """
    INSERT INTO audit_event (jurisdiction_id, tx, at, verb, role, facts, request_id)
    SELECT jurisdiction_id, tx, at, 'unit.forged', role, facts, request_id FROM audit_event WHERE id = 4
"""


async def test_an_untouched_record_verifies(sealed: Committed) -> None:
    assert await verify(sealed) == Findings(compared=7)


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
    assert await verify(sealed) == Findings(compared=10)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ('UPDATE audit_event SET facts = \'{"name": "丙局"}\' WHERE id = 4', DamageKind.ROW_CHANGED),
        ("UPDATE audit_event SET client_id = gen_random_uuid() WHERE id = 4", DamageKind.ROW_CHANGED),
        ("DELETE FROM audit_event WHERE id = 4", DamageKind.ROW_REMOVED),
        (FORGERY, DamageKind.ROW_INSERTED),
    ],
)
async def test_damage_to_a_row_is_found(sealed: Committed, statement: str, kind: DamageKind) -> None:
    await tamper(sealed, statement)
    (damage,) = (await verify(sealed)).first
    assert damage.kind == kind
    assert damage.event_id is not None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_seal WHERE id = 2", "UPDATE audit_seal SET digest = sha256('x') WHERE id = 2"],
)
async def test_damage_to_a_seal_is_found(sealed: Committed, statement: str) -> None:
    await tamper(sealed, statement)
    assert (await verify(sealed)).damaged


@pytest.mark.parametrize("role", ["api", "worker", "owner"])
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET verb = 'x.y'", "DELETE FROM audit_event"])
async def test_nobody_changes_a_row_in_passing(sealed: Committed, role: str, statement: str) -> None:
    async with getattr(sealed, role)() as session:
        with pytest.raises(DBAPIError):
            await session.execute(text(statement))
