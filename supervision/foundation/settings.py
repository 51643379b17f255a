from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What differs between installations; each field is the environment variable DUCHA_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="DUCHA_")

    database_url: SecretStr = Field(description="SQLAlchemy URL of this process's own role")
    redis_url: SecretStr = Field(description="redis:// or unix:// URL of the doorbell")
    secret_file: Path = Field(description="file of mode 0600 with the installation secret, 64 hexadecimal digits")
    audit_seal_key_file: Path | None = Field(
        default=None, description="file of mode 0600 with the key that binds the audit's seals; the worker's alone"
    )
    audit_seals: str = Field(
        default="",
        pattern=r"^($|/|syslog:($|/)|udp://)",
        description="where seals are written down as they are made: a file's whole path, syslog: or udp://host:514",
    )
    data_dir: Path = Path(".data")
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_wait_seconds: float = Field(default=5, gt=0, le=60)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: int = Field(default=6 * 1024 * 1024, ge=1024)
    requests_per_minute: int = Field(default=6000, ge=1)
    metrics_token_file: Path | None = None
    worker_metrics_port: int = Field(default=0, ge=0, le=65535, description="0: no metrics port")
    gateway: Literal["console", "http"] = "console"
    gateway_url: str = ""
    gateway_secret_file: Path | None = None
    test_gateway: Literal["console", "http"] = Field(
        default="console", description="where messages caused by test keys go"
    )
    test_gateway_url: str = ""
    signature: str = Field(default="督查室", min_length=2, max_length=12)
    tick_seconds: int = Field(default=5, ge=1, le=60, description="how often the worker's clock comes round")
    entry_days_back: int = Field(
        default=730, ge=1, le=73_000, description="how many days ago what is entered may have happened"
    )
    entry_days_ahead: int = Field(
        default=3660, ge=1, le=73_000, description="how many days ahead a deadline that is entered may lie"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="where the public reaches this installation; feeds link to it"
    )


@lru_cache
def current() -> Settings:
    return Settings()
