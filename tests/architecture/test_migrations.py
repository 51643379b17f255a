from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy import make_url

from deploy.roles import DatabaseUrls, migrate, migrations
from tests.house import make_database

SCRIPTS = ScriptDirectory.from_config(migrations(""))
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
FUNCTIONS = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("migrations")


def names(urls: DatabaseUrls, query: str) -> set[str]:
    url = make_url(urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query.encode())}


def test_there_is_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1


@pytest.mark.filterwarnings("ignore:Did not recognize type 'xid8'")  # our own type has no reflection
def test_models_and_migrations_match(urls: DatabaseUrls) -> None:
    command.check(migrations(urls.owner))


def test_down_to_nothing_and_up_again(urls: DatabaseUrls) -> None:
    tables, functions = names(urls, TABLES), names(urls, FUNCTIONS)
    command.downgrade(migrations(urls.owner), "base")
    assert names(urls, TABLES) == set()
    assert names(urls, FUNCTIONS) == set()
    migrate(urls.owner)
    assert (names(urls, TABLES), names(urls, FUNCTIONS)) == (tables, functions)


@pytest.mark.parametrize("script", list(SCRIPTS.walk_revisions()), ids=lambda script: str(script.revision))
def test_no_migration_waits_long_for_a_lock(script: Script) -> None:
    text = Path(script.path).read_text("utf-8")
    for direction in ("def upgrade() -> None:\n", "def downgrade() -> None:\n"):
        _, _, body = text.partition(direction)
        assert body.lstrip().startswith('op.execute("SET LOCAL lock_timeout')
