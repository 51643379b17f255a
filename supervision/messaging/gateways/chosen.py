from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from supervision.foundation import settings
from supervision.foundation.connections import is_private
from supervision.foundation.errors import NotFound
from supervision.foundation.settings import SettingRefused
from supervision.messaging.errors import UnsignedReceipt
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.http import HttpGateway

# Their `accepted` is the last that is ever heard of a message, so it does not expire.
WITHOUT_RECEIPTS = [ConsoleGateway.name]
# The prefix of the settings of the gateway of live messages (False), and of that of test messages (True).
_PREFIXES = {False: "gateway", True: "test_gateway"}


def choose_gateways() -> dict[bool, Gateway]:
    """Open, to hand letters over, the gateway of live messages (False) and that of test messages (True).

    Refuses settings that lack what the gateway needs, and an address beyond this machine that is not https.
    """
    return {is_test: _open(prefix, listens=False) for is_test, prefix in _PREFIXES.items()}


@lru_cache
def listening_gateways() -> dict[bool, Gateway]:
    """Return the chosen gateways for those who hand nothing over: they read receipts, and capabilities.

    Refuses what `choose_gateways` does, and a secret of receipts that another gateway or the other direction has too.
    """
    gateways = {is_test: _open(prefix, listens=True) for is_test, prefix in _PREFIXES.items()}
    _require_different_secrets()
    return gateways


def signer_of(name: str, headers: Mapping[str, str], body: bytes) -> tuple[bool, Gateway]:
    """Return which gateway of this name signed a body: that of live messages (False) or of test messages (True).

    Refuses a name that is not in use, and a body that neither signed.
    """
    named = [(is_test, gateway) for is_test, gateway in listening_gateways().items() if gateway.name == name]
    if not named:
        raise NotFound
    for is_test, gateway in named:
        with suppress(UnsignedReceipt):
            gateway.verify_receipt(headers, body)
            return is_test, gateway
    raise UnsignedReceipt


def _open(prefix: str, *, listens: bool) -> Gateway:
    chosen = settings.current()
    if getattr(chosen, prefix) == ConsoleGateway.name:
        return ConsoleGateway(chosen.data_dir)
    url: str = getattr(chosen, f"{prefix}_url")
    _require_private(prefix, url)
    if listens:
        return HttpGateway(url, receipt_secret=_read(f"{prefix}_receipt_secret_file"))
    return HttpGateway(url, _read(f"{prefix}_secret_file"))


def _require_private(prefix: str, url: str) -> None:
    if not is_private(url):
        name = f"DUCHA_{prefix}_URL".upper()
        raise SettingRefused(
            f"请将 {name} 设为短信网关的 https 地址；http 仅限本机。",
            f"Set {name} to the https address of the SMS gateway; http is for this machine only.",
        )


def _read(name: str) -> str:
    path: Path | None = getattr(settings.current(), name)
    try:
        secret = path.read_text(encoding="ascii").strip() if path else ""
        Webhook(secret)
    except (OSError, ValueError, EmptyWebhookSecretError):
        secret = ""
    if not secret:
        name = f"DUCHA_{name}".upper()
        raise SettingRefused(
            f"请将 {name} 设为密钥文件（内容为 whsec_…），并确认本进程可读。",
            f"Set {name} to a file with the secret, whsec_…, and see that this process may read it.",
        )
    return secret


def _require_different_secrets() -> None:
    chosen = settings.current()
    used = [prefix for prefix in _PREFIXES.values() if getattr(chosen, prefix) != ConsoleGateway.name]
    # This process need not hold the secrets of the other direction; those that it holds are compared.
    names = [f"{prefix}_{kind}" for prefix in used for kind in ("receipt_secret_file", "secret_file")]
    held = [_read(name) for name in names if getattr(chosen, name) is not None]
    if len(set(held)) != len(held):
        raise SettingRefused(
            "每个短信网关的发送密钥和回执密钥都应各不相同。请为 DUCHA_…GATEWAY_SECRET_FILE 和 "
            "DUCHA_…GATEWAY_RECEIPT_SECRET_FILE 分别设置密钥。",
            "Each gateway has one secret for sending and another for receipts, and no two are the same. Make one for "
            "each DUCHA_…GATEWAY_SECRET_FILE and DUCHA_…GATEWAY_RECEIPT_SECRET_FILE.",
        )
