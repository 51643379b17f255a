from functools import lru_cache
from pathlib import Path

from supervision.foundation import settings
from supervision.foundation.errors import NotFound
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway

# Their `accepted` is the last that is ever heard of a message, so it does not expire.
WITHOUT_RECEIPTS = [ConsoleGateway.name]


class GatewayNotConfigured(Exception):  # noqa: N818 - states the fact
    """The settings choose the http gateway without its address, or without the file of its secret."""


def choose_gateways() -> dict[bool, Gateway]:
    """Open the gateway of live messages (False) and that of test messages (True), as the settings say.

    Refuses settings that lack what the gateway needs (`GatewayNotConfigured`).
    """
    chosen = settings.current()
    return {
        False: _open(chosen.gateway, chosen.gateway_url, chosen.gateway_secret_file, chosen.data_dir),
        True: _open(chosen.test_gateway, chosen.test_gateway_url, chosen.gateway_secret_file, chosen.data_dir),
    }


def _open(kind: str, url: str, secret_file: Path | None, folder: Path) -> Gateway:
    if kind == ConsoleGateway.name:
        return ConsoleGateway(folder)
    if not url or secret_file is None:
        raise GatewayNotConfigured("DUCHA_GATEWAY_URL (DUCHA_TEST_GATEWAY_URL), DUCHA_GATEWAY_SECRET_FILE")
    return HttpGateway(url, secret_file.read_text(encoding="ascii").strip())


@lru_cache
def listening_gateways() -> dict[bool, Gateway]:
    """Return the chosen gateways for those who hand nothing over: they read receipts, and capabilities."""
    return choose_gateways()


def listening_gateway(name: str) -> Gateway:
    """Return the chosen gateway of this name; refuses a name that is not in use."""
    for gateway in listening_gateways().values():
        if gateway.name == name:
            return gateway
    raise NotFound
