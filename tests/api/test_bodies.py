"""What is wrong with a request is named where it stands, and nothing in a body has two meanings."""

import gzip
import json
from typing import Any

import httpx
import pytest

from api.problem_texts import HTTP_TEXTS
from supervision.foundation.ids import new_id
from tests.api.test_manners import assert_problem
from tests.factories.identity import Caller
from tests.places import Callers, Place

JSON = {"Content-Type": "application/json"}
UNIT = b'{"name": "\xe7\xa4\xba\xe4\xbe\x8b\xe5\xb1\x80", "kind": "department"}'
TASK = {
    "goal": "修路",
    "lead_leader_id": str(new_id()),
    "responsible_unit_id": str(new_id()),
    "responsible_person_id": str(new_id()),
    "indicators": [],
}
ITEM = f"/v1/items/{new_id()}/tasks"


@pytest.fixture
async def administrator(callers: Callers, here: Place) -> Caller:
    return await callers(here, "administrator")


def told(answer: httpx.Response) -> set[tuple[str, str]]:
    problem = assert_problem(answer, 422, "invalid")
    return {(each["pointer"], each["code"]) for each in problem["errors"]}


class TestUnknownNames:
    @pytest.mark.parametrize(
        ("name", "pointer"),
        [
            ("colour", "/body/colour"),
            ("颜色", "/body/颜色"),
            ("a/b~c", "/body/a~1b~0c"),
            ("", "/body/"),
            ("x" * 1000, f"/body/{'x' * 100}"),
            ("Name", "/body/Name"),
        ],
    )
    async def test_of_a_body_stand_in_the_pointer(self, administrator: Caller, name: str, pointer: str) -> None:
        answer = await administrator.post("/v1/units", json={"name": "", name: "echo-7731"})
        assert told(answer) == {
            ("/body/name", "string_too_short"),
            ("/body/kind", "missing"),
            (pointer, "extra_forbidden"),
        }

    async def test_within_a_list_too(self, callers: Callers, here: Place) -> None:
        office = await callers(here, "office")
        indicator = {"name": "里程", "comparator": "at_least", "target": "6.5", "unit_of_measure": "公里", "colour": 1}
        tasks: list[dict[str, Any]] = [TASK, {**TASK, "indicators": [indicator]}]
        answer = await office.post(ITEM, json={"tasks": tasks})
        assert told(answer) == {("/body/tasks/1/indicators/0/colour", "extra_forbidden")}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("colour=echo-7731", {("/query/colour", "unknown_parameter")}),
            ("Limit=5", {("/query/Limit", "unknown_parameter")}),
            ("%E9%A2%9C=1&b%2Fc=2", {("/query/颜", "unknown_parameter"), ("/query/b~1c", "unknown_parameter")}),
            (f"{'x' * 1000}=1", {(f"/query/{'x' * 100}", "unknown_parameter")}),
            ("limit=5&limit=6", {("/query/limit", "repeated_parameter")}),
            ("%00=1", {("/query/\0", "unknown_parameter")}),
            ("%FF=1", {("/query/\N{REPLACEMENT CHARACTER}", "unknown_parameter")}),
        ],
    )
    async def test_of_parameters(self, administrator: Caller, query: str, expected: set[tuple[str, str]]) -> None:
        assert told(await administrator.get(f"/v1/units?{query}")) == expected


class TestRepeatedKeys:
    @pytest.mark.parametrize(
        ("content", "pointer"),
        [
            (b'{"name": "a", "kind": "department", "name": "b"}', "/body/name"),
            (b'{"name": "a", "kind": "department", "name": "a"}', "/body/name"),
            (b'{"name": "a", "kind": "department", "\\u006eame": "b"}', "/body/name"),
            (b'{"colour": 1, "colour": "echo-7731"}', "/body/colour"),
            (b'{"name": {"a": [{}, {"b": 1, "b": 1}]}}', "/body/name/a/1/b"),
            (b'[{"a": 1}, {"a": 1, "a": 2}]', "/body/1/a"),
            (b'{"":1,"":2}', "/body/"),
            (b'{"name":' + b'{"a":' * 200 + b'{"k":1,"k":2}' + b"}" * 201, "/body/name" + "/a" * 200 + "/k"),
        ],
    )
    async def test_are_refused_wherever_they_stand(self, administrator: Caller, content: bytes, pointer: str) -> None:
        answer = await administrator.post("/v1/units", content=content, headers=JSON)
        assert told(answer) == {(pointer, "repeated_key")}

    @pytest.mark.parametrize(
        "content",
        [UNIT, b'{"name": "a\\":1,\\"name\\":", "kind": "department"}', b'{"name": "name", "kind": "department"}'],
    )
    async def test_what_only_looks_like_one_is_taken(self, administrator: Caller, content: bytes) -> None:
        answer = await administrator.post("/v1/units", content=content, headers=JSON)
        assert answer.status_code == 201, answer.text
        assert answer.json()["name"] == json.loads(content)["name"]


class TestCodings:
    CODED = (
        (gzip.compress(UNIT, mtime=0), "gzip"),
        (UNIT, "gzip"),
        (UNIT, "deflate"),
        (UNIT, "br"),
        (UNIT, "zstd"),
        (UNIT, "identity, gzip"),
        (UNIT, ""),
    )

    @pytest.mark.parametrize(("content", "coding"), CODED)
    async def test_a_coded_body_is_415(self, administrator: Caller, content: bytes, coding: str) -> None:
        headers = {**JSON, "Content-Encoding": coding}
        answer = await administrator.post("/v1/units", content=content, headers=headers)
        problem = assert_problem(answer, 415, "unsupported_media_type")
        assert "Content-Encoding" in problem["detail"]
        assert answer.headers["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize("path", ["/v1/ledgers/2016/imports", "/v1/attachments"])
    async def test_a_coded_file_is_415(self, callers: Callers, here: Place, path: str) -> None:
        office = await callers(here, "office")
        headers = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
        answer = await office.post(path, content=gzip.compress(b"a,b\n"), headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")

    async def test_a_plain_one_is_taken(self, administrator: Caller) -> None:
        headers = {**JSON, "Content-Encoding": "Identity"}
        assert (await administrator.post("/v1/units", content=UNIT, headers=headers)).status_code == 201

    def test_the_text_says_what_to_do(self) -> None:
        assert all("Content-Encoding" in text for text in HTTP_TEXTS[415][1:])
