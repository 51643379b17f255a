"""Names that stood beside each other before they were compared folded are shown and mended, then migrated."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from deploy.folders import keep_settings
from deploy.roles import DatabaseUrls, migrate, migrations
from deploy.stack import settings_file
from supervision.foundation.ids import new_id
from tests.deploy.test_cli import ducha
from tests.places import make_database

BEFORE = ScriptDirectory.from_config(migrations("")).get_revision("0013").down_revision
COUNTIES = {"330326": new_id(), "330327": new_id()}
STAND = ("财政部", "财 政 部", "\u200b财政部", "财政局")


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("twins")


@pytest.fixture
def older(urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """The schema as it was, with two counties."""
    command.downgrade(migrations(urls.owner), str(BEFORE))
    url = make_url(urls.owner).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for code, id_ in COUNTIES.items():
            founded = "INSERT INTO jurisdiction (id, code, name, kind) VALUES (%s, %s, %s, 'test')"
            connection.execute(founded, [id_, code, code])
        yield connection
    admin = make_url(os.environ["DUCHA_TEST_ADMIN_URL"]).set(
        drivername="postgresql", database=make_url(urls.owner).database
    )
    with psycopg.connect(admin.render_as_string(hide_password=False)) as connection:
        # What is never emptied refuses it to every role of ours.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("TRUNCATE jurisdiction CASCADE")
    migrate(urls.owner)


@pytest.fixture
def folder(urls: DatabaseUrls, tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir(mode=0o700)
    settings = {
        "DUCHA_DATABASE_URL": urls.owner,
        "DUCHA_REDIS_URL": os.environ["DUCHA_TEST_REDIS_URL"],
        "DUCHA_SECRET_FILE": os.environ["DUCHA_SECRET_FILE"],
    }
    keep_settings(settings_file(tmp_path, "owner"), settings)
    return tmp_path


def register(older: psycopg.Connection, name: str, county: str = "330326") -> UUID:
    id_ = new_id()
    older.execute(
        "INSERT INTO unit (id, jurisdiction_id, name, kind, version) VALUES (%s, %s, %s, 'department', 1)",
        [id_, COUNTIES[county], name],
    )
    return id_


def test_twins_are_named_listed_mended_and_then_migrated(older: psycopg.Connection, folder: Path) -> None:
    ids = [register(older, name) for name in STAND]
    elsewhere = register(older, "财政部", "330327")
    refused = ducha(folder, "migrate")
    assert refused.returncode == 2
    told = "".join(each.strip(" │") for each in refused.stderr.splitlines())
    assert all(str(id_) in told for id_ in ids[:3]), refused.stderr
    assert "ducha names check" in told
    assert "Traceback" not in refused.stderr
    listed = ducha(folder, "names", "check")
    assert listed.returncode == 1
    assert all(str(id_) in listed.stdout for id_ in ids[:3])
    assert "<U+200B>" in listed.stdout
    assert str(ids[3]) not in listed.stdout
    assert str(elsewhere) not in listed.stdout
    for id_, name in (
        (ids[1], "财\u3000政部"),
        (ids[1], "财政局"),
        (ids[1], "财 政 局"),
        (ids[1], "\u3164"),
        (ids[3], "民政局"),
        (new_id(), "民政局"),
    ):
        answer = ducha(folder, "names", "rename", str(id_), name)
        assert (answer.returncode, "Traceback" in answer.stderr) == (2, False)
    assert ducha(folder, "names", "rename", str(ids[1]), "财政二部").returncode == 0
    assert ducha(folder, "names", "rename", str(ids[2]), " 财政三部 ").returncode == 0
    assert ducha(folder, "names", "check").returncode == 0
    assert ducha(folder, "migrate").returncode == 0
    rows = older.execute("SELECT name, name_folded, version FROM unit WHERE jurisdiction_id = %s", [COUNTIES["330326"]])
    assert {row[0]: row[1:] for row in rows.fetchall()} == {
        "财政部": ("财政部", 1),
        "财政二部": ("财政二部", 2),
        "财政三部": ("财政三部", 2),
        "财政局": ("财政局", 1),
    }
    renamed = older.execute("SELECT count(*) FROM audit_event WHERE verb = 'unit.renamed'").fetchone()
    assert renamed == (2,)


def test_names_that_stand_are_folded(older: psycopg.Connection, urls: DatabaseUrls, folder: Path) -> None:
    names = {"Ａ 部": "a部", "（一）科": "(一)科", "ﬁle": "file", "Straße": "strasse", "\u200b财政\u3164部": "财政部"}
    for name in names:
        register(older, name)
    unit_id = register(older, "县政府")
    for name in ("张三", "张 三"):
        post = f"{name}的职务"
        older.execute(
            "INSERT INTO official (id, jurisdiction_id, unit_id, name, post, position, leadership_level, version) "
            "VALUES (%s, %s, %s, %s, %s, 'handler', 'none', 1)",
            [new_id(), COUNTIES["330326"], unit_id, name, post if name == "张三" else "科长"],
        )
    assert ducha(folder, "names", "check").returncode == 0
    migrate(urls.owner)
    rows = older.execute("SELECT name, name_folded FROM unit WHERE name <> '县政府'").fetchall()
    assert dict(rows) == names
    folds = older.execute("SELECT name_folded, post_folded FROM official ORDER BY post").fetchall()
    assert sorted(folds) == [("张三", "张三的职务"), ("张三", "科长")]
