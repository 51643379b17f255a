import pytest
from structlog.testing import capture_logs

from supervision.foundation import logs, settings
from supervision.foundation.connections import check_connections
from supervision.foundation.settings import SettingRefused, Settings

HERE = "postgresql+psycopg:///ducha?host=/run/postgresql"
DOORBELL = "unix:///run/valkey"


@pytest.fixture(autouse=True)
def without_libpq_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


def chosen(database_url: str = HERE, redis_url: str = DOORBELL, *, plain: bool = False) -> Settings:
    return Settings(database_url=database_url, redis_url=redis_url, plain_connections=plain)


@pytest.mark.parametrize(
    "url",
    [
        HERE,
        "postgresql+psycopg://ducha_api:pw@/ducha",
        "postgresql+psycopg://ducha_api:pw@127.0.0.1/ducha",
        "postgresql+psycopg://ducha_api:pw@localhost:6432/ducha",
        "postgresql+psycopg://ducha_api:pw@[::1]/ducha",
        "postgresql+psycopg://ducha_api:pw@db.example.cn/ducha?sslmode=verify-full",
        "postgresql+psycopg://ducha_api:pw@/ducha?host=a.example:5432&host=b.example:5432&sslmode=verify-full",
        "postgresql+psycopg://ducha_api:pw@db.example.cn/ducha?hostaddr=127.0.0.1",
    ],
)
def test_a_database_here_or_behind_verified_tls_is_taken(url: str) -> None:
    check_connections(chosen(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ducha_api:hidden@db.example.cn/ducha",
        "postgresql+psycopg://ducha_api:hidden@10.1.2.3/ducha",
        "postgresql+psycopg://ducha_api:hidden@db.example.cn/ducha?sslmode=require",
        "postgresql+psycopg://ducha_api:hidden@db.example.cn/ducha?sslmode=verify-ca",
        "postgresql+psycopg://ducha_api:hidden@/ducha?host=127.0.0.1:5432&host=b.example:5432",
        "postgresql+psycopg://ducha_api:hidden@localhost/ducha?hostaddr=10.1.2.3",
        "no address at all",
    ],
)
def test_a_database_elsewhere_in_the_clear_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(SettingRefused, match=r"(?s)[一-鿿].*DUCHA_DATABASE_URL.*\n.*DUCHA_DATABASE_URL") as refusal:
        check_connections(chosen(url))
    assert "hidden" not in str(refusal.value)


def test_what_libpq_takes_from_its_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.cn")
    with pytest.raises(SettingRefused):
        check_connections(chosen("postgresql+psycopg:///ducha"))
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    check_connections(chosen("postgresql+psycopg:///ducha"))


@pytest.mark.parametrize("url", [DOORBELL, "redis://127.0.0.1:6379", "redis://:pw@localhost", "rediss://vk.example.cn"])
def test_a_doorbell_here_or_behind_tls_is_taken(url: str) -> None:
    check_connections(chosen(redis_url=url))


@pytest.mark.parametrize("url", ["redis://:hidden@vk.example.cn", "redis://10.1.2.3:6379/0"])
def test_a_doorbell_elsewhere_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(SettingRefused, match="rediss://") as refusal:
        check_connections(chosen(redis_url=url))
    assert "hidden" not in str(refusal.value)


def test_within_a_trusted_network_both_may_be_plain_and_the_log_says_so() -> None:
    logs.configure("warning")
    with capture_logs() as logged:
        check_connections(chosen("postgresql+psycopg://ducha_api:hidden@db/ducha", "redis://vk", plain=True))
    assert [(each["log_level"], each["event"], each["server"]) for each in logged] == [
        ("warning", "plain_connection", "PostgreSQL db"),
        ("warning", "plain_connection", "Valkey/Redis vk"),
    ]
    assert "hidden" not in str(logged)
    logs.configure(settings.current().log_level)
