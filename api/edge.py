import re
import time
from collections.abc import Iterable, Mapping

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import address_of
from api.callers import ProvenCallers
from api.errors import http_problem
from api.quota import Quota
from supervision.foundation import metrics
from supervision.foundation.ids import new_id

log = structlog.get_logger()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
# Bytes of one header; a token may carry a few thousand of its own.
_LONGEST_HEADER, _LONGEST_CREDENTIALS = 4_000, 16_000
_NAMED = re.compile(r"\(\?P<\w+>")
_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Edge:
    """What every request meets first: its ids, limits of headers and rate, its route, its line in log and metrics."""

    def __init__(self, app: ASGIApp, *, requests_per_minute: int) -> None:
        self.app = app
        self.proven = ProvenCallers()
        self.quota = Quota(requests_per_minute)
        self.learn_routes(())

    def learn_routes(self, routes: Iterable[Route]) -> None:
        """Take the table of all routes, for 405, OPTIONS and HEAD, and to find each request's own."""
        united: dict[re.Pattern[str], dict[str, Route]] = {}
        for route in routes:
            united.setdefault(route.path_regex, {}).update(dict.fromkeys(route.methods or (), route))
        # A path of fixed words is that path alone, even where an id could stand in one's place, so it comes first.
        ordered = sorted(united.items(), key=lambda row: row[0].groups)
        # One expression for all, for every request asks it; the number of the group that matched is the row.
        self.paths = re.compile("|".join(f"({_NAMED.sub('(?:', pattern.pattern)})" for pattern, _ in ordered) or "(?!)")
        self.routes = [_with_head(by_method) for _, by_method in ordered]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._name(scope, headers)
        answer = _Answer(scope, send, self._quota_headers(scope))
        early = self._early_answer(scope, headers, answer.extra)
        if early is not None:
            await early(scope, receive, answer.send)
        else:
            await self._pass_on(scope, receive, answer)
        answer.finish()

    def _name(self, scope: Scope, headers: Headers) -> None:
        # The trace is whosever began it; what we write down for good has an id that nobody else can choose.
        request_id = new_id().hex
        trace = _TRACE.fullmatch(headers.get("traceparent", ""))
        address = address_of(scope)
        scope.setdefault("state", {}).update(
            request_id=request_id,
            trace_id=trace[1] if trace else request_id,
            address=address,
            caller=self.proven.name(headers.get("authorization", ""), address),
        )

    async def _pass_on(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
            answer.is_head = True
        await self.app(scope, receive, answer.send)
        answer.scope = scope

    def _early_answer(self, scope: Scope, headers: Headers, quota: dict[str, str]) -> Response | None:
        if quota.get("Retry-After"):
            return http_problem(scope, 429)
        if _is_too_long(headers):
            return http_problem(scope, 431)
        routes = self._routes_of(scope["path"])
        scope["found"] = routes.get(scope["method"])
        if routes and scope["found"] is None:
            allow = {"Allow": ", ".join(sorted([*routes, "OPTIONS"]))}
            is_question = scope["method"] == "OPTIONS"
            return Response(status_code=204, headers=allow) if is_question else http_problem(scope, 405, allow)
        if not _accepts_ours(headers.get("accept", "*/*")) and scope["path"].startswith("/v1/"):
            return http_problem(scope, 406)
        return None

    def _routes_of(self, path: str) -> Mapping[str, Route]:
        match = self.paths.match(path)
        return self.routes[match.lastindex - 1] if match and match.lastindex else {}

    def _quota_headers(self, scope: Scope) -> dict[str, str]:
        # Who was proved is counted as a client, everybody else by address; probes and metrics are never refused.
        if not scope["path"].startswith(("/v1/", "/feeds/", "/portal/")):
            return {}
        left, seconds = self.quota.take(scope["state"]["caller"])
        found = {
            "RateLimit-Policy": f'"minute";q={self.quota.per_minute};w=60',
            "RateLimit": f'"minute";r={max(0, left)};t={seconds}',
        }
        return found if left >= 0 else {**found, "Retry-After": str(seconds)}


class _Answer:
    def __init__(self, scope: Scope, send: Send, extra: dict[str, str]) -> None:
        self.scope, self._send, self.extra = scope, send, extra
        self.is_head = False
        self.status = 0
        self.began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = {**self.extra, "X-Trace-Id": self.scope["state"]["trace_id"], "X-Content-Type-Options": "nosniff"}
            present = {name for name, _ in message["headers"]}
            if b"cache-control" not in present:
                headers["Cache-Control"] = "private, no-cache" if b"etag" in present else "no-store"
            ours = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            message = {**message, "headers": [*message["headers"], *ours]}
        elif self.is_head:
            message = {**message, "body": b""}
        await self._send(message)

    def finish(self) -> None:
        seconds = time.perf_counter() - self.began
        operation = getattr(self.scope.get("route"), "name", "") or "none"
        metrics.REQUESTS.labels(operation, str(self.status)).observe(seconds)
        log.info(
            "request",
            method=self.scope["method"],
            operation=operation,
            status=self.status,
            ms=round(seconds * 1000, 1),
            trace_id=self.scope["state"]["trace_id"],
            request_id=self.scope["state"]["request_id"],
        )


def _with_head(routes: Mapping[str, Route]) -> Mapping[str, Route]:
    return {**routes, "HEAD": routes["GET"]} if "GET" in routes else routes


def _is_too_long(headers: Headers) -> bool:
    longest = max((len(value) for name, value in headers.raw if name != b"authorization"), default=0)
    return longest >= _LONGEST_HEADER or len(headers.get("authorization", "")) >= _LONGEST_CREDENTIALS


def _accepts_ours(accept: str) -> bool:
    ours = ("*/*", "application/*", "application/json", "application/problem+json", XLSX, ZIP)
    for part in accept.split(","):
        kind, _, parameters = part.partition(";")
        if kind.strip().lower() in ours and "q=0" not in parameters.replace(" ", "").split(";"):
            return True
    return not accept.strip()
