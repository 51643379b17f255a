"""What the settings say of one gateway: that of live messages, or that of test messages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from supervision.foundation import settings
from supervision.foundation.connections import is_private
from supervision.foundation.settings import SettingRefused
from supervision.messaging.gateways.registered_templates import RegisteredTemplates, TemplatesRefused, read_templates


@dataclass(frozen=True, slots=True)
class SecretForm:
    """What a file of a secret holds, in both languages, and whether a text is that."""

    zh: str
    en: str
    fits: Callable[[str], bool]


def _is_webhook_secret(secret: str) -> bool:
    try:
        Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        return False
    return True


WEBHOOK = SecretForm("whsec_…", "whsec_…", _is_webhook_secret)
VENDORS = SecretForm("供应商给出的口令", "the vendor's password", lambda secret: 0 < len(secret) <= 200)  # noqa: PLR2004 - characters
# It stands in an address, and numbers are keyed with it.
TOKEN = SecretForm(
    "32 至 128 位字母、数字、- 或 _，如 openssl rand -hex 32 的输出",
    "32 to 128 letters, digits, - or _, such as `openssl rand -hex 32` prints",
    lambda secret: re.fullmatch(r"[A-Za-z0-9_-]{32,128}", secret) is not None,
)


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """The settings that begin with one prefix, each refused by its name when it is needed and wrong."""

    prefix: str

    @property
    def kind(self) -> str:
        return str(self._given(""))

    @property
    def url(self) -> str:
        url = str(self._given("_url"))
        if not is_private(url):
            raise SettingRefused(
                f"请将 {self.name_of('_url')} 设为短信网关的 https 地址；http 仅限本机。",
                f"Set {self.name_of('_url')} to the https address of the SMS gateway; http is for this machine only.",
            )
        return url

    @property
    def rate(self) -> float | None:
        rate: float | None = self._given("_rate")
        return rate

    @property
    def pulls(self) -> bool:
        return bool(self._given("_pulls"))

    def text(self, field: str, zh: str, en: str) -> str:
        """Return a text that the gateway cannot do without; refuses an empty one, saying what it is."""
        text = str(self._given(field)).strip()
        if not text:
            name = self.name_of(field)
            raise SettingRefused(f"请将 {name} 设为{zh}。", f"Set {name} to {en}.")
        return text

    def text_or_nothing(self, field: str) -> str:
        return str(self._given(field)).strip()

    def secret(self, field: str, form: SecretForm) -> str:
        """Read a secret from its file; refuses a file that cannot be read, and what is no such secret."""
        path: Path | None = self._given(field)
        try:
            secret = path.read_text(encoding="utf-8").strip() if path else ""
        except (OSError, ValueError):
            secret = ""
        if not form.fits(secret):
            name = self.name_of(field)
            raise SettingRefused(
                f"请将 {name} 设为密钥文件（内容为 {form.zh}），并确认本进程可读。",
                f"Set {name} to a file with the secret, {form.en}, and see that this process may read it.",
            )
        return secret

    def templates(self) -> RegisteredTemplates:
        """Read the templates that a vendor has registered; refuses a file without them."""
        path: Path | None = self._given("_templates_file")
        try:
            return read_templates(path or Path())
        except TemplatesRefused as refused:
            name = self.name_of("_templates_file")
            raise SettingRefused(
                f"请检查 {name} 的文件：{refused.zh}。", f"See to the file of {name}: {refused.en}."
            ) from None

    def held(self, field: str) -> str | None:
        """Return what a file holds, if there is one, whatever it is."""
        path: Path | None = self._given(field)
        return path.read_text(encoding="utf-8").strip() if path else None

    def name_of(self, field: str) -> str:
        return f"DUCHA_{self.prefix}{field}".upper()

    def _given(self, field: str) -> Any:
        return getattr(settings.current(), f"{self.prefix}{field}")
