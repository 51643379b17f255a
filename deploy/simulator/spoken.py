"""The protocols of the simulator, each with its own secrets and the settings by which Ducha talks to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import orjson

from deploy.simulator.aliyun_protocol import AliyunLogin, AliyunProtocol, AliyunReceipts
from deploy.simulator.app import SpokenProtocol
from deploy.simulator.cmpp_protocol import CmppLogin, CmppProtocol
from deploy.simulator.http_protocol import HttpProtocol, HttpReceipts
from deploy.simulator.receipts import ReceiptForm, ReceiptSender
from deploy.simulator.secrets_folder import SecretsFolder
from deploy.simulator.submissions import SubmissionDesk
from deploy.simulator.yunmas_protocol import YunMasLogin, YunMasProtocol, YunMasReceipts


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a protocol is spoken; `ducha` is the address to which receipts are pushed, None to hold them."""

    desk: SubmissionDesk
    secrets: SecretsFolder
    port: int
    ducha: str | None
    cmpp_port: int

    def sender(self, name: str, form: ReceiptForm, query: str = "") -> ReceiptSender:
        url = f"{self.ducha}/v1/gateways/{name}/receipts{query}" if self.ducha else None
        return ReceiptSender(url, form, self.desk.ledger, self.desk.rng)


Settings = Mapping[str, str]


def _http(here: Surroundings) -> tuple[SpokenProtocol, Settings]:
    secret, receipt_secret = here.secrets.webhook("http-secret"), here.secrets.webhook("http-receipt-secret")
    spoken = HttpProtocol(here.desk, secret, here.sender("http", HttpReceipts(receipt_secret)))
    return spoken, {
        "": "http",
        "_URL": f"http://127.0.0.1:{here.port}",
        "_SECRET_FILE": str(here.secrets.path("http-secret")),
        "_RECEIPT_SECRET_FILE": str(here.secrets.path("http-receipt-secret")),
    }


def _yunmas(here: Surroundings) -> tuple[SpokenProtocol, Settings]:
    secret, token = here.secrets.token("yunmas-secret"), here.secrets.token("yunmas-receipt-secret")
    login = YunMasLogin("模拟单位", "simulator", secret, "SimSign01")
    spoken = YunMasProtocol(here.desk, login, here.sender("yunmas", YunMasReceipts(), f"?token={token}"))
    return spoken, {
        "": "yunmas",
        "_URL": f"http://127.0.0.1:{here.port}/sms/submit",
        "_COMPANY": login.ec_name,
        "_ACCOUNT": login.ap_id,
        "_SIGN": login.sign,
        "_SECRET_FILE": str(here.secrets.path("yunmas-secret")),
        "_RECEIPT_SECRET_FILE": str(here.secrets.path("yunmas-receipt-secret")),
        **({} if here.ducha else {"_PULLS": "true"}),
    }


# What a county would have registered, with the variables that the vendor has approved.
_TEMPLATES = {
    "SMS_100001": "请于${deadline}前报送${matter}的进展。",
    "SMS_100002": "${text}",
}


def _aliyun(here: Surroundings) -> tuple[SpokenProtocol, Settings]:
    secret, token = here.secrets.token("aliyun-secret"), here.secrets.token("aliyun-receipt-secret")
    templates = here.secrets.path("aliyun-templates.json")
    templates.write_bytes(orjson.dumps(_TEMPLATES, option=orjson.OPT_INDENT_2))
    login = AliyunLogin("simulator", secret, _TEMPLATES)
    spoken = AliyunProtocol(here.desk, login, here.sender("aliyun", AliyunReceipts(), f"?token={token}"))
    return spoken, {
        "": "aliyun",
        "_URL": f"http://127.0.0.1:{here.port}",
        "_ACCOUNT": login.access_key_id,
        "_TEMPLATES_FILE": str(templates),
        "_SECRET_FILE": str(here.secrets.path("aliyun-secret")),
        "_RECEIPT_SECRET_FILE": str(here.secrets.path("aliyun-receipt-secret")),
    }


def _cmpp(here: Surroundings) -> tuple[SpokenProtocol, Settings]:
    login = CmppLogin("901234", here.secrets.token("cmpp-secret"), "DUCHA", "10690000")
    return CmppProtocol(here.desk, login, here.cmpp_port), {
        "": "cmpp",
        "_URL": f"cmpp://127.0.0.1:{here.cmpp_port}",
        "_ACCOUNT": login.source_address,
        "_SERVICE": login.service,
        "_SERIAL": login.source_number,
        "_SECRET_FILE": str(here.secrets.path("cmpp-secret")),
    }


PROTOCOLS: Mapping[str, Callable[[Surroundings], tuple[SpokenProtocol, Settings]]] = MappingProxyType(
    {"http": _http, "yunmas": _yunmas, "aliyun": _aliyun, "cmpp": _cmpp}
)
