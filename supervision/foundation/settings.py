import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

GatewayKind = Literal["console", "http", "yunmas", "aliyun", "cmpp"]


class SettingRefused(Exception):  # noqa: N818 - states the fact
    """The settings do not let this process start; it says in both languages what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


class Settings(BaseSettings):
    """What differs between installations; each field is the environment variable DUCHA_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="DUCHA_")

    database_url: SecretStr = Field(description="SQLAlchemy URL of this process's own role")
    redis_url: SecretStr = Field(description="redis:// or unix:// URL of the doorbell")
    secret_file: Path | None = Field(
        default=None, description="file of mode 0600 with the installation secret, 64 hexadecimal digits"
    )
    audit_seal_key_file: Path | None = Field(
        default=None, description="file of mode 0600 with the key that binds the audit's seals; the worker's alone"
    )
    audit_seals: str = Field(
        default="",
        pattern=r"^($|/|syslog:($|/)|udp://)",
        description="where seals are written down as they are made: a file's whole path, syslog: or udp://host:514",
    )
    timestamp_url: str = Field(
        default="", description="where an authority gives time-stamps (RFC 3161) for the seals; empty: nobody does"
    )
    timestamp_ca_file: Path | None = Field(
        default=None, description="PEM file with the root certificates that vouch for that authority"
    )
    data_keys_file: Path | None = Field(
        default=None, description="file of mode 0600 with the keys of personal data; without it the secret is the key"
    )
    data_dir: Path = Path(".data")
    plain_connections: bool = Field(
        default=False, description="database and doorbell on other machines of a trusted network may do without TLS"
    )
    attachment_store: str = Field(
        default="",
        pattern=r"^($|file:///|s3\+https?://)",
        description="where uploads are kept: file:///folder or s3+https://host/bucket; empty: in the database",
    )
    attachment_store_key_file: Path | None = Field(
        default=None,
        description="file of mode 0600 with two lines: id of the access key, and its secret",
    )
    attachment_store_region: str = "us-east-1"
    scan_command: str = Field(
        default="", description="gets each upload at its standard input: status 0 is clean, 1 infected, else no answer"
    )
    scan_socket: str = Field(
        default="", pattern="^($|/)", description="clamd's socket, asked where no command is set; empty: nobody scans"
    )
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_wait_seconds: float = Field(default=5, gt=0, le=60)
    client_connections: int = Field(
        default=0, ge=0, le=200, description="database connections that one client may use at once; 0: half of the pool"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: int = Field(default=6 * 1024 * 1024, ge=1024, description="of a file that is sent")
    max_json_bytes: int = Field(default=2 * 1024 * 1024, ge=1024, description="of everything else that is sent")
    body_seconds: float = Field(default=60, gt=0, le=3600, description="within which a request must have been sent")
    trusted_proxies: str = Field(
        default="", description="addresses or networks whose X-Forwarded-For is believed; empty: nobody's"
    )
    requests_per_minute: int = Field(default=6000, ge=1)
    public_answers_seconds: float = Field(
        default=1.0, ge=0, le=1, description="how old a feed or page in a process's memory may be; 0: keep none"
    )
    metrics_token_file: Path | None = None
    worker_metrics_port: int = Field(default=0, ge=0, le=65535, description="0: no metrics port")
    gateways: str = Field(
        default="",
        description="names of several, with commas, each with settings DUCHA_GATEWAY_<NAME>…; empty: there is one",
    )
    gateway: GatewayKind = "console"
    gateway_url: str = ""
    gateway_account: str = Field(
        default="",
        description="yunmas: apId of the interface account; aliyun: AccessKey ID; cmpp: Source_Addr (企业代码)",
    )
    gateway_company: str = Field(default="", description="yunmas: ecName, as the platform has it")
    gateway_sign: str = Field(default="", description="yunmas: code of the signature, not its text")
    gateway_serial: str = Field(
        default="",
        pattern=r"^[0-9]{0,20}$",
        description="yunmas: addSerial, if it has one; cmpp: Src_Id (接入码), the number that telephones show",
    )
    gateway_service: str = Field(default="", description="cmpp: Service_Id (业务代码)")
    gateway_templates_file: Path | None = Field(
        default=None, description="aliyun: JSON object of the registered templates' codes and bodies"
    )
    gateway_pulls: bool = Field(default=False, description="yunmas: fetch receipts, where the platform pushes none")
    gateway_secret_file: Path | None = Field(default=None, description="signs what the worker hands over")
    gateway_receipt_secret_file: Path | None = Field(default=None, description="by which the API knows its receipts")
    gateway_rate: float | None = Field(default=None, gt=0, description="messages a second at most; empty: as it takes")
    gateway_weight: int = Field(default=100, ge=1, le=1000, description="its part among several, by the sum of all")
    gateway_carriers: str = Field(default="", description="whose numbers it takes, with commas; empty: everybody's")
    test_gateways: str = Field(default="", description="likewise for test messages: DUCHA_TEST_GATEWAY_<NAME>…")
    test_gateway: GatewayKind = Field(default="console", description="where messages caused by test keys go")
    test_gateway_url: str = ""
    test_gateway_account: str = ""
    test_gateway_company: str = ""
    test_gateway_sign: str = ""
    test_gateway_serial: str = Field(default="", pattern=r"^[0-9]{0,20}$")
    test_gateway_service: str = ""
    test_gateway_templates_file: Path | None = None
    test_gateway_pulls: bool = False
    test_gateway_secret_file: Path | None = None
    test_gateway_receipt_secret_file: Path | None = None
    test_gateway_rate: float | None = Field(default=None, gt=0)
    test_gateway_weight: int = Field(default=100, ge=1, le=1000)
    test_gateway_carriers: str = ""
    alert_failed_percent: int = Field(
        default=20, ge=0, le=100, description="of an hour's messages; more failures are told in log and work list"
    )
    alert_oldest_seconds: int = Field(
        default=900, ge=10, le=86_400, description="a message that waits for longer is told in log and work list"
    )
    part_prices_fen: dict[str, Decimal] = Field(
        default={}, description='what a part costs by each gateway, in fen: {"yunmas": 4.5}'
    )
    same_text_hours: int = Field(
        default=24, ge=0, le=720, description="within so many hours nobody is broadcast the same text twice; 0: always"
    )
    signature: str = Field(default="督查室", min_length=2, max_length=12)
    acknowledgement_words: str = Field(
        default="收到,签收,已签收", max_length=200, description="replies that acknowledge a notice, parted by commas"
    )
    tick_seconds: int = Field(default=5, ge=1, le=60, description="how often the worker's clock comes round")
    entry_days_back: int = Field(
        default=730, ge=1, le=73_000, description="how many days ago what is entered may have happened"
    )
    entry_days_ahead: int = Field(
        default=3660, ge=1, le=73_000, description="how many days ahead a deadline that is entered may lie"
    )
    keep_messages_days: int = Field(
        default=180, ge=1, le=36_500, description="after so many days text and number of a message are erased"
    )
    keep_telephones_days: int = Field(
        default=180, ge=1, le=36_500, description="after so many days the number of an official who left is erased"
    )
    keep_unused_files_days: int = Field(
        default=90, ge=1, le=36_500, description="after so many days what was uploaded and never named is erased"
    )
    keep_ledger_files_days: int = Field(
        default=365, ge=1, le=36_500, description="days after a year's end until its ledger's files are erased"
    )
    keep_evidence_days: int = Field(
        default=3650, ge=1, le=36_500, description="days after the year in which the item ended until files are erased"
    )
    libreoffice: Path | None = Field(
        default=None, description="LibreOffice's program soffice, with which the worker copies documents as PDF"
    )
    libreoffice_seconds: float = Field(default=60, gt=0, le=600, description="within which one must be made")
    keep_comment_contacts_days: int = Field(
        default=180, ge=1, le=36_500, description="after so many days the contact of a comment is erased"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="where the public reaches this installation; feeds link to it"
    )


@lru_cache
def current() -> Settings:
    """Return this process's settings; refuses wrong ones, without repeating what they hold."""
    try:
        return Settings()
    except ValidationError as error:
        raise _refused(error, {}) from None


def of_gateway(prefix: str) -> Settings:
    """Return the settings as they would be if one of several gateways were the only one; refuses wrong ones.

    `prefix` is `gateway_` or `test_gateway_` with the gateway's name; its settings are in the fields `gateway…`.
    """
    fields = [field for field in Settings.model_fields if field == "gateway" or field.startswith("gateway_")]
    names = {field: f"DUCHA_{prefix}{field.removeprefix('gateway')}".upper() for field in fields}
    # What it does not say is as by default: it inherits no address and no secret.
    own: dict[str, Any] = {
        field: os.environ.get(name, Settings.model_fields[field].default) for field, name in names.items()
    }
    try:
        return Settings(**own)
    except ValidationError as error:
        raise _refused(error, names) from None


def _refused(error: ValidationError, names: Mapping[str, str]) -> SettingRefused:
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    named = [(str(each["loc"][0]), each["msg"]) for each in problems]
    wrong = "; ".join(f"{names.get(field, f'DUCHA_{field}'.upper())}: {msg}" for field, msg in named)
    return SettingRefused(f"设置有误：{wrong}", f"The settings are wrong: {wrong}")


@contextmanager
def told_plainly() -> Iterator[None]:
    """End the process with the words of a refused setting, and nothing else."""
    try:
        yield
    except SettingRefused as refusal:
        raise SystemExit(str(refusal)) from None
