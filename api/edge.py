import re
import time
from collections.abc import Iterable, Mapping
from functools import cache

from prometheus_client import Histogram
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import address_of
from api.callers import ProvenCallers
from api.errors import http_problem
from api.public_answers import PublicAnswers
from api.quota import Quota
from supervision.foundation import logs, metrics
from supervision.foundation.ids import new_hex_id

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
# Bytes of one header; a token may carry a few thousand of its own.
_LONGEST_HEADER, _LONGEST_CREDENTIALS = 4_000, 16_000
# The headers that tell of the quota; whoever used his up gets one more.
_QUOTA_HEADERS = 2
_NAMED = re.compile(r"\(\?P<\w+>")
_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
Sent = Mapping[bytes, bytes]
Headers = list[tuple[bytes, bytes]]


class Edge:
    """What every request meets first: its ids, limits of headers and rate, its route, its line in log and metrics."""

    def __init__(self, app: ASGIApp, *, requests_per_minute: int, public_answers_seconds: float = 0) -> None:
        self.app = app
        self.proven = ProvenCallers()
        self.quota = Quota(requests_per_minute)
        self.answers = PublicAnswers(public_answers_seconds)
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
        # Of a header that came twice the first one counts, as everywhere.
        headers: Sent = dict(reversed(scope["headers"]))
        self._name(scope, headers)
        answer = _Answer(scope, send, self._quota_headers(scope))
        refused = self._refuse(scope, is_too_many=len(answer.extra) > _QUOTA_HEADERS)
        if refused is None and (kept := self.answers.find(scope, headers)) is not None:
            await answer.give(kept)
        elif (early := refused or self._early_answer(scope, headers)) is not None:
            await early(scope, receive, answer.send)
        else:
            await self._pass_on(scope, receive, answer)
        answer.finish()

    def _name(self, scope: Scope, headers: Sent) -> None:
        # The trace is whosever began it; what we write down for good has an id that nobody else can choose.
        request_id = new_hex_id()
        trace = _TRACE.fullmatch(headers.get(b"traceparent", b"").decode("latin-1"))
        address = address_of(scope)
        scope.setdefault("state", {}).update(
            arrived_at=time.perf_counter(),
            request_id=request_id,
            trace_id=trace[1] if trace else request_id,
            address=address,
            caller=self.proven.name(headers.get(b"authorization", b""), address),
        )

    async def _pass_on(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if scope["method"] == "HEAD":
            # In a copy: the server still has to know that no body is to come.
            answer.scope = scope = {**scope, "method": "GET"}
        await self.app(scope, receive, answer.send)

    def _refuse(self, scope: Scope, *, is_too_many: bool) -> Response | None:
        if is_too_many:
            return http_problem(scope, 429)
        return http_problem(scope, 431) if _is_too_long(scope) else None

    def _early_answer(self, scope: Scope, headers: Sent) -> Response | None:
        routes = self._routes_of(scope["path"])
        scope["found"] = routes.get(scope["method"])
        if routes and scope["found"] is None:
            allow = {"Allow": ", ".join(sorted([*routes, "OPTIONS"]))}
            is_question = scope["method"] == "OPTIONS"
            return Response(status_code=204, headers=allow) if is_question else http_problem(scope, 405, allow)
        if scope["path"].startswith("/v1/") and not _accepts_ours(headers.get(b"accept", b"*/*").decode("latin-1")):
            return http_problem(scope, 406)
        return None

    def _routes_of(self, path: str) -> Mapping[str, Route]:
        match = self.paths.match(path)
        return self.routes[match.lastindex - 1] if match and match.lastindex else {}

    def _quota_headers(self, scope: Scope) -> Headers:
        # Who was proved is counted as a client, everybody else by address; probes and metrics are never refused.
        if not scope["path"].startswith(("/v1/", "/feeds/", "/portal/")):
            return []
        left, seconds = self.quota.take(scope["state"]["caller"])
        found = [
            (b"ratelimit-policy", b'"minute";q=%d;w=60' % self.quota.per_minute),
            (b"ratelimit", b'"minute";r=%d;t=%d' % (max(0, left), seconds)),
        ]
        return found if left >= 0 else [*found, (b"retry-after", b"%d" % seconds)]


class _Answer:
    def __init__(self, scope: Scope, send: Send, extra: Headers) -> None:
        self.scope, self._send, self.extra = scope, send, extra
        self.method = scope["method"]
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = self._with_ours(message["headers"])
            present = {name for name, _ in message["headers"]}
            if b"cache-control" not in present:
                headers.append((b"cache-control", b"private, no-cache" if b"etag" in present else b"no-store"))
            message = {**message, "headers": headers}
        elif self.method == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def give(self, kept: Response) -> None:
        """Send what is in memory by the shortest way: it is whole, and says itself who may keep it."""
        self.status = kept.status_code
        headers = self._with_ours(kept.raw_headers)
        await self._send({"type": "http.response.start", "status": self.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else kept.body})

    def _with_ours(self, headers: Headers) -> Headers:
        trace = (b"x-trace-id", self.scope["state"]["trace_id"].encode())
        return [*headers, *self.extra, trace, (b"x-content-type-options", b"nosniff")]

    def finish(self) -> None:
        state = self.scope["state"]
        seconds = time.perf_counter() - state["arrived_at"]
        operation = getattr(self.scope.get("route"), "name", "") or "none"
        _measured(operation, self.status).observe(seconds)
        logs.tell_request(self.method, operation, self.status, seconds, state["trace_id"], state["request_id"])


@cache
def _measured(operation: str, status: int) -> Histogram:
    return metrics.REQUESTS.labels(operation, str(status))


def _with_head(routes: Mapping[str, Route]) -> Mapping[str, Route]:
    return {**routes, "HEAD": routes["GET"]} if "GET" in routes else routes


def _is_too_long(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if len(value) >= _LONGEST_HEADER and (name != b"authorization" or len(value) >= _LONGEST_CREDENTIALS):
            return True
    return False


def _accepts_ours(accept: str) -> bool:
    ours = ("*/*", "application/*", "application/json", "application/problem+json", XLSX, ZIP)
    for part in accept.split(","):
        kind, _, parameters = part.partition(";")
        if kind.strip().lower() in ours and "q=0" not in parameters.replace(" ", "").split(";"):
            return True
    return not accept.strip()
