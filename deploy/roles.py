"""The database logins, the database, and its migrations: what an administrator does once and may do again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import make_url

PEOPLE = ("owner", "api", "worker")
# Who may become whom by SET ROLE. Nobody inherits, so that no right is used without having been asked for. The owner
# must be able to hand functions to the worker when it migrates.
MEMBERS = {"owner": ("worker",), "api": (), "worker": ("api",), "test": PEOPLE}
INHERIT_IS_PER_GRANT = 160000  # PostgreSQL 16; before, only the member's own NOINHERIT says so
BUILTIN_LOCALES = 170000  # PostgreSQL 17
LOCK = 0x6475636861  # "ducha": two preparations of one cluster take turns

TOO_MIGHTY: LiteralString = """
    SELECT rolname FROM pg_roles
    WHERE rolname = ANY(%s)
      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
"""


class TooMighty(RuntimeError):  # noqa: N818 - it states a fact, like every refusal
    def __init__(self, logins: list[str]) -> None:
        super().__init__(f"数据库角色权限过大 / these logins may do too much: {', '.join(logins)}")


@dataclass(frozen=True, repr=False)
class DatabaseUrls:
    """SQLAlchemy URLs of one database, one for each login, passwords included."""

    owner: str
    api: str
    worker: str
    test: str | None = None


def prepare_database(
    admin_url: str, name: str, *, passwords: Mapping[str, str], with_test_login: bool = False
) -> DatabaseUrls:
    """Make the logins of the cluster and the database `name` where they are missing; refused if a login is too mighty.

    `passwords` are those of owner, api, worker (and test) and become theirs in the whole cluster.
    """
    people = (*PEOPLE, "test") if with_test_login else PEOPLE
    with _administrator(admin_url) as session:
        session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        _make_logins(session, [f"ducha_{person}" for person in people])
        for person in people:
            _open_login(session, person, passwords[person])
        _make_database(session, name)
        _close_database(session, name, people)
        with _administrator(admin_url, name) as inside:
            # Not by pg_database_owner, whose rights a NOINHERIT owner does not have on PostgreSQL 15.
            inside.execute("ALTER SCHEMA public OWNER TO ducha_owner")
            inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    base = make_url(admin_url).set(drivername="postgresql+psycopg", database=name)
    urls = {person: base.set(username=f"ducha_{person}", password=passwords[person]) for person in people}
    return DatabaseUrls(**{person: url.render_as_string(hide_password=False) for person, url in urls.items()})


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database, ending the sessions in it."""
    with _administrator(admin_url) as session:
        session.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def migrations(owner_url: str) -> Config:
    """Give Alembic's configuration for our migrations, without a file."""
    config = Config()
    # The packages lie beside each other, in a work tree as when installed; a bare % would be interpolated.
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the schema up to `revision`."""
    command.upgrade(migrations(owner_url), revision)


def _administrator(admin_url: str, name: str | None = None) -> psycopg.Connection[Any]:
    plain = make_url(admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, dbname=name, autocommit=True)


def _make_logins(session: psycopg.Connection[Any], logins: list[str]) -> None:
    present = {row[0] for row in session.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [logins])}
    for login in logins:
        if login not in present:
            session.execute(SQL("CREATE ROLE {}").format(Identifier(login)))
    mighty = [row[0] for row in session.execute(TOO_MIGHTY, [logins])]
    if mighty:
        raise TooMighty(mighty)


def _open_login(session: psycopg.Connection[Any], person: str, password: str) -> None:
    login = Identifier(f"ducha_{person}")
    # The server gets what it would store anyway, so that no password can appear in its log.
    verifier = session.pgconn.encrypt_password(password.encode(), f"ducha_{person}".encode(), b"scram-sha-256")
    session.execute(
        SQL("ALTER ROLE {} LOGIN NOINHERIT PASSWORD {}").format(login, Literal(verifier.decode())),
    )
    how = SQL(" WITH INHERIT FALSE, SET TRUE" if session.info.server_version >= INHERIT_IS_PER_GRANT else "")
    for group in MEMBERS[person]:
        session.execute(SQL("GRANT {} TO {}").format(Identifier(f"ducha_{group}"), login) + how)


def _make_database(session: psycopg.Connection[Any], name: str) -> None:
    if session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    provider: LiteralString = (
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        if session.info.server_version >= BUILTIN_LOCALES
        else "LOCALE_PROVIDER libc LOCALE 'C.UTF-8'"
    )
    create = SQL("CREATE DATABASE {} OWNER ducha_owner TEMPLATE template0 ENCODING 'UTF8' ").format(Identifier(name))
    session.execute(create + SQL(provider))


def _close_database(session: psycopg.Connection[Any], name: str, people: tuple[str, ...]) -> None:
    session.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(name)))
    logins = SQL(", ").join(Identifier(f"ducha_{person}") for person in people)
    session.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(Identifier(name), logins))
