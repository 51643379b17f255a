import os
from collections.abc import Callable, Iterator
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal
from sqlalchemy import make_url

from deploy.roles import DatabaseUrls
from supervision.foundation.database import Base
from supervision.foundation.table_modules import import_tables

import_tables()

HERE, THERE = UUID(int=1), UUID(int=2)
LOCAL = sorted(table.name for table in Base.metadata.tables.values() if "jurisdiction_id" in table.columns)
# What belongs to no county: the counties themselves, the national calendar, the seals over everybody's audit rows with
# their exports and verifications, raw receipts before they are matched, and Alembic's own.
SEALS = {"audit_seal", "audit_seal_export", "audit_verification"}
GATEWAYS = {"gateway_change", "gateway_standing", "gateway_share_change", "gateway_session"}
GENERAL = {"jurisdiction", "working_day", *SEALS, "receipt", *GATEWAYS, "alembic_version"}
# A value for a column of each type, where the column has no default of its own.
VALUES: dict[str, LiteralString] = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "bool": "false",
    "int4": "1",
    "int8": "(random() * 1e15)::int8",
    "numeric": "1",
    "timestamptz": "now()",
    "date": "current_date",
    "time": "localtime",
    "jsonb": "'{}'",
    "bytea": "gen_random_uuid()::text::bytea",
    "tsvector": "''",
    "_text": "'{}'",
    "_int8": "'{}'",
    "_bytea": "'{}'",
    "_uuid": "'{}'",
    "xid8": "'1'",
}
REQUIRED = """
    SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
      AND a.attidentity = '' AND NOT a.atthasdef AND a.attname <> 'jurisdiction_id'
"""
CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
Connection = psycopg.Connection[tuple[object, ...]]
Enter = Callable[[str, UUID | None], None]


@pytest.fixture
def admin(rolled_back_urls: DatabaseUrls) -> Iterator[Connection]:
    """An administrator in the test database who binds nobody by constraints and leaves nothing behind."""
    name = make_url(rolled_back_urls.owner).database
    url = make_url(os.environ["DUCHA_TEST_ADMIN_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), dbname=name) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()


@pytest.fixture
def enter(admin: Connection) -> Enter:
    def act(role: str, jurisdiction: UUID | None) -> None:
        admin.execute(
            "SELECT set_config('role', %s, true), set_config('ducha.jurisdiction', %s, true)",
            [role, str(jurisdiction or "")],
        )

    return act


def unbind(admin: Connection, table: str) -> None:
    for (name,) in admin.execute(CHECKS, [table]).fetchall():
        admin.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(str(name))))


def plant(admin: Connection, table: str, jurisdiction: UUID) -> None:
    """Insert the smallest row that the table's types allow."""
    required = admin.execute(REQUIRED, [table]).fetchall()
    columns: dict[str, Composable] = {str(name): SQL(VALUES[str(kind)]) for name, kind in required}
    columns["jurisdiction_id"] = Literal(jurisdiction)
    admin.execute(
        SQL("INSERT INTO {} ({}) VALUES ({})").format(
            Identifier(table), SQL(", ").join(map(Identifier, columns)), SQL(", ").join(columns.values())
        )
    )


def count(admin: Connection, table: str, jurisdiction: UUID | None = None) -> int:
    where = SQL("") if jurisdiction is None else SQL(" WHERE jurisdiction_id = {}").format(Literal(jurisdiction))
    row = admin.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)) + where).fetchone()
    assert row, "count(*) always answers a row"
    return int(str(row[0]))


@pytest.mark.parametrize("table", LOCAL)
def test_another_countys_rows_are_out_of_reach(admin: Connection, enter: Enter, table: str) -> None:
    unbind(admin, table)
    plant(admin, table, HERE)
    plant(admin, table, THERE)
    enter("ducha_worker", None)
    assert count(admin, table) >= 2, "the rows are there"

    told = f"keep_apart(op, '{table}', …) in the migration that makes the table keeps counties apart"
    enter("ducha_api", HERE)
    assert (count(admin, table), count(admin, table, THERE)) == (1, 0), f"only one's own rows are seen: {told}"
    enter("ducha_api", None)
    assert count(admin, table) == 0, f"without a county nothing is seen: {told}"

    enter("ducha_api", HERE)
    name = Identifier(table)
    # Touching or taking another county's rows reaches none; giving them a row of ours, or making one, is refused.
    assert changed(admin, SQL("UPDATE {} SET jurisdiction_id = {}").format(name, Literal(HERE))) <= 1, told
    assert changed(admin, SQL("DELETE FROM {} WHERE jurisdiction_id = {}").format(name, Literal(THERE))) == 0, told
    moving = SQL("UPDATE {} SET jurisdiction_id = {} WHERE jurisdiction_id = {}")
    with pytest.raises(InsufficientPrivilege), admin.transaction():
        admin.execute(moving.format(name, Literal(THERE), Literal(HERE)))
    with pytest.raises(InsufficientPrivilege), admin.transaction():
        plant(admin, table, THERE)
    enter("ducha_worker", None)
    assert count(admin, table, THERE) == 1, f"another county's row is still there: {told}"


def changed(admin: Connection, statement: Composed) -> int:
    try:
        with admin.transaction():
            return admin.execute(statement).rowcount
    except InsufficientPrivilege:
        return 0


@pytest.mark.parametrize("table", LOCAL)
def test_every_county_table_forces_row_security(admin: Connection, table: str) -> None:
    forced = admin.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
    ).fetchone()
    policies = admin.execute("SELECT polname FROM pg_policy WHERE polrelid = %s::regclass", [table]).fetchall()
    is_kept = forced == (True,) and {str(name) for (name,) in policies} == {"one_jurisdiction", "all_jurisdictions"}
    assert is_kept, f"call keep_apart(op, '{table}', …) in the migration that makes the table"


def test_no_table_is_forgotten(admin: Connection) -> None:
    tables = {str(name) for (name,) in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    odd = tables ^ (set(LOCAL) | GENERAL)
    assert not odd, (
        f"{odd}: make the model Named, Massed or Local, so that counties are kept apart; what is no county's goes "
        "into GENERAL of tests/architecture/test_row_security.py with the reason"
    )


def test_no_role_goes_round_row_security(admin: Connection) -> None:
    mighty = admin.execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ducha%' "
        "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit)"
    ).fetchall()
    assert mighty == [], f"{mighty} could go round row security: take the right away in deploy/roles.py"


def test_functions_that_see_every_county_are_the_workers(admin: Connection) -> None:
    definers = admin.execute(
        "SELECT proname, proowner::regrole::text, proconfig::text FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    assert definers, "no SECURITY DEFINER function is found: this test's query is broken"
    for name, owner, settings in definers:
        is_safe = owner == "ducha_worker" and "search_path=pg_catalog" in str(settings)
        assert is_safe, f"{name}: in its migration let ducha_worker own it, and SET search_path = pg_catalog"
