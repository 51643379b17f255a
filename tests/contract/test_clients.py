import importlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from api.app import DuchaApp
from deploy.roles import DatabaseUrls
from supervision.foundation.ids import new_id
from tests.contract.requests import operations
from tests.contract.server import Served, prepare_bare, served
from tests.places import make_database

HERE = Path(__file__).parent
NODE_MODULES = HERE.parents[1] / "node_modules"
# Strict, as a careful front end compiles.
# What has a default need not be sent.
TYPES = ("--default-non-nullable", "false")
COMPILED = {"strict": True, "exactOptionalPropertyTypes": True, "noUncheckedIndexedAccess": True, "target": "ES2022"}


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("clients")


@pytest.fixture
async def server(urls: DatabaseUrls, app: DuchaApp, tmp_path: Path) -> AsyncIterator[Served]:
    fixture_values = await prepare_bare(urls, app, tmp_path)
    with served(urls, tmp_path, fixture_values) as server:
        yield server


def run(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def write_document(server: Served, folder: Path) -> Path:
    document = folder / "openapi.json"
    document.write_text(json.dumps(server.document), "utf-8")
    return document


@pytest.fixture
def python(server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Make the Python client, in which nothing of the document may be missing."""
    document = write_document(server, tmp_path)
    generator = Path(sys.executable).with_name("openapi-python-client")
    asked = (generator, "generate", "--path", document, "--config", HERE / "clients.yaml", "--fail-on-warning")
    told = run(*asked, "--meta", "none", "--output-path", "ducha_client", cwd=tmp_path)
    made = {each.stem for each in (tmp_path / "ducha_client" / "api").glob("*/*.py")}
    assert {each.name for each in operations(server.document)} - made == set(), told
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("ducha_client")


@pytest.mark.slow
async def test_a_python_client_makes_a_round_trip(server: Served, python: ModuleType) -> None:
    with python.AuthenticatedClient(base_url=server.base_url, token="here") as client:
        make_a_round_trip(client)


def make_a_round_trip(client: Any) -> None:
    def call(name: str, *place: Any, **facts: Any) -> Any:
        return importlib.import_module(f"ducha_client.api.items.{name}").sync_detailed(*place, client=client, **facts)

    models = importlib.import_module("ducha_client.models")
    new = {
        "kind": "special_work",
        "title": "示例专项工作",
        "source": "县政府常务会议",
        "received_on": "2016-03-01",
        "deadline_on": "2016-12-31",
    }
    registered = call("register_item", body=models.RegisterItem.from_dict(new), idempotency_key="round-trip").parsed
    assert isinstance(registered, models.ItemOut), registered
    read = call("get_item", UUID(str(registered.id)))
    assert read.parsed == registered
    changes = models.AmendItem.from_dict({"title": "示例专项工作（调整）", "reason": "会议调整"})
    amended = call("amend_item", registered.id, body=changes, if_match=read.headers["ETag"]).parsed
    assert amended.title == "示例专项工作（调整）"
    assert amended.id in [each.id for each in call("list_items", limit=100).parsed.data]
    refused = call("get_item", new_id()).parsed
    assert isinstance(refused, models.ProblemDetails)
    assert refused.code == "not_found"


@pytest.mark.slow
async def test_a_typescript_client_makes_a_round_trip(server: Served, tmp_path: Path) -> None:
    if not NODE_MODULES.exists() and os.environ.get("CI") != "true":
        pytest.skip("Node.js is not here, or `npm ci` has not been run")
    tools = NODE_MODULES / ".bin"
    run(tools / "openapi-typescript", write_document(server, tmp_path), *TYPES, "--output", "api.d.ts", cwd=tmp_path)
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "round_trip.ts").write_bytes((HERE / "round_trip.ts").read_bytes())
    options = {**COMPILED, "module": "NodeNext", "lib": ["ES2022", "DOM"], "skipLibCheck": True, "types": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["round_trip.ts"]}))
    run(tools / "tsc", cwd=tmp_path)
    assert "2016-" in run("node", "round_trip.js", server.base_url, cwd=tmp_path)
