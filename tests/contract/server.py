import base64
import json
import os
import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from api.app import DuchaApp
from deploy.processes import Child, free_port
from deploy.roles import DatabaseUrls
from supervision.foundation.actors import Role
from tests.contract.fixture_values import FixtureValues
from tests.contract.fixtures import add_fixtures
from tests.contract.requests import operations
from tests.factories.identity import Caller
from tests.places import Committed, Place, committed_database

# The table in which the value of a path or query parameter is found, where its name does not say it.
TABLES = {"key_id": "client_key", "report_id": "progress_report"}
_NAMED = re.compile(r"([a-z_]+)_id")


@dataclass(frozen=True)
class Served:
    """A server process with two filled counties behind it."""

    base_url: str
    log: Path
    document: dict[str, Any]
    fixture_values: FixtureValues

    def successes(self) -> Counter[str]:
        """Count the requests of each operation that were answered with 2xx or 304, by the server's own log."""
        counted: Counter[str] = Counter()
        for line in self.log.read_text("utf-8").splitlines():
            if line.startswith("{") and (event := json.loads(line)).get("event") == "request":
                counted[event["operation"]] += 200 <= event["status"] < 300 or event["status"] == 304
        return counted


async def prepare(urls: DatabaseUrls, app: DuchaApp, folder: Path) -> FixtureValues:
    """Found two counties, fill them, write their keys down, and tell what the first one holds."""
    async with committed_database(urls, app) as committed:
        places, standing = await _found(committed, folder)
        made = {county: await add_fixtures(committed, place, standing[county]) for county, place in places.items()}
        made["here"].ids |= {**await _ids(committed, app, places["here"]), **made["here"].ids}
        return made["here"]


async def prepare_bare(urls: DatabaseUrls, app: DuchaApp, folder: Path) -> FixtureValues:
    """Found the two counties and write their keys down, with nothing in them."""
    async with committed_database(urls, app) as committed:
        await _found(committed, folder)
    return FixtureValues()


async def _found(committed: Committed, folder: Path) -> tuple[dict[str, Place], dict[str, dict[Role, Caller]]]:
    await committed.empty()
    places = {"here": await committed.found("330326"), "there": await committed.found("330327")}
    standing = {county: await _stand(committed, place) for county, place in places.items()}
    own = await _own(committed)
    keys = {name: {str(role): each.key for role, each in callers.items()} for name, callers in standing.items()}
    (folder / "keys.json").write_text(json.dumps({name: {**each, "own": own} for name, each in keys.items()}), "utf-8")
    (folder / "metrics").write_text(secrets.token_hex(16))
    (folder / "gateway").write_text("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    return places, standing


async def _stand(committed: Committed, place: Place) -> dict[Role, Caller]:
    return {role: await committed.callers(place, role, is_person=True) for role in Role if role is not Role.SYSTEM}


async def _own(committed: Committed) -> str:
    """Read the ids of all that the standing callers act by, before anything else is put into their counties."""
    tables = ("client", "official", "appointment", "sign_in_link")
    async with committed.engines["owner"].connect() as connection:
        ids = text(" UNION ALL ".join(f"SELECT id::text FROM {table}" for table in tables))  # noqa: S608 - tables of ours
        return " ".join(await connection.scalars(ids))


async def _ids(committed: Committed, app: DuchaApp, place: Place) -> dict[str, list[str]]:
    """Read the ids that the county's parameters can name, from the tables that they are named after."""
    names = {one["name"] for each in operations(app.openapi()) for one in each.facts.get("parameters", [])}
    tables = {name: TABLES.get(name) or (match[1] if (match := _NAMED.fullmatch(name)) else "") for name in names}
    found: dict[str, list[str]] = {}
    async with committed.engines["owner"].connect() as connection:
        known = set(await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        for name, table in tables.items():
            if table in known:
                ids = text(f"SELECT id::text FROM {table} WHERE jurisdiction_id = :here ORDER BY id DESC LIMIT 20")  # noqa: S608 - a table of ours
                found[name] = list(await connection.scalars(ids, {"here": place.actor.jurisdiction_id}))
    return {name: ids for name, ids in found.items() if ids}


@contextmanager
def served(urls: DatabaseUrls, folder: Path, fixture_values: FixtureValues, *, bug: str = "") -> Iterator[Served]:
    """Start uvicorn on a prepared database, in a process of its own, and stop it at the end."""
    port = free_port(0)
    base_url = f"http://127.0.0.1:{port}"
    settings = {
        "DUCHA_DATABASE_URL": urls.api,
        "DUCHA_LOG_LEVEL": "info",
        "DUCHA_METRICS_TOKEN_FILE": str(folder / "metrics"),
        "DUCHA_TEST_GATEWAY": "http",
        "DUCHA_TEST_GATEWAY_URL": "http://127.0.0.1:9",
        "DUCHA_TEST_GATEWAY_RECEIPT_SECRET_FILE": str(folder / "gateway"),
        "DUCHA_TEST_KEYS": str(folder / "keys.json"),
        "DUCHA_TEST_BUG": bug,
    }
    where = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    child = Child(
        name="api",
        argv=[sys.executable, "-m", "uvicorn", "tests.contract.bugs:create_served", "--factory", *where],
        log=folder / f"api{bug}.log",
        env=os.environ | settings,
        cwd=Path(__file__).parents[2],
    )
    with child:
        # A busy machine may take its time.
        child.wait_until_ready(lambda: _answers(f"{base_url}/readyz"), timeout_s=120)
        document = httpx.get(f"{base_url}/openapi.json", trust_env=False).json()
        yield Served(base_url, child.log, document, fixture_values)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
