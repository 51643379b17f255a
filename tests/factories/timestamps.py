"""A time-stamp authority of its own: OpenSSL's, behind a server of HTTP, with certificates made on the spot."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[tsa]
default_tsa = ours
[ours]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/tsa.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_EXTENSIONS = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\n"


class Authority:
    """Where it is asked, the file of its root, whether it is well, and how often it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "root.pem"
        self.url, self.asked = "", 0
        # What it answers instead of a time-stamp, with which status.
        self.instead: tuple[int, bytes] | None = None

    def answer(self, query: bytes) -> tuple[int, bytes]:
        self.asked += 1
        if self.instead is not None:
            return self.instead
        (self.folder / "query").write_bytes(query)
        config, query_file = self.folder / "config", self.folder / "query"
        return 200, openssl("ts", "-reply", "-config", config, "-queryfile", query_file, "-out", "-")

    def make_certificates(self) -> None:
        folder = self.folder
        (folder / "config").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        (folder / "extensions").write_text(_EXTENSIONS)
        new = ("req", "-newkey", "rsa:2048", "-nodes")
        openssl(*new, "-x509", "-days", "30", "-subj", "/CN=root", "-keyout", folder / "root.key", "-out", self.root)
        openssl(*new, "-subj", "/CN=stamps", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
        signed_by = ("-CA", self.root, "-CAkey", folder / "root.key", "-CAcreateserial", "-days", "30")
        extended = ("-extfile", folder / "extensions")
        openssl("x509", "-req", "-in", folder / "tsa.csr", *signed_by, *extended, "-out", folder / "tsa.pem")


def openssl(*words: str | Path) -> bytes:
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout  # noqa: S607 - the machine's


@contextmanager
def open_authority(folder: Path) -> Iterator[Authority]:
    folder.mkdir()
    authority = Authority(folder)
    authority.make_certificates()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            is_right = self.headers["Content-Type"] == "application/timestamp-query"
            status, body = authority.answer(query) if is_right else (415, b"")
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    serving = Thread(target=server.serve_forever)
    serving.start()
    try:
        yield authority
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
