"""The measured requests as one would write them by hand: FastAPI, psycopg and orjson, with the SQL that we send.

No ORM, no edge, no schema: the key is checked, the statements are sent, the rows are written as JSON.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from psycopg import AsyncConnection, AsyncCursor
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from uuid_utils.compat import uuid7

from tests.benchmarks.heard import Heard, Said

Rows = list[dict[str, Any]]
Connection = AsyncConnection[dict[str, Any]]
Pool = AsyncConnectionPool[Connection]
Authorization = Annotated[str, Header()]


def create_reference(pool: Pool, heard: Heard) -> FastAPI:
    """Build the reference on a pool of its own, from what was heard of each measured request."""
    app = FastAPI()
    enter, find_key = heard.said("SELECT set_config"), heard.said("SELECT * FROM ducha_find_key")
    _add_reads(app, pool, heard, Door(enter, find_key))
    _add_report(app, pool, heard, Door(enter, find_key))
    return app


class Door:
    """Checks the key and enters its jurisdiction."""

    def __init__(self, enter: Said, find_key: Said) -> None:
        self.enter, self.find_key = enter, find_key

    async def open(self, connection: Connection, authorization: str, *, role: str, scope: str) -> dict[str, Any]:
        _, kind, lookup, secret, _ = authorization.removeprefix("Bearer ").split("_")
        await connection.execute(self.enter.text, {"role": "ducha_api", "jurisdiction": ""})
        cursor = await connection.execute(self.find_key.text, {"lookup": lookup})
        key = await cursor.fetchone()
        if key is None or not hmac.compare_digest(sha256(secret.encode()).digest(), key["secret_hash"]):
            raise HTTPException(401)
        if key["disabled_at"] or key["kind"] != kind or key["revoked_at"] or key["expires_at"] <= _now():
            raise HTTPException(401)
        if key["role"] != role or scope not in key["scopes"]:
            raise HTTPException(403)
        await connection.execute(self.enter.text, {"role": "ducha_api", "jurisdiction": str(key["jurisdiction_id"])})
        return key


def _add_reads(app: FastAPI, pool: Pool, heard: Heard, door: Door) -> None:
    page, one = heard.said("SELECT item.id", "LIMIT"), heard.said("SELECT item.id", "item.id = ")
    clock, scores = heard.said("SELECT held_clock"), heard.said("WITH", "compared AS")

    @app.get("/v1/items")
    async def list_items(authorization: Authorization, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> Response:
        async with pool.connection() as connection:
            await door.open(connection, authorization, role="office", scope="items:read")
            rows = await _all(connection, page, {"param_1": limit + 1})
        following = rows[limit - 1]["id"] if len(rows) > limit else None
        return _answer({"data": rows[:limit], "next": following})

    @app.get("/v1/items/{item_id}")
    async def get_item(item_id: UUID, authorization: Authorization) -> Response:
        async with pool.connection() as connection:
            await door.open(connection, authorization, role="office", scope="items:read")
            rows = await _all(connection, one, {"item": item_id})
        if not rows:
            raise HTTPException(404)
        return _answer(rows[0])

    @app.get("/v1/scores")
    async def get_scores(authorization: Authorization, year: Annotated[int, Query(ge=1900, le=2200)]) -> Response:
        async with pool.connection() as connection:
            await door.open(connection, authorization, role="office", scope="scores:read")
            held = await _all(connection, clock, {})
            moment = held[0]["held_at"] if held else _now()
            facts = {"year": year, "as_of": moment, "policy_on": date(year, 12, 31), "only_unit": None}
            rows = await _all(connection, scores, facts)
        return _answer({"year": year, "as_of": moment, "data": rows})


def _add_report(app: FastAPI, pool: Pool, heard: Heard, door: Door) -> None:
    report = _Report(heard)

    @app.post("/v1/obligations/{obligation_id}/progress_reports")
    async def report_progress(obligation_id: UUID, request: Request, authorization: Authorization) -> Response:
        entries = orjson.loads(await request.body())["entries"]
        async with pool.connection() as connection:
            client = await door.open(connection, authorization, role="unit", scope="progress:write")
            answer = await report.write(connection, client, obligation_id, entries)
        return _answer(answer, 201)


class _Report:
    def __init__(self, heard: Heard) -> None:
        self.lock = heard.said("SELECT obligation.id")
        self.duties = heard.said("SELECT task.id")
        self.clock = heard.said("SELECT held_clock")
        self.fulfil = heard.said("UPDATE obligation")
        self.report = heard.said("INSERT INTO progress_report")
        self.entry = heard.said("INSERT INTO progress_entry")
        self.figure = heard.said("INSERT INTO figure")
        self.withdraw = heard.said("UPDATE message")
        self.event = heard.said("INSERT INTO audit_event")
        self.read = heard.said("SELECT progress_report.id")
        self.read_entries = heard.said("SELECT progress_entry.id")

    async def write(
        self, connection: Connection, client: Mapping[str, Any], obligation_id: UUID, entries: Rows
    ) -> dict[str, Any]:
        unit_id = client["unit_id"]
        owed = await _all(connection, self.lock, {"obligation": obligation_id, "unit": unit_id})
        if not owed:
            raise HTTPException(404)
        if owed[0]["state"] != "open":
            raise HTTPException(409)
        asked = {"unit": unit_id, **{name: owed[0][name] for name in ("period_last", "covers")}}
        duties = await _all(connection, self.duties, asked)
        if sorted(str(duty["id"]) for duty in duties) != sorted(entry["task_id"] for entry in entries):
            raise HTTPException(422)
        held = await _all(connection, self.clock, {})
        now = held[0]["held_at"] if held else _now()
        fulfilled = {"state": "fulfilled", "fulfilled_at": now, "obligation": obligation_id}
        await _say(connection, self.fulfil, fulfilled)
        report = {
            "id": uuid7(),
            "obligation_id": obligation_id,
            "unit_id": unit_id,
            "reported_by": client["client_id"],
            "received_at": now,
            "is_late": now >= owed[0]["due_at"],
        }
        await _say(connection, self.report, report)
        await self._write_entries(connection, entries, report["id"], now)
        await self._withdraw(connection, obligation_id)
        await self._note(connection, client, report, now)
        read = await _all(connection, self.read, {"id_1": report["id"], "unit_id_1": unit_id})
        told = await _all(connection, self.read_entries, {"report": report["id"]})
        return {**read[0], "entries": told}

    async def _write_entries(self, connection: Connection, entries: Rows, report_id: UUID, now: datetime) -> None:
        shared = {"report_id": report_id, "received_at": now}
        rows = [
            {"id": uuid7(), **{name: entry[name] for name in ("task_id", "percent", "text")}, **shared}
            for entry in entries
        ]
        figures = [
            {"entry_id": row["id"], "received_at": now, **figure}
            for row, entry in zip(rows, entries, strict=True)
            for figure in entry["figures"]
        ]
        async with connection.cursor() as cursor:
            await cursor.executemany(self.entry.text, rows)
            await cursor.executemany(self.figure.text, figures)

    async def _withdraw(self, connection: Connection, obligation_id: UUID) -> None:
        matters = [f"obligation:{obligation_id}:{what}" for what in ("remind", "urge")]
        await _say(connection, self.withdraw, {"matters": matters, "now": _now()})

    async def _note(
        self, connection: Connection, client: Mapping[str, Any], report: Mapping[str, Any], now: datetime
    ) -> None:
        event = {
            "at": now,
            "verb": "progress.reported",
            "role": "unit",
            "client_id": client["client_id"],
            "official_id": None,
            "subject_id": str(report["id"]),
            "facts": Jsonb({"obligation_id": str(report["obligation_id"]), "is_late": report["is_late"]}),
            "request_id": uuid7().hex,
        }
        await _say(connection, self.event, event)


async def _say(connection: Connection, said: Said, facts: Mapping[str, Any]) -> AsyncCursor[dict[str, Any]]:
    return await connection.execute(said.text, {**said.facts, **facts})


async def _all(connection: Connection, said: Said, facts: Mapping[str, Any]) -> Rows:
    return await (await _say(connection, said, facts)).fetchall()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a hand-written program would


def _answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z), status, media_type="application/json")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    raise TypeError(type(value).__name__)
