"""What every route has in common, tried on the routes of identity."""

import asyncio
import json
import re
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.app import DuchaApp
from api.errors import problem
from api.quota import Quota
from api.routes import documentation
from supervision.foundation import settings
from supervision.foundation.actors import Role
from supervision.foundation.database import enter, make_engine, make_sessions
from supervision.foundation.errors import FieldError
from supervision.foundation.ids import new_id
from tests.contract.requests import operations
from tests.factories.identity import Caller, let_act_for, make_official, make_unit
from tests.places import Callers, Committed, Place

UNIT = {"name": "示例单位", "kind": "department"}
JSON = {"Content-Type": "application/json"}
SECRETIVE = "echo-7731"
REFUSE_AT_COMMIT = (
    "CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON unit DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION ducha_refuse_change()"
)


@pytest.fixture
async def administrator(callers: Callers, here: Place) -> Caller:
    return await callers(here, "administrator")


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Hold an answer to RFC 9457 and to our own additions."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] in {"zh-CN", "en"}
    assert "Accept-Language" in answer.headers["Vary"]
    problem: dict[str, Any] = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code", "errors", "trace_id"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["trace_id"] == answer.headers["X-Trace-Id"]
    assert SECRETIVE not in answer.text, "nothing that was sent comes back"
    return problem


class TestProblems:
    """One request for each status that HTTP itself may refuse with."""

    REFUSED: tuple[tuple[int, str, str, str, dict[str, str], bytes], ...] = (
        (401, "unauthenticated", "GET", "/v1/units", {"Authorization": f"Bearer {SECRETIVE}"}, b""),
        (404, "not_found", "GET", f"/v1/{SECRETIVE}", {}, b""),
        (404, "not_found", "GET", f"/v1/units/{new_id()}", {}, b""),
        (405, "method_not_allowed", "DELETE", "/v1/units", {}, b""),
        (405, "method_not_allowed", "TRACE", "/v1/units", {}, b""),
        (406, "not_acceptable", "GET", "/v1/units", {"Accept": "text/html"}, b""),
        (406, "not_acceptable", "GET", "/v1/units", {"Accept": "application/json;q=0"}, b""),
        (412, "stale", "PATCH", "{unit}", {**JSON, "If-Match": '"99"'}, b'{"name": "\xe7\x94\xb2"}'),
        (412, "stale", "PATCH", "{unit}", {**JSON, "If-Match": SECRETIVE}, b'{"name": "\xe7\x94\xb2"}'),
        (413, "content_too_large", "POST", "/v1/units", JSON, b'"' + b"x" * 7_000_000 + b'"'),
        (415, "unsupported_media_type", "POST", "/v1/units", {"Content-Type": "text/plain"}, b"{}"),
        (415, "unsupported_media_type", "POST", "/v1/units", {}, b"{}"),
        (422, "invalid", "POST", "/v1/units", JSON, b'{"name": "echo-7731", "kind": "echo-7731"}'),
        (428, "precondition_required", "PATCH", "{unit}", JSON, b'{"name": "\xe7\x94\xb2"}'),
    )

    @pytest.mark.parametrize("language", ["zh-CN", "en"])
    @pytest.mark.parametrize(
        ("status", "code", "method", "path", "headers", "content"),
        REFUSED,
        ids=[f"{status}-{method}-{number}" for number, (status, _, method, *_) in enumerate(REFUSED)],
    )
    async def test_is_told_in_the_readers_language(
        self,
        administrator: Caller,
        language: str,
        status: int,
        code: str,
        method: str,
        path: str,
        headers: dict[str, str],
        content: bytes,
    ) -> None:
        made = (await administrator.post("/v1/units", json=UNIT)).json()
        url = path.replace("{unit}", f"/v1/units/{made['id']}")
        answer = await administrator.request(
            method, url, headers={"Accept-Language": language, **headers}, content=content
        )
        problem = assert_problem(answer, status, code)
        assert answer.headers["Content-Language"] == language
        assert bool(re.search(r"[\u4e00-\u9fff]", problem["detail"])) == (language == "zh-CN")

    async def test_of_a_fault_tells_nothing(self, app: DuchaApp, administrator: Caller) -> None:
        def broken() -> None:
            raise ZeroDivisionError(SECRETIVE)

        kept, app.state.sessions = app.state.sessions, broken
        try:
            assert_problem(await administrator.get("/v1/units"), 500, "internal_error")
        finally:
            app.state.sessions = kept

    async def test_of_a_database_that_is_away(self, app: DuchaApp, administrator: Caller) -> None:
        kept = app.state.sessions
        engine = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
        app.state.sessions = make_sessions(engine, "ducha_api")
        try:
            answer = await administrator.get("/v1/units")
        finally:
            app.state.sessions = kept
            await engine.dispose()
        assert_problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1

    @pytest.mark.parametrize(
        ("accepted", "language"),
        [("", "zh-CN"), ("fr", "zh-CN"), ("fr, en;q=0.5", "en"), ("zh-TW", "zh-CN"), ("en-GB,zh;q=0.1", "en")],
    )
    async def test_language_is_chinese_unless_english_is_preferred(
        self, administrator: Caller, accepted: str, language: str
    ) -> None:
        answer = await administrator.get("/v1/nothing", headers={"Accept-Language": accepted})
        assert answer.headers["Content-Language"] == language


