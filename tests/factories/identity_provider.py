import atexit
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy.ext.asyncio import AsyncSession

from supervision.foundation import clock
from supervision.foundation.actors import Actor
from supervision.identity import providers
from supervision.identity.providers import NewProvider

AUDIENCE = "ducha"


class TestProvider:
    """An identity provider with keys of its own: publishes them over a real socket, and signs whatever is asked."""

    __test__ = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.fetches = 0
        self.is_away = False
        self.keys: dict[str, Any] = {"first": ec.generate_private_key(ec.SECP256R1())}

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    def rotate(self, key_id: str) -> None:
        self.keys = {key_id: rsa.generate_private_key(65537, 2048)}

    def jwks(self) -> bytes:
        found = []
        for key_id, key in self.keys.items():
            algorithm = self.algorithm_of(key)
            public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
            found.append({**public, "kid": key_id, "use": "sig", "alg": algorithm})
        return json.dumps({"keys": found}).encode()

    @staticmethod
    def algorithm_of(key: Any) -> str:
        return "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"

    def claims(self, subject: str, client: str, **over: Any) -> dict[str, Any]:
        now = int(clock.real_now().timestamp())
        facts = {
            "iss": self.url,
            "sub": subject,
            "aud": AUDIENCE,
            "client_id": client,
            "iat": now,
            "exp": now + 600,
            "auth_time": now - 5,
            "amr": ["pwd", "mfa"],
            **over,
        }
        return {name: value for name, value in facts.items() if value is not None}

    def sign(self, claims: dict[str, Any], *, headers: dict[str, Any] | None = None, key: Any = None) -> str:
        key_id, own = next(iter(self.keys.items()))
        key = key or own
        algorithm = self.algorithm_of(key)
        return jwt.encode(claims, key, algorithm, {"kid": key_id, "typ": "at+jwt", **(headers or {})})

    def token(self, subject: str, client: str, **over: Any) -> str:
        return self.sign(self.claims(subject, client, **over))


@contextmanager
def running_provider() -> Iterator[TestProvider]:
    """Serve a provider's keys on a free port until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.fetches += 1
            self.send_response(503 if provider.is_away else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"" if provider.is_away else provider.jwks())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = TestProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def of_this_process() -> TestProvider:
    """Return the provider at which the tests' callers sign in; it runs till the process ends."""
    opened = running_provider()
    atexit.register(opened.__exit__, None, None, None)
    return opened.__enter__()


async def trust(session: AsyncSession, actor: Actor, provider: TestProvider, **over: Any) -> Any:
    facts = {"name": "示例身份提供方", "issuer": provider.url, "jwks_url": provider.jwks_url, "audience": AUDIENCE}
    return await providers.add_provider(session, actor, NewProvider(**{**facts, **over}))
