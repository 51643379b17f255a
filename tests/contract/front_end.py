import re
from collections.abc import Mapping

from fastapi.routing import APIRoute, iter_route_contexts
from standardwebhooks import Webhook
from starlette.types import Message, Receive, Scope, Send

from api.app import DuchaApp
from api.permissions import PUBLIC
from api.router import permissions
from supervision.foundation import clock
from supervision.foundation.actors import Role
from supervision.foundation.ids import new_id

Keys = Mapping[str, Mapping[str, str]]
# Who asks where several may: proposer and approver must be two.
ASKS = {"draft_publication": Role.PUBLISHER, "review_publication": Role.OFFICE}
FIRST = (
    Role.OFFICE,
    Role.GROUP,
    Role.ADMINISTRATOR,
    Role.SECURITY_ADMINISTRATOR,
    Role.AUDITOR,
    Role.PUBLISHER,
    Role.LEADER,
    Role.UNIT,
)
# What would end a caller: its keys and clients, the appointment and the link of its official, and his departure.
_ENDING = re.compile(
    r"(/v1/(?:clients|appointments|sign_in_links|officials)/)([0-9a-f-]{36})(/keys/.+/revocation|/disabling|/ending|/departure)"
)


class FrontEnd:
    """Stands before the app as a county's own front end: it holds a key of each role and sends the one that may.

    `Bearer here` and `Bearer there` are two counties; whatever else is sent as a key goes through as it is.
    """

    def __init__(self, app: DuchaApp, keys: Keys, *, metrics_token: str, gateway_secret: str) -> None:
        self.app, self.keys, self.metrics_token = app, keys, metrics_token
        self.gateway = Webhook(gateway_secret)
        self.routes = [
            (context.path_regex, frozenset(route.methods or ()), route.name)
            for context in iter_route_contexts(app.routes)
            if isinstance(route := context.original_route, APIRoute)
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = self.keep_own_keys(self.with_key(scope))
            if self.operation(scope) == "receive_receipts":
                scope, receive = await self.signed(scope, receive)
        await self.app(scope, receive, send)

    def operation(self, scope: Scope) -> str:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        found = (name for regex, methods, name in self.routes if method in methods and regex.match(scope["path"]))
        return next(found, "")

    def with_key(self, scope: Scope) -> Scope:
        headers = dict(scope["headers"])
        county = headers.get(b"authorization", b"").decode("latin-1").removeprefix("Bearer ")
        operation = self.operation(scope)
        if operation == "get_metrics":
            return with_header(scope, b"authorization", f"Bearer {self.metrics_token}")
        if county not in self.keys:
            return scope
        allowed = permissions().get(operation, PUBLIC).roles or frozenset(FIRST)
        role = ASKS.get(operation) or next(role for role in FIRST if role in allowed)
        return with_header(scope, b"authorization", f"Bearer {self.keys[county][role]}")

    async def signed(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """Sign a gateway's receipts as the gateway would, unless they say nothing that could be signed."""
        body, message = b"", await receive()
        while message.get("more_body"):
            body, message = body + message["body"], await receive()
        body += message.get("body", b"")

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        moment = clock.real_now()
        try:
            signature = self.gateway.sign("contract", moment, body.decode())
        except UnicodeDecodeError:
            return scope, again
        for name, value in (("id", "contract"), ("timestamp", str(int(moment.timestamp()))), ("signature", signature)):
            scope = with_header(scope, f"webhook-{name}".encode(), value)
        return scope, again

    def keep_own_keys(self, scope: Scope) -> Scope:
        own = {each for county in self.keys.values() for each in county["own"].split()}
        match = _ENDING.fullmatch(scope["path"])
        if match and match[2] in own:
            return with_path(scope, f"{match[1]}{new_id()}{match[3]}")
        return scope


def with_header(scope: Scope, name: bytes, value: str) -> Scope:
    headers = [(key, old) for key, old in scope["headers"] if key != name]
    return {**scope, "headers": [*headers, (name, value.encode())]}


def with_path(scope: Scope, path: str) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode()}
