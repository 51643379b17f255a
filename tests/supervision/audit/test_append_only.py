"""What the database itself refuses: emptying what is kept for ever, and a row that says when it was written."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.audit import service
from supervision.foundation.database import enter
from tests.places import Committed, Place

APPEND_ONLY = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_changed'")
GUARDED = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_emptied'")
FORGED = "INSERT INTO audit_event (at, verb, role, facts, request_id, {0}) VALUES (now(), 'a.b', '', '{{}}', '', {1})"


@pytest.mark.parametrize("statement", ["TRUNCATE audit_event", "TRUNCATE audit_seal", "TRUNCATE jurisdiction CASCADE"])
async def test_not_even_the_owner_empties_the_record_in_passing(committed: Committed, statement: str) -> None:
    async with committed.owner() as session:
        with pytest.raises(DBAPIError, match="never changed"):
            await session.execute(text(statement))


async def test_what_is_never_changed_is_never_emptied(session: AsyncSession) -> None:
    kept = set(await session.scalars(APPEND_ONLY))
    assert {"audit_event", "audit_seal", "score_entry"} < kept
    # Reports of gateways are kept from being emptied too, though what they say is erased after its time.
    assert set(await session.scalars(GUARDED)) == {*kept, "receipt"}, "keep_apart(append_only=True) makes both triggers"


@pytest.mark.parametrize(
    ("column", "value"), [("tx", "'1'"), ("tx", "'9000000000'"), ("recorded_at", "now()"), ("jurisdiction_id", "NULL")]
)
@pytest.mark.parametrize("role", ["api", "worker"])
async def test_what_the_database_fills_is_not_taken_from_a_writer(
    committed: Committed, role: str, column: str, value: str
) -> None:
    place = await committed.found("330326")
    async with getattr(committed, role)() as session:
        await enter(session, place.actor.jurisdiction_id)
        with pytest.raises(DBAPIError, match="permission denied"):
            await session.execute(text(FORGED.format(column, value)))


async def test_the_writer_of_the_record_may_still_write(session: AsyncSession, here: Place) -> None:
    await service.record(session, here.actor, "unit.registered", None)
