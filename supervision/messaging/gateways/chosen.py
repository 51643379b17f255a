from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

from supervision.foundation import settings
from supervision.foundation.errors import NotFound
from supervision.foundation.settings import SettingRefused
from supervision.messaging.errors import UnsignedReceipt
from supervision.messaging.gateways import Gateway
from supervision.messaging.gateways.aliyun import AliyunAccount, AliyunGateway
from supervision.messaging.gateways.carriers import Carrier
from supervision.messaging.gateways.cmpp_settings import open_cmpp
from supervision.messaging.gateways.console import ConsoleGateway
from supervision.messaging.gateways.gateway_settings import TOKEN, VENDORS, WEBHOOK, GatewaySettings, read_gateways
from supervision.messaging.gateways.http import HttpGateway
from supervision.messaging.gateways.registered_templates import RegisteredTemplates
from supervision.messaging.gateways.route import Route, Routes
from supervision.messaging.gateways.yunmas import YunMasAccount, YunMasGateway

# Their `accepted` is the last that is ever heard of a message, so it does not expire.
WITHOUT_RECEIPTS = [ConsoleGateway.name]


def choose_gateways() -> Routes:
    """Open, to hand letters over, the gateways of live messages (False) and those of test messages (True).

    Refuses settings that lack what a gateway needs, an address beyond this machine that is not https, and a carrier
    whose numbers no gateway takes.
    """
    return {is_test: _open_all(is_test=is_test, listens=False) for is_test in (False, True)}


@lru_cache
def listening_gateways() -> Routes:
    """Return the chosen gateways for those who hand nothing over: they read receipts, and capabilities.

    Refuses what `choose_gateways` does, and a secret of receipts that another gateway or the other direction has too.
    """
    routes = {is_test: _open_all(is_test=is_test, listens=True) for is_test in (False, True)}
    _require_different_secrets()
    return routes


def signer_of(name: str, headers: Mapping[str, str], body: bytes, *, token: str | None) -> tuple[bool, Gateway]:
    """Return which gateway of this name signed a body: that of live messages (False) or of test messages (True).

    Refuses a name that is not in use, and a body that neither signed, nor sent with its token.
    """
    every = [(is_test, route.gateway) for is_test, routes in listening_gateways().items() for route in routes]
    named = [(is_test, gateway) for is_test, gateway in every if gateway.name == name]
    if not named:
        raise NotFound
    for is_test, gateway in named:
        with suppress(UnsignedReceipt):
            gateway.verify_receipt(headers, body, token=token)
            return is_test, gateway
    raise UnsignedReceipt


def _open_all(*, is_test: bool, listens: bool) -> list[Route]:
    routes = [
        Route(_open(given, listens=listens), given.weight, given.carriers, given.kind)
        for given in read_gateways(is_test=is_test)
    ]
    if left := sorted(frozenset(Carrier).difference(*(route.carriers for route in routes))):
        name = "DUCHA_TEST_GATEWAY_…_CARRIERS" if is_test else "DUCHA_GATEWAY_…_CARRIERS"
        raise SettingRefused(
            f"没有网关发送 {'、'.join(left)} 的号码。请补入某个 {name}，或使一个网关不设此项（即发送所有号码）。",
            f"No gateway takes numbers of {', '.join(left)}. Add them to a {name}, or leave it out for one "
            "gateway, which then takes all numbers.",
        )
    return routes


def _open(given: GatewaySettings, *, listens: bool) -> Gateway:
    gateway = _open_kind(given, listens=listens)
    gateway.name = given.name
    return gateway


def _open_kind(given: GatewaySettings, *, listens: bool) -> Gateway:
    match given.kind:
        case "http":
            return _open_http(given, listens=listens)
        case "yunmas":
            return _open_yunmas(given, listens=listens)
        case "aliyun":
            return _open_aliyun(given, listens=listens)
        case "cmpp":
            return open_cmpp(given, listens=listens)
    return ConsoleGateway(settings.current().data_dir)


def _open_http(given: GatewaySettings, *, listens: bool) -> Gateway:
    if listens:
        return HttpGateway(
            given.url, receipt_secret=given.secret("_receipt_secret_file", WEBHOOK), rate_per_second=given.rate
        )
    return HttpGateway(given.url, given.secret("_secret_file", WEBHOOK), rate_per_second=given.rate)


def _open_yunmas(given: GatewaySettings, *, listens: bool) -> Gateway:
    account = YunMasAccount(
        given.text("_company", "云MAS 的企业名称（ecName）", "the company's name (ecName)"),
        given.text("_account", "云MAS 的接口账号（apId）", "the interface account (apId)"),
        given.text("_sign", "云MAS 的签名编码（sign）", "the code of the signature (sign)"),
        given.text_or_nothing("_serial"),
    )
    return YunMasGateway(
        given.url,
        account,
        None if listens else given.secret("_secret_file", VENDORS),
        # Who sends holds it too: it keys the numbers by which receipts name their messages.
        receipt_secret=given.secret("_receipt_secret_file", TOKEN),
        pulls=given.pulls,
        rate_per_second=given.rate,
    )


def _open_aliyun(given: GatewaySettings, *, listens: bool) -> Gateway:
    key = given.text("_account", "阿里云的 AccessKey ID", "the AccessKey ID")
    return AliyunGateway(
        given.url,
        AliyunAccount(key, RegisteredTemplates({}) if listens else given.templates()),
        None if listens else given.secret("_secret_file", VENDORS),
        receipt_secret=given.secret("_receipt_secret_file", TOKEN),
        rate_per_second=given.rate,
    )


def _require_different_secrets() -> None:
    every = [*read_gateways(is_test=False), *read_gateways(is_test=True)]
    used = [given for given in every if given.kind != ConsoleGateway.name]
    # This process need not hold the secrets of the other direction; those that it holds are compared.
    found = [given.held(field) for given in used for field in ("_receipt_secret_file", "_secret_file")]
    held = [secret for secret in found if secret is not None]
    if len(set(held)) != len(held):
        raise SettingRefused(
            "每个短信网关的发送密钥和回执密钥都应各不相同。请为 DUCHA_…GATEWAY_SECRET_FILE 和 "
            "DUCHA_…GATEWAY_RECEIPT_SECRET_FILE 分别设置密钥。",
            "Each gateway has one secret for sending and another for receipts, and no two are the same. Make one for "
            "each DUCHA_…GATEWAY_SECRET_FILE and DUCHA_…GATEWAY_RECEIPT_SECRET_FILE.",
        )