class TestStrictness:
    @pytest.mark.parametrize(
        "query",
        [
            "colour=echo-7731",
            "limit=5&limit=6",
            "limit=0",
            "limit=101",
            "limit=+1",
            "limit=1.0",
            "limit=1_0",
            "after=1",
        ],
    )
    async def test_query_parameters(self, administrator: Caller, query: str) -> None:
        assert_problem(await administrator.get(f"/v1/units?{query}"), 422, "invalid")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"\xef\xbb\xbf" + json.dumps(UNIT).encode(),
            b'{"name": "\\ud800", "kind": "department"}',
            b'{"name": "a\\u0000b", "kind": "department"}',
            b'{"name": "a\\u0007b", "kind": "department"}',
            b'{"name": "\xff", "kind": "department"}',
            b'{"name": NaN, "kind": "department"}',
            b'{"name": Infinity, "kind": "department"}',
            b'{"name": 1e999, "kind": "department"}',
            b'{"name": "", "kind": "department"}',
            b'{"name": true, "kind": "department"}',
            b'{"name": null, "kind": "department"}',
            b'{"name": "x", "kind": "department", "colour": "echo-7731"}',
            json.dumps({"name": "x" * 201, "kind": "department"}).encode(),
            b"[" * 100_000,
            b"[" * 500 + b"]" * 500,
            b"[]",
            b"null",
            b'"text"',
        ],
        ids=lambda content: content[:24].decode("latin-1"),
    )
    async def test_bodies(self, administrator: Caller, content: bytes) -> None:
        answer = await administrator.post("/v1/units", content=content, headers=JSON)
        assert_problem(answer, 422, "invalid")

    @pytest.mark.parametrize(
        "moment",
        [
            *(0, "0", 1.5, True, None, "2016-01-01", "2016-01-01T00:00:00", "0001-01-01T00:00:00+14:00"),
            *("2016-13-01T00:00:00Z", "2016-02-30T00:00:00Z", "2016-01-01T25:00:00Z", "2016-01-01T00:00:00+99:00"),
            *("2201-01-01T00:00:00Z", "２０16-01-01T00:00:00Z", "2016-01-01T00:00:00Z ", "now"),
        ],
    )
    async def test_moments(self, administrator: Caller, moment: object) -> None:
        assert_problem(await administrator.post("/v1/clock/hold", json={"at": moment}), 422, "invalid")

    @pytest.mark.parametrize(
        "day", [0, True, "0", "2016-1-1", "20160101", "2016-02-30", "0001-01-01", "2016-01-01T00:00:00Z"]
    )
    async def test_dates(self, administrator: Caller, day: object) -> None:
        answer = await administrator.patch(
            f"/v1/officials/{new_id()}", json={"left_on": day}, headers={"If-Match": '"1"'}
        )
        assert_problem(answer, 422, "invalid")

    @pytest.mark.parametrize("identity", ["1", "x", "%00", "..", "00000000000000000000000000000000", "{}"])
    async def test_ids(self, administrator: Caller, identity: str) -> None:
        answer = await administrator.get(f"/v1/units/{identity}")
        assert answer.status_code in {404, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"

    async def test_who_asks_is_known_before_what_they_send_is_read(self, administrator: Caller) -> None:
        nobody = {**JSON, "Authorization": f"Bearer {SECRETIVE}"}
        assert_problem(await administrator.post("/v1/units", content=b"{", headers=nobody), 401, "unauthenticated")

    async def test_for_whom_somebody_acts_is_an_id(self, administrator: Caller) -> None:
        answer = await administrator.get("/v1/me", headers={"Ducha-On-Behalf-Of": SECRETIVE})
        (named,) = assert_problem(answer, 422, "invalid")["errors"]
        assert (named["pointer"], named["code"]) == ("/header/Ducha-On-Behalf-Of", "uuid_parsing")


class TestMethods:
    async def test_405_names_all_methods_of_the_path(self, app: DuchaApp, administrator: Caller) -> None:
        known: dict[str, set[str]] = {}
        for each in operations(app.openapi()):
            known.setdefault(each.filled() if "{" not in each.path else each.path, set()).add(each.method)
        for path, methods in known.items():
            url = re.sub(r"{[a-z_]+}", lambda _: str(new_id()), path)
            expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            answer = await administrator.request("PROPFIND", url)
            assert_problem(answer, 405, "method_not_allowed")
            assert set(answer.headers["Allow"].split(", ")) >= expected, path
            options = await administrator.options(url)
            assert (options.status_code, options.headers["Allow"]) == (204, answer.headers["Allow"])

    async def test_head_is_get_without_the_body(self, administrator: Caller) -> None:
        got, head = await administrator.get("/v1/units"), await administrator.head("/v1/units")
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
        assert (await administrator.head(f"/v1/units/{new_id()}")).status_code == 404


class TestVersions:
    async def test_a_version_is_read_sent_and_spent(self, administrator: Caller) -> None:
        made = await administrator.post("/v1/units", json=UNIT)
        url, tag = made.headers["Location"], made.headers["ETag"]
        first = await administrator.patch(url, json={"name": "甲"}, headers={"If-Match": tag})
        assert first.headers["ETag"] != tag
        assert_problem(await administrator.patch(url, json={"name": "乙"}, headers={"If-Match": tag}), 412, "stale")
        assert (await administrator.get(url)).json()["name"] == "甲"

    async def test_what_is_known_need_not_be_sent_again(self, administrator: Caller) -> None:
        made = await administrator.post("/v1/units", json=UNIT)
        url, tag = made.headers["Location"], made.headers["ETag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = await administrator.get(url, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
        assert (await administrator.get(url, headers={"If-None-Match": '"other"'})).status_code == 200

    @pytest.mark.committed
    async def test_of_twenty_changes_to_one_version_one_is_made(self, committed: Committed) -> None:
        administrator = await committed.callers(await committed.found("330326"), "administrator")
        made = await administrator.post("/v1/units", json=UNIT)
        url, tag = made.headers["Location"], made.headers["ETag"]
        changes = [administrator.patch(url, json={"name": f"甲{n}"}, headers={"If-Match": tag}) for n in range(20)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*changes))
        assert statuses == [200] + [412] * 19


class TestCommit:
    @pytest.mark.committed
    async def test_one_that_fails_is_never_told_as_a_success(self, committed: Committed) -> None:
        administrator = await committed.callers(await committed.found("330326"), "administrator")
        async with committed.engines["owner"].begin() as connection:
            await connection.execute(text(REFUSE_AT_COMMIT))
        try:
            assert_problem(await administrator.post("/v1/units", json=UNIT), 500, "internal_error")
        finally:
            async with committed.engines["owner"].begin() as connection:
                await connection.execute(text("DROP TRIGGER refuse_at_commit ON unit"))
        assert (await administrator.get("/v1/units")).json()["data"] == []


class TestIdempotency:
    @pytest.mark.committed
    async def test_of_eight_at_once_one_creates_and_seven_are_told(self, committed: Committed) -> None:
        administrator = await committed.callers(await committed.found("330326"), "administrator")
        header = {"Idempotency-Key": "one"}
        answers = await asyncio.gather(*(administrator.post("/v1/units", json=UNIT, headers=header) for _ in range(8)))
        assert {(answer.status_code, answer.text, answer.headers["Location"], answer.headers["ETag"])
                for answer in answers} == {
            (201, answers[0].text, answers[0].headers["Location"], answers[0].headers["ETag"])
        }  # fmt: skip
        assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 7
        assert len((await administrator.get("/v1/units")).json()["data"]) == 1

    async def test_another_request_may_not_use_the_key(self, administrator: Caller) -> None:
        header = {"Idempotency-Key": "one"}
        await administrator.post("/v1/units", json=UNIT, headers=header)
        other = await administrator.post("/v1/units", json={**UNIT, "name": "另一单位"}, headers=header)
        assert_problem(other, 422, "idempotency_key_reused")

    async def test_the_same_key_for_another_official_is_another_request(self, callers: Callers, here: Place) -> None:
        front_end = await callers(here, "administrator", may_act_for_officials=True)
        async with callers.sessions() as session:
            await enter(session, here.actor.jurisdiction_id)
            unit_id = await make_unit(session, here.actor)
            officials = [await make_official(session, here.actor, unit_id) for _ in range(2)]
            one, two = [await let_act_for(session, front_end, each, Role.ADMINISTRATOR) for each in officials]
            await session.commit()
        answers = [
            await front_end.post(
                "/v1/units",
                json={**UNIT, "name": name},
                headers={"Idempotency-Key": "one", **official},
            )
            for official, name in ((one, "甲局"), (two, "乙局"), (one, "甲局"), (two, "甲局"))
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 422]
        assert answers[0].json() == answers[2].json() != answers[1].json()
        assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None, "true", None]
        assert answers[3].json()["code"] == "idempotency_key_reused"

    async def test_two_who_sign_in_through_one_front_end_may_choose_the_same_key(
        self, callers: Callers, here: Place, elsewhere: Place
    ) -> None:
        one, two, stranger = [await callers(place, "office") for place in (here, here, elsewhere)]
        assert one.client_id == two.client_id
        item = {"kind": "instruction", "source": "县长批示", "received_on": "2016-03-01", "deadline_on": "2199-12-31"}
        header = {"Idempotency-Key": "one"}
        answers = [
            await caller.post("/v1/items", json={**item, "title": title}, headers=header)
            for caller, title in ((one, "修路"), (two, "架桥"), (one, "修路"), (two, "架桥"), (stranger, "挖渠"))
        ]
        assert [answer.status_code for answer in answers] == [201] * 5
        assert [answer.json()["title"] for answer in answers] == ["修路", "架桥", "修路", "架桥", "挖渠"]
        assert [answer.json()["id"] for answer in answers[:2]] == [answer.json()["id"] for answer in answers[2:4]]
        assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None, "true", "true", None]
        assert_problem(
            await one.post("/v1/items", json={**item, "title": "架桥"}, headers=header), 422, "idempotency_key_reused"
        )

    async def test_keys_belong_to_their_client_and_operation(
        self, callers: Callers, here: Place, administrator: Caller
    ) -> None:
        other, header = await callers(here, "administrator"), {"Idempotency-Key": "one"}
        assert (await administrator.post("/v1/units", json=UNIT, headers=header)).status_code == 201
        assert (await other.post("/v1/units", json={**UNIT, "name": "乙"}, headers=header)).status_code == 201
        client = {"name": "丙", "role": "office"}
        assert (await administrator.post("/v1/clients", json=client, headers=header)).status_code == 201

    async def test_refusals_are_not_kept(self, administrator: Caller) -> None:
        header = {"Idempotency-Key": "one"}
        bad = await administrator.post("/v1/units", json={**UNIT, "kind": "x"}, headers=header)
        assert bad.status_code == 422
        assert (await administrator.post("/v1/units", json=UNIT, headers=header)).status_code == 201


