from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import create_engine, text

from deploy.postgres import EmbeddedPostgres
from deploy.roles import DatabaseUrls, TooMighty, drop_database, prepare_database

PASSWORDS = {"owner": "o:w@n/e%r", "api": "a", "worker": "w", "test": "t"}
NAME = "ducha 督查"


@pytest.fixture(scope="module")
def admin_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Passwords belong to a whole cluster, so this file has one of its own.
    with EmbeddedPostgres(tmp_path_factory.mktemp("roles"), options={"fsync": "off"}) as url:
        yield url


@pytest.fixture(scope="module")
def urls(admin_url: str) -> DatabaseUrls:
    with ThreadPoolExecutor(4) as pool:
        made = [
            pool.submit(prepare_database, admin_url, NAME, passwords=PASSWORDS, with_test_login=True) for _ in range(4)
        ]
        first, *others = [each.result() for each in made]
    assert others == [first] * 3
    run(first.owner, "CREATE TABLE fact AS SELECT 1 AS n", "GRANT SELECT ON fact TO ducha_api")
    return first


def run(url: str | None, *statements: str) -> list[tuple[object, ...]]:
    assert url
    engine = create_engine(url)
    try:
        with engine.begin() as session:
            for statement in statements[:-1]:
                session.execute(text(statement))
            result = session.execute(text(statements[-1]))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def refused(url: str | None, *statements: str) -> bool:
    with pytest.raises(Exception, match=r"permission denied|must be able to SET ROLE") as refusal:
        run(url, *statements)
    return refusal.value is not None


def test_preparing_again_keeps_what_is_there(admin_url: str, urls: DatabaseUrls) -> None:
    assert prepare_database(admin_url, NAME, passwords=PASSWORDS).worker == urls.worker
    assert run(urls.owner, "SELECT n FROM fact") == [(1,)]


def test_no_login_is_mighty(urls: DatabaseUrls) -> None:
    mighty = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit"
    rows = run(urls.api, f"SELECT rolname, {mighty}, rolcanlogin FROM pg_roles WHERE rolname LIKE 'ducha%' ORDER BY 1")  # noqa: S608 - our own words
    assert rows == [(f"ducha_{person}", False, True) for person in ("api", "owner", "test", "worker")]


def test_a_mighty_login_is_refused(admin_url: str, urls: DatabaseUrls) -> None:
    assert urls
    with psycopg.connect(admin_url, autocommit=True) as session:
        session.execute("ALTER ROLE ducha_api BYPASSRLS")
        try:
            with pytest.raises(TooMighty, match="ducha_api"):
                prepare_database(admin_url, NAME, passwords=PASSWORDS)
        finally:
            session.execute("ALTER ROLE ducha_api NOBYPASSRLS")


def test_the_worker_may_become_the_api_and_inherits_nothing(urls: DatabaseUrls) -> None:
    assert run(urls.api, "SELECT n FROM fact") == [(1,)]
    assert refused(urls.worker, "SELECT n FROM fact")
    assert run(urls.worker, "SET LOCAL ROLE ducha_api", "SELECT n FROM fact") == [(1,)]
    assert refused(urls.worker, "SET LOCAL ROLE ducha_owner")
    assert refused(urls.api, "SET LOCAL ROLE ducha_worker")


def test_the_test_login_may_become_all_three_and_inherits_nothing(urls: DatabaseUrls) -> None:
    assert refused(urls.test, "SELECT n FROM fact")
    for role in ("owner", "api", "worker"):
        rows = run(urls.test, f"SET LOCAL ROLE ducha_{role}", "SELECT current_user")
        assert rows == [(f"ducha_{role}",)]


def test_only_the_owner_makes_tables(urls: DatabaseUrls) -> None:
    assert refused(urls.api, "CREATE TABLE mine (n int)")
    assert refused(urls.worker, "CREATE TABLE mine (n int)")
    assert run(urls.owner, "SELECT has_schema_privilege('public', 'CREATE')") == [(True,)]


def test_the_owner_may_hand_a_function_to_the_worker(urls: DatabaseUrls) -> None:
    run(
        urls.owner,
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1",
        "GRANT CREATE ON SCHEMA public TO ducha_worker",
        "ALTER FUNCTION one() OWNER TO ducha_worker",
        "REVOKE CREATE ON SCHEMA public FROM ducha_worker",
    )


def test_others_may_not_connect(admin_url: str, urls: DatabaseUrls) -> None:
    with psycopg.connect(admin_url, autocommit=True) as session:
        session.execute("CREATE ROLE stranger LOGIN PASSWORD 'w'")
    assert refused(urls.worker.replace("ducha_worker", "stranger"), "SELECT 1")


def test_text_is_unicode(urls: DatabaseUrls) -> None:
    query = "SELECT pg_encoding_to_char(encoding), datlocale FROM pg_database WHERE datname = current_database()"
    assert run(urls.api, query) == [("UTF8", "C.UTF-8")]


def test_a_database_in_use_can_be_dropped(admin_url: str) -> None:
    urls = prepare_database(admin_url, "passing", passwords=PASSWORDS)
    with psycopg.connect(urls.api.replace("+psycopg", "")):
        drop_database(admin_url, "passing")
    drop_database(admin_url, "passing")
    with pytest.raises(Exception, match="does not exist"):
        run(urls.api, "SELECT 1")
