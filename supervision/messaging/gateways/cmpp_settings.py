import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from supervision.foundation.connections import is_loopback
from supervision.foundation.settings import SettingRefused
from supervision.messaging.gateways.cmpp import CmppAccount, CmppGateway
from supervision.messaging.gateways.cmpp_session import Login
from supervision.messaging.gateways.gateway_settings import VENDORS, GatewaySettings

_PORT, _ENCRYPTED_PORT = 7890, 7891


def open_cmpp(given: GatewaySettings, *, listens: bool) -> CmppGateway:
    """Open a gateway of CMPP as the settings have it; refuses what no frame can hold, and an open line."""
    address = _address(given)
    is_encrypted = address.scheme == "cmpps"
    login = Login(
        address.hostname or "",
        address.port or (_ENCRYPTED_PORT if is_encrypted else _PORT),
        _held(given, "_account", 6, "运营商给出的企业代码（Source_Addr）", "the provider's code (Source_Addr)"),
        "" if listens else given.secret("_secret_file", VENDORS),
        is_encrypted=is_encrypted,
    )
    account = CmppAccount(
        login,
        _held(given, "_service", 10, "业务代码（Service_Id）", "the service (Service_Id)"),
        _held(given, "_serial", 20, "接入码（Src_Id）", "the number that telephones show (Src_Id)"),
    )
    return CmppGateway(account, rate_per_second=given.rate)


def _held(given: GatewaySettings, field: str, most: int, zh: str, en: str) -> str:
    zh, en = f"{zh}，至多 {most} 个字母或数字", f"{en}, at most {most} letters or digits"
    text = given.text(field, zh, en)
    if not re.fullmatch(rf"[!-~]{{1,{most}}}", text):
        name = given.name_of(field)
        raise SettingRefused(f"请将 {name} 设为{zh}。", f"Set {name} to {en}.")
    return text


def _address(given: GatewaySettings) -> SplitResult:
    """Return the gateway's address: CMPP encrypts nothing, so it is of a line that nobody else reads."""
    name = given.name_of("_url")
    try:
        address = urlsplit(given.text_or_nothing("_url"))
        is_whole = bool(address.hostname) and address.port != 0 and address.scheme in ("cmpp", "cmpps")
    except ValueError:
        is_whole = False
    if not is_whole:
        raise SettingRefused(
            f"请将 {name} 设为 cmpp://主机:端口，或经 TLS 的 cmpps://主机:端口。",
            f"Set {name} to cmpp://host:port, or to cmpps://host:port for one behind TLS.",
        )
    if address.scheme == "cmpp" and not _is_ours(address.hostname or ""):
        raise SettingRefused(
            f"CMPP 不加密。{name} 应为本机或专线、VPN 的内网地址；经公网时请用 cmpps:// 或本机上的加密隧道。",
            f"CMPP encrypts nothing. {name} must be this machine or a private address of a leased line or VPN; over "
            "the open network use cmpps://, or a tunnel on this machine.",
        )
    return address


def _is_ours(host: str) -> bool:
    try:
        return is_loopback(host) or ip_address(host).is_private
    except ValueError:
        return False
