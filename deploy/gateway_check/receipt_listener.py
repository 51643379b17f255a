from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


@dataclass(frozen=True, slots=True)
class ReceiptCall:
    headers: dict[str, str]
    body: bytes
    was_taken: bool


@dataclass
class ReceiptListener:
    """Takes receipts as Ducha does, but declines the first call, so that it must come again."""

    calls: list[ReceiptCall] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        with self._lock:
            is_first = not self.calls
            self.calls.append(ReceiptCall(headers, body, was_taken=not is_first))
        return 503 if is_first else 200


@contextmanager
def listening(port: int) -> Iterator[ReceiptListener]:
    """Listen on the loopback interface, until the block ends; a gateway elsewhere comes through a tunnel or a proxy."""
    listener = ReceiptListener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(listener.hear(headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: the findings tell what came."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
