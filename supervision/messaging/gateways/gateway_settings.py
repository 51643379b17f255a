"""What the settings say of each gateway, of live messages or of test messages: of the only one, or of several."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from supervision.foundation import settings
from supervision.foundation.connections import is_private
from supervision.foundation.settings import SettingRefused, Settings
from supervision.messaging.gateways.carriers import WORDS, Carrier
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
    own_name: str | None = None
    """Where there are several; the only one goes by its kind."""

    @property
    def name(self) -> str:
        return self.own_name or self.kind

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

    @property
    def weight(self) -> int:
        weight: int = self._given("_weight")
        return weight

    @property
    def carriers(self) -> frozenset[Carrier]:
        """The carriers whose numbers it takes; refuses a word that names none."""
        words = _split(str(self._given("_carriers")))
        if not words:
            return frozenset(Carrier)
        if unknown := [word for word in words if word not in WORDS]:
            name = self.name_of("_carriers")
            raise SettingRefused(
                f"{name} 中的“{unknown[0]}”不是运营商。请写移动、联通、电信或广电，用逗号分隔。",
                f"{name} names {unknown[0]}, which is no carrier. Write mobile, unicom, telecom or broadnet.",
            )
        return frozenset(WORDS[word] for word in words)

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
        if self.own_name:
            return getattr(settings.of_gateway(self.prefix), f"gateway{field}")
        return getattr(settings.current(), f"{self.prefix}{field}")


def read_gateways(*, is_test: bool) -> list[GatewaySettings]:
    """Return the settings of each gateway of live or of test messages.

    Refuses a name that cannot be part of a variable's name, that stands twice, or whose kind is not set.
    """
    general = "test_gateway" if is_test else "gateway"
    names = _split(str(getattr(settings.current(), f"{general}s")))
    listed = f"DUCHA_{general}s".upper()
    for name in names:
        if not _NAME.fullmatch(name) or _is_taken(name) or names.count(name) > 1:
            raise SettingRefused(
                f"{listed} 中的“{name}”不能用作网关名称。请为每个网关另取名称：以小写字母开头，只含小写字母和数字。",
                f"{listed} names {name!r}, which cannot be a gateway's name. Give each a name of its own, of small "
                "letters and digits, that begins with a letter.",
            )
        if (kind := f"DUCHA_{general}_{name}".upper()) not in os.environ:
            raise SettingRefused(
                f"请将 {kind} 设为网关 {name} 的种类，如 yunmas。",
                f"Set {kind} to the kind of the gateway {name}, such as yunmas.",
            )
    return [GatewaySettings(f"{general}_{name}", name) for name in names] or [GatewaySettings(general)]


# No underscore, so that no gateway's settings begin like another's.
_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")


def _is_taken(name: str) -> bool:
    """Tell whether the settings of a gateway of this name would look like those of the only gateway."""
    return any(f"{field}_".startswith(f"gateway_{name}_") for field in Settings.model_fields)


def _split(words: str) -> list[str]:
    return [word for each in re.split("[,，、]", words) if (word := each.strip())]