class TestLists:
    async def test_pages_hold_each_row_once_whatever_is_added_meanwhile(self, administrator: Caller) -> None:
        made = {
            (await administrator.post("/v1/units", json={**UNIT, "name": f"单位{n}"})).json()["id"] for n in range(5)
        }
        seen: list[str] = []
        url: str | None = "/v1/units?limit=2&kind=department"
        while url:
            page = await administrator.get(url)
            seen += [row["id"] for row in page.json()["data"]]
            link = re.fullmatch(r'<(.+)>; rel="next"', page.headers.get("Link", ""))
            assert (link is not None) == (page.json()["next"] is not None)
            url = link[1] if link else None
            await administrator.post("/v1/units", json={**UNIT, "name": f"又一单位{len(seen)}"})
        assert len(seen) == len(set(seen))
        assert made <= set(seen)

    async def test_a_cursor_of_another_jurisdiction_leads_nowhere(
        self, callers: Callers, elsewhere: Place, administrator: Caller
    ) -> None:
        stranger = await callers(elsewhere, "administrator")
        foreign = (await stranger.post("/v1/units", json=UNIT)).json()["id"]
        await administrator.post("/v1/units", json=UNIT)
        assert (await administrator.get(f"/v1/units?after={foreign}")).json() == {"data": [], "next": None}


