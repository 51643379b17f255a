"""What may be spoken in the clear: nothing that leaves this machine, but where the settings say that it may."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from psycopg.pq import Conninfo
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from supervision.foundation.settings import SettingRefused, Settings

log = structlog.get_logger()


def check_connections(chosen: Settings) -> None:
    """Refuse a database or a doorbell beyond this machine that is not reached by TLS with its name verified."""
    check_database(chosen.database_url.get_secret_value(), may_be_plain=chosen.plain_connections)
    url = urlsplit(chosen.redis_url.get_secret_value())
    if url.scheme == "redis" and not is_loopback(url.hostname or ""):
        _refuse_plain(
            f"Valkey/Redis {url.hostname}", "DUCHA_REDIS_URL", "rediss://", may_be_plain=chosen.plain_connections
        )


def check_database(url: str, *, may_be_plain: bool) -> None:
    """Refuse a database server beyond this machine without sslmode=verify-full."""
    try:
        parsed = make_url(url)
        _, given = parsed.get_dialect()().create_connect_args(parsed)
    except ArgumentError:
        raise SettingRefused(
            "数据库地址有误。请将 DUCHA_DATABASE_URL 写为 postgresql+psycopg://用户:口令@主机/库。",
            "DUCHA_DATABASE_URL is no address. Write postgresql+psycopg://user:password@host/database.",
        ) from None
    # libpq takes from its environment (PGHOST, PGSSLMODE …) what the address leaves out.
    defaults = {option.keyword.decode(): (option.val or b"").decode() for option in Conninfo.get_defaults()}
    facts = {**defaults, **{name: str(value) for name, value in given.items() if value}}
    hosts = facts["hostaddr"] or facts["host"]
    away = [host for host in hosts.split(",") if host and not host.startswith(("/", "@")) and not is_loopback(host)]
    if away and facts["sslmode"] != "verify-full":
        _refuse_plain(
            f"PostgreSQL {', '.join(away)}", "DUCHA_DATABASE_URL", "?sslmode=verify-full", may_be_plain=may_be_plain
        )


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_private(url: str) -> bool:
    """Tell whether what is sent to an address is read by nobody else: it goes by https, or stays on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _refuse_plain(server: str, setting: str, wanted: str, *, may_be_plain: bool) -> None:
    if not may_be_plain:
        raise SettingRefused(
            f"{server} 不在本机，但连接未加密或未校验证书。请在 {setting} 中使用 {wanted}；"
            "仅在可信专网内可设置 DUCHA_PLAIN_CONNECTIONS=true。",
            f"{server} is another machine, and the connection is not encrypted, or its certificate not verified. Write "
            f"{wanted} in {setting}; within a trusted network only, DUCHA_PLAIN_CONNECTIONS=true allows it.",
        )
    log.warning("plain_connection", server=server, setting="DUCHA_PLAIN_CONNECTIONS", wanted=f"{wanted} in {setting}")
