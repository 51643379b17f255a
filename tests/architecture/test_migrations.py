import ast
from datetime import date
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import make_url

from deploy.roles import DatabaseUrls, migrate, migrations
from supervision.messaging.templates import DEFAULTS
from tests.architecture.test_layout import PACKAGES, shown, sources
from tests.places import make_database

SCRIPTS = ScriptDirectory.from_config(migrations(""))
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
# What a county could say from the first release on.
FIRST = ("reminder", "urge", "digest", "summary", "notice")
FUNCTIONS = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("migrations")


def names(urls: DatabaseUrls, query: str) -> set[str]:
    url = make_url(urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query.encode())}


def test_there_is_one_head() -> None:
    heads = SCRIPTS.get_heads()
    assert len(heads) == 1, f"{heads} all come last: set `down_revision` of yours in migrations/versions to the other"


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")  # our own type has no reflection
def test_models_and_migrations_match(urls: DatabaseUrls) -> None:
    try:
        command.check(migrations(urls.owner))
    except CommandError as error:
        pytest.fail(f"{error}\nThe models say more, or less, than the migrations: `make migration m=…` drafts the rest")


def test_down_to_nothing_and_up_again(urls: DatabaseUrls) -> None:
    tables, functions = names(urls, TABLES), names(urls, FUNCTIONS)
    command.downgrade(migrations(urls.owner), "base")
    left = names(urls, TABLES) | names(urls, FUNCTIONS)
    assert not left, f"{left} is left behind: drop in `downgrade` what `upgrade` makes, functions too"
    migrate(urls.owner)
    odd = (names(urls, TABLES) ^ tables) | (names(urls, FUNCTIONS) ^ functions)
    assert not odd, f"{odd} is not as before after going down and up: some `downgrade` undoes too little or too much"


def test_a_county_that_stands_is_given_the_templates_that_came_later(urls: DatabaseUrls) -> None:
    url = make_url(urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    command.downgrade(migrations(urls.owner), "0001")
    with psycopg.connect(url) as connection:
        county = (
            "INSERT INTO jurisdiction (id, code, name, kind) VALUES (gen_random_uuid(), '330326', '示例县', 'test')"
        )
        connection.execute(county)
        for name in FIRST:
            connection.execute(
                "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "
                "SELECT gen_random_uuid(), id, %s, 1, '示例', now() FROM jurisdiction",
                [name],
            )
    migrate(urls.owner)
    with psycopg.connect(url) as connection:
        said: dict[str, str] = dict(connection.execute(b"SELECT name, body FROM template").fetchall())
    wanted = {**DEFAULTS, **dict.fromkeys(FIRST, "示例")}
    odd = {name for name in {*said, *wanted} if said.get(name) != wanted.get(name)}
    assert not odd, (
        f"counties that stand lack {odd} as DEFAULTS of supervision/messaging/templates.py has it: insert "
        "version 1 in a migration, ON CONFLICT DO NOTHING, and touch no text of a county's own"
    )


def test_a_county_that_stands_is_asked_from_the_day_of_the_migration_on(urls: DatabaseUrls) -> None:
    url = make_url(urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    command.downgrade(migrations(urls.owner), "0011")
    with psycopg.connect(url) as connection:
        for code in ("330331", "330332", "330333"):
            connection.execute(
                "INSERT INTO jurisdiction (id, code, name, kind) VALUES (gen_random_uuid(), %s, '示例县', 'test')",
                [code],
            )
        connection.execute(
            "INSERT INTO held_clock (jurisdiction_id, held_at) "
            "SELECT id, '2017-03-09T16:00:00Z' FROM jurisdiction WHERE code <> '330332'"
        )
        connection.execute(
            "INSERT INTO ledger (id, jurisdiction_id, year, opened_on) "
            "SELECT gen_random_uuid(), id, 2016, '2016-01-04' FROM jurisdiction WHERE code <> '330333'"
        )
    migrate(urls.owner)
    with psycopg.connect(url) as connection:
        asked: dict[str, date | None] = dict(
            connection.execute(b"SELECT code, periods_from FROM jurisdiction").fetchall()
        )
    # By the held clock; by the real one; and not at all where nothing has begun.
    told = "mend 0012: it sets `periods_from` to the day of the upgrade where a county has a ledger, and nowhere else"
    assert (asked["330331"], asked["330333"]) == (date(2017, 3, 10), None), told
    assert (asked["330332"] or date.min).year >= 2026, told


@pytest.mark.parametrize("script", list(SCRIPTS.walk_revisions()), ids=lambda script: str(script.revision))
def test_no_migration_waits_long_for_a_lock(script: Script) -> None:
    text = Path(script.path).read_text("utf-8")
    for direction in ("def upgrade() -> None:\n", "def downgrade() -> None:\n"):
        _, _, body = text.partition(direction)
        assert body.lstrip().startswith('op.execute("SET LOCAL lock_timeout'), (
            f'{script.path}: begin both directions with op.execute("SET LOCAL lock_timeout = …"), so that an upgrade '
            "that must wait gives up and does not stop the office"
        )


# The environment knows the models; a revision must not, for they go on changing after it was run.
@pytest.mark.parametrize("path", [each for each in sources("migrations") if each.stem != "env"], ids=shown)
def test_migrations_import_no_application_code(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    # Names are folded by nothing but the application's own function: a copy of its tables would drift from it.
    odd = {each for each in modules if each.startswith(PACKAGES)} - {"supervision.foundation.texts"}
    assert not odd, f"{shown(path)} imports {odd}, which goes on changing: write what it needs in migrations/"
