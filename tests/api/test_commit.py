from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from tests.places import Committed


@asynccontextmanager
async def failing_commit(committed: Committed, statement: str) -> AsyncIterator[None]:
    """Let PostgreSQL run a statement at the very end of each transaction that made a unit."""
    async with committed.engines["owner"].begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS "
                f"$$ BEGIN {statement} RETURN NULL; END $$"
            )
        )
        await connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON unit DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION at_commit()"
            )
        )
    try:
        yield
    finally:
        async with committed.engines["owner"].begin() as connection:
            await connection.execute(text("DROP TRIGGER at_commit ON unit"))
            await connection.execute(text("DROP FUNCTION at_commit()"))


@pytest.mark.committed
@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        ("RAISE EXCEPTION 'the disk is full';", 500, "internal_error"),
        ("PERFORM pg_terminate_backend(pg_backend_pid());", 503, "unavailable"),
    ],
)
async def test_a_failing_commit_is_no_success(committed: Committed, statement: str, status: int, code: str) -> None:
    place = await committed.found("330326")
    administrator = await committed.callers(place, "administrator")
    body = {"name": "示例单位", "kind": "department"}
    async with failing_commit(committed, statement):
        failed = await administrator.post("/v1/units", json=body)
    assert (failed.status_code, failed.json()["code"]) == (status, code)
    assert "disk" not in failed.text
    assert (await administrator.get("/v1/units")).json()["data"] == []
    assert (await administrator.post("/v1/units", json=body)).status_code == 201