class TestLimits:
    async def test_who_asks_too_often_must_wait(
        self, app: DuchaApp, administrator: Caller, callers: Callers, here: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = await callers(here, "office")
        monkeypatch.setattr(app.edge, "quota", Quota(3))
        # The first request of each is still counted for its address, for nobody has proved anything yet.
        assert [(await each.get("/v1/me")).status_code for each in (administrator, other)] == [200, 200]
        answers = [await administrator.get("/v1/me") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
        assert answers[0].headers["RateLimit-Policy"] == '"minute";q=3;w=60'
        assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
        assert_problem(answers[3], 429, "too_many_requests")
        assert (await other.get("/v1/me")).status_code == 200, "another key is not made to wait"
        assert (await administrator.get("/livez")).status_code == 200, "probes are not counted"

    async def test_five_failures_lock_a_key_for_all_but_its_owner(self, callers: Callers, here: Place) -> None:
        caller = await callers(here, "office", key_kind="test")
        wrong = {"Authorization": f"Bearer {forged(caller.key)}"}
        for _ in range(5):
            assert_problem(await caller.get("/v1/me", headers=wrong), 401, "unauthenticated")
        assert_problem(await caller.get("/v1/me", headers=wrong), 401, "locked_out")
        assert (await caller.get("/v1/me")).status_code == 200


def forged(key: str) -> str:
    """Change a key's secret and mend its checksum, as somebody would who knows how keys are made."""
    product, kind, lookup, secret, _ = key.split("_")
    body = "_".join([product, kind, lookup, secret[:-1] + ("a" if secret[-1] != "a" else "b")])
    return f"{body}_{zlib.crc32(body.encode()):08x}"


class TestProbes:
    @pytest.mark.committed
    async def test_a_role_that_is_too_mighty_is_not_ready(self, committed: Committed) -> None:
        caller = await committed.callers(await committed.found("330326"), "office")
        ready = await caller.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        committed.app.state.sessions = committed.owner
        answer = await caller.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["role"]) == (503, "too mighty")

    async def test_metrics_need_the_token_of_the_file(
        self, administrator: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert (await administrator.get("/metrics")).status_code == 404
        token = tmp_path / "token"
        token.write_text("示例".encode().hex())
        monkeypatch.setattr(settings.current(), "metrics_token_file", token)
        assert (await administrator.get("/metrics")).status_code == 404
        answer = await administrator.get("/metrics", headers={"Authorization": f"Bearer {token.read_text()}"})
        assert answer.status_code == 200
        assert "ducha_request_seconds" in answer.text


class TestPrivacy:
    NUMBER = "19999990123"

    async def test_a_telephone_number_is_never_told(
        self, administrator: Caller, capfd: pytest.CaptureFixture[str]
    ) -> None:
        unit = (await administrator.post("/v1/units", json=UNIT)).json()["id"]
        official = {
            "unit_id": unit,
            "name": "示例人员",
            "post": "主任",
            "position": "handler",
            "leadership_level": "none",
        }
        made = await administrator.post("/v1/officials", json={**official, "telephone": self.NUMBER})
        wrong = await administrator.post("/v1/officials", json={**official, "telephone": f"{self.NUMBER}999"})
        found = await administrator.get("/v1/officials", params={"telephone": self.NUMBER})
        read = await administrator.get(made.headers["Location"])
        assert (made.status_code, wrong.status_code, len(found.json()["data"])) == (201, 422, 1)
        for answer in (made, wrong, found, read):
            assert self.NUMBER not in answer.text
            assert self.NUMBER[-8:] not in answer.text
        logged = capfd.readouterr()
        assert self.NUMBER not in logged.out + logged.err

    async def test_keys_and_secrets_are_never_told_again(
        self, administrator: Caller, callers: Callers, here: Place
    ) -> None:
        client = (await administrator.post("/v1/clients", json={"name": "前台", "role": "office"})).json()["id"]
        security = await callers(here, "security_administrator", is_person=True)
        issued = (await security.post(f"/v1/clients/{client}/keys", json={"kind": "test"})).json()
        secret = issued["key"].split("_")[3]
        listed = await administrator.get(f"/v1/clients/{client}/keys")
        assert secret not in listed.text
        assert issued["prefix"] in listed.text


class TestDocumentation:
    async def test_the_page_and_its_files_come_from_here_alone(self, administrator: Caller) -> None:
        page = await administrator.get("/docs")
        assert page.headers["Content-Type"].startswith("text/html")
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(named) >= 4
        for name in named:
            file = await administrator.get(f"/{name}")
            assert file.status_code == 200, name
        assert {each.removeprefix("docs/") for each in named} - {"openapi.json"} == set(documentation.FILES)

    async def test_the_browser_is_told_to_ask_nobody_else(self, administrator: Caller) -> None:
        policy = (await administrator.get("/docs")).headers["Content-Security-Policy"]
        directives = dict(each.strip().split(" ", 1) for each in policy.split(";"))
        assert directives["default-src"] == "'none'"
        assert set(" ".join(directives.values()).split()) <= {"'none'", "'self'", "data:"}

    async def test_other_names_are_not_files(self, administrator: Caller) -> None:
        for name in ("..", "%2e%2e", "documentation.html", "..%2f..%2fapp.py", "swagger-ui.css%00"):
            assert (await administrator.get(f"/docs/{name}")).status_code in {404, 422}

    async def test_a_file_that_is_known_is_not_sent_again(self, administrator: Caller) -> None:
        first = await administrator.get("/docs/swagger-ui-bundle.js")
        again = await administrator.get("/docs/swagger-ui-bundle.js", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_of_many_problems_the_first_are_told() -> None:
    wrong = [
        FieldError(f"/entries/{place}", "not_your_task", "不是本单位承办的任务。", "Not yours.")
        for place in range(2001)
    ]
    answer = problem(
        {"headers": [], "path": "/v1/items"}, 422, "report_not_complete", ("有误", "wrong"), problems=wrong
    )
    told = json.loads(bytes(answer.body))
    assert [each["pointer"] for each in told["errors"]] == [each.pointer for each in wrong[:2000]]
