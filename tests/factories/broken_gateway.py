"""A gateway of the `http` protocol that keeps every promise but one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import orjson
from standardwebhooks import Webhook, WebhookVerificationError

from supervision.foundation.clock import real_now
from tests.factories.simulator import RECEIPT_SECRET, SECRET

OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2YtYW5vdGhlci1nYXRld2F5"


class BrokenGateway:
    def __init__(self, breach: str, receipts_url: str) -> None:
        self.breach, self.receipts_url = breach, receipts_url
        self.taken: dict[str, str] = {}
        self.sending: list[Thread] = []

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], object]:
        if not self._lets_in(headers, body):
            return 401, {}, {}
        try:
            told = orjson.loads(body)
            if path.endswith("query"):
                return 200, {}, {"messages": [self._found(each) for each in told["ids"]]}
            messages = [{name: each[name] for name in ("id", "telephone", "text")} for each in told["messages"]]
        except (orjson.JSONDecodeError, KeyError):
            return 500 if self.breach == "malformed" else 400, {}, {}
        if self.breach == "batch" and len(messages) > 3:
            return 413, {}, {}
        if self.breach == "throttle" and len(self.taken) > 30:
            return 429, {}, {}
        results = [self._take(each["id"]) for each in messages]
        return 200, {}, {"results": results[1:] if self.breach == "result" else results}

    def _lets_in(self, headers: dict[str, str], body: bytes) -> bool:
        if self.breach == "unsigned" and "webhook-signature" not in headers:
            return True
        at = int(headers.get("webhook-timestamp", "0"))
        skip = {"secret": True, "altered": body.endswith(b" "), "old": time.time() - at > 300}
        if "webhook-signature" in headers and skip.get(self.breach):
            return True
        try:
            Webhook(SECRET).verify(body, headers, json_parse=False)
        except WebhookVerificationError:
            return False
        return True

    def _found(self, message_id: str) -> dict[str, str]:
        is_known = message_id in self.taken and self.breach != "query"
        return {"id": message_id, "status": "accepted" if is_known else "absent"}

    def _take(self, message_id: str) -> dict[str, str | None]:
        if self.breach == "status":
            return {"id": message_id, "status": "perhaps"}
        if message_id not in self.taken or self.breach == "twice":
            self.taken[message_id] = f"r{len(self.taken)}-{time.monotonic_ns()}"
            thread = Thread(target=self._tell, args=(message_id, self.taken[message_id]))
            thread.start()
            self.sending.append(thread)
        return {"id": message_id, "status": "accepted", "reference": self.taken[message_id]}

    def _tell(self, message_id: str, reference: str) -> None:
        if self.breach == "no_receipts":
            return
        status = "read" if self.breach == "receipt_status" else "delivered"
        body = orjson.dumps({"receipts": [{"id": message_id, "reference": reference, "status": status}]})
        tries = 1 if self.breach == "no_repetition" else 3
        for number in range(tries):
            call = f"rcp_{reference}" + (f"_{number}" if self.breach == "other_call" else "")
            secret, now = OTHER if self.breach == "receipt_secret" else RECEIPT_SECRET, real_now()
            headers = {
                "webhook-id": call,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(secret).sign(call, now, body.decode()),
            }
            try:
                if httpx.post(self.receipts_url, content=body, headers=headers, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                return


@contextmanager
def broken_gateway(breach: str, receipts_url: str) -> Iterator[str]:
    gateway = BrokenGateway(breach, receipts_url)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told: dict[str, Any] = {name.lower(): value for name, value in self.headers.items()}
            status, headers, answer = gateway.answer(self.path, told, body)
            content = orjson.dumps(answer)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            for sending in gateway.sending:
                sending.join()
            server.shutdown()
            thread.join()
