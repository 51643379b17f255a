import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pytest

from api.app import DuchaApp
from deploy.roles import DatabaseUrls
from tests.contract.bugs import BUGS
from tests.contract.fixture_values import FixtureValues
from tests.contract.requests import operations
from tests.contract.server import Served, prepare, served
from tests.places import make_database

HERE = Path(__file__).parent
# What takes a code that is shown once and an account that nobody knows yet: tests/api/test_appointments.py does.
ALONE = {"accept_invitation"}
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.fixture(scope="module")
def urls() -> DatabaseUrls:
    return make_database("contract")


@pytest.fixture
async def fixture_values(urls: DatabaseUrls, app: DuchaApp, tmp_path: Path) -> FixtureValues:
    return await prepare(urls, app, tmp_path)


def configuration(folder: Path, served: Served) -> Path:
    """Write the committed configuration with this run's own values."""
    ids = served.fixture_values.ids
    lines = [(HERE / "schemathesis.toml").read_text("utf-8")]
    lines = [lines[0].replace('"identities.yaml"', f'"{HERE / "identities.yaml"}"')]
    parameters = [each for one in operations(served.document) for each in one.facts.get("parameters", [])]
    # What the document lists needs no dictionary of ours, and schemathesis looks up none of such a list's references.
    free = [each for each in parameters if each["name"] in ids and "$ref" not in json.dumps(each["schema"])]
    bound = {f"{each['in']}.{each['name']}": each["name"] for each in free}
    whole = {each["name"] for each in parameters if '"integer"' in json.dumps(each["schema"])}
    # A month is a number in one place and a text such as 2016-04 in another.
    typed = {
        name: [int(value) if name in whole and value.isdecimal() else value for value in values]
        for name, values in ids.items()
    }
    lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in typed.items()]
    lines += ["[dictionaries.versions]\nvalues = ['\"1\"', '\"2\"', '\"3\"']"]
    lines += ["[parameters]", '"header.if-match" = { dictionary = "versions", probability = 0.8 }']
    lines += [f'"{place}" = {{ dictionary = "{name}", probability = 0.8 }}' for place, name in sorted(bound.items())]
    path = folder / "schemathesis.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def run(served: Served, folder: Path, arguments: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    config = configuration(folder, served)
    fixture_values = folder / "fixtures.json"
    fixture_values.write_text(json.dumps(asdict(served.fixture_values)), "utf-8")
    settings = {
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "PYTHONPATH": str(HERE.parents[1]),
        "DUCHA_TEST_FIXTURES": str(fixture_values),
    }
    return subprocess.run(
        [
            *(SCHEMATHESIS, "--no-color", "--config-file", config, "run", f"{served.base_url}/openapi.json"),
            *("--suppress-health-check", "all", *arguments),
        ],
        cwd=folder,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
async def test_the_api_keeps_its_document(urls: DatabaseUrls, fixture_values: FixtureValues, tmp_path: Path) -> None:
    with served(urls, tmp_path, fixture_values) as server:
        done = run(server, tmp_path)
        successes = server.successes()
    # Green means nothing for an operation that never once succeeded.
    idle = sorted(
        each.name for each in operations(server.document) if not successes[each.name] and each.name not in ALONE
    )
    assert (done.returncode, idle) == (0, []), f"never succeeded: {idle}\n{done.stdout}{done.stderr}"


CAUGHT_BY = {
    "anonymous_is_let_in": ("--phases", "fuzzing", "--checks", "ignored_auth", "-n", "5"),
    "counties_are_mixed": ("--phases", "stateful", "--checks", "object_level_authorization", "-n", "30"),
    "made_things_are_lost": ("--phases", "coverage", "--checks", "what_was_made_is_found"),
    "versions_are_not_asked_for": ("--phases", "coverage", "--checks", "missing_required_header"),
}
UNITS = ("list_units", "register_unit", "get_unit", "amend_unit")


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS)
async def test_a_planted_bug_is_caught(
    urls: DatabaseUrls, fixture_values: FixtureValues, tmp_path: Path, bug: str
) -> None:
    only = [argument for name in UNITS for argument in ("--include-operation-id", name)]
    with served(urls, tmp_path, fixture_values, bug=bug) as server:
        done = run(server, tmp_path, [*only, *CAUGHT_BY[bug], "--warnings", "off"])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILURES" in done.stdout, done.stdout
