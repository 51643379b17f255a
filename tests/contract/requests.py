"""Requests to every operation, filled with what its document allows: only who may call matters to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation.database import Base
from supervision.foundation.ids import new_id


@dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI document."""

    name: str
    method: str
    path: str
    facts: dict[str, Any]

    async def call(
        self, client: httpx.AsyncClient, ids: Mapping[str, str] = MappingProxyType({}), /, **headers: str
    ) -> httpx.Response:
        """Send a request that gets as far as asking who sends it, to these things or else to what is not there."""
        media_type = next(iter(self.facts.get("requestBody", {}).get("content", {})), None)
        sent = {"If-Match": '"1"', **({"Content-Type": media_type} if media_type else {}), **headers}
        content = b"{}" if media_type else None
        return await client.request(self.method, self.filled(ids), headers=sent, content=content)

    @property
    def named(self) -> set[str]:
        """The names of what stands in its path."""
        return {each["name"] for each in self.facts.get("parameters", []) if each["in"] == "path"}

    def filled(self, ids: Mapping[str, str] = MappingProxyType({})) -> str:
        path = self.path
        for parameter in self.facts.get("parameters", []):
            if parameter["in"] == "path":
                name = parameter["name"]
                path = path.replace(f"{{{name}}}", ids.get(name) or _value(parameter["schema"]))
        return path


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, facts in methods.items():
            yield Operation(facts["operationId"], method.upper(), path, facts)


# Where more than one table ends as the parameter does.
TABLES = {"report_id": "progress_report"}


async def ids_of(session: AsyncSession, document: dict[str, Any]) -> dict[str, str]:
    """Read, for what stands in a path, the id of something in the session's county, where there is one."""
    found = {}
    known = sorted(Base.metadata.tables)
    for name in sorted(set().union(*(each.named for each in operations(document)))):
        base = name.removesuffix("_id")
        tables = [table for table in known if table == base] or [table for table in known if table.endswith(f"_{base}")]
        table = TABLES.get(name) or next(iter(tables), None)
        if name.endswith("_id") and table:
            found[name] = await session.scalar(text(f"SELECT max(id::text) FROM {table}"))  # noqa: S608 - tables of ours
    return {name: id_ for name, id_ in found.items() if id_}


def _value(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema["type"] == "integer":
        return str(schema["minimum"])
    return str(new_id()) if schema.get("format") == "uuid" else "1"
