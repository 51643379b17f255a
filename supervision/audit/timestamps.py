import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from supervision.audit.seal_exports import ExportedSeal, FileDestination, choose_destination
from supervision.foundation import settings
from supervision.foundation.connections import is_private
from supervision.foundation.settings import SettingRefused

_MEDIA_TYPE = "application/timestamp-query"
_SECONDS, _MAX_BYTES = 15, 64 * 1024


class TimestampRefused(Exception):  # noqa: N818 - states the fact
    """The authority is away, or what it answered is no time-stamp of what was asked."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An authority's signed word (RFC 3161) that the line of a seal existed at a time; its whole answer, as DER."""

    seal_id: int
    answer: bytes

    def line(self) -> str:
        return orjson.dumps({"timestamp_of": self.seal_id, "answer": b64encode(self.answer).decode()}).decode()

    def holds_for(self, sealed: ExportedSeal, roots: Iterable[Certificate]) -> bool:
        """Tell whether it was given for this very line, by an authority that a root vouches for."""
        try:
            _verify(VerifierBuilder(roots=list(roots)), self.answer, sealed)
        except TimestampRefused:
            return False
        return True


def read_timestamp(line: str) -> Timestamp | None:
    """Read a line of a file of seals; None for what is no time-stamp."""
    try:
        facts = orjson.loads(line[line.index("{") :])
        return Timestamp(int(facts["timestamp_of"]), b64decode(facts["answer"], validate=True))
    except (ValueError, LookupError, TypeError):
        return None


def read_roots(path: Path) -> list[Certificate]:
    """Read the certificates that vouch for the authority; raises ValueError or OSError without any."""
    return load_pem_x509_certificates(path.read_bytes())


class TimestampAuthority:
    """Whoever gives time-stamps at an address, believed if one of the roots vouches for it."""

    def __init__(self, url: str, roots: Iterable[Certificate]) -> None:
        self.url, self.roots = url, list(roots)

    async def stamp(self, sealed: ExportedSeal) -> Timestamp:
        """Ask for the time-stamp of a seal's line; refuses to take one that could not be verified later."""
        builder = TimestampRequestBuilder().data(sealed.line().encode()).hash_algorithm(HashAlgorithm.SHA256)
        request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
        try:
            answer = await self._post(request.as_bytes())
        except (httpx.HTTPError, TimeoutError) as error:
            raise TimestampRefused(f"{type(error).__name__}: {error}") from None
        _verify(VerifierBuilder(nonce=request.nonce, roots=self.roots), answer, sealed)
        return Timestamp(sealed.seal_id, answer)

    async def _post(self, query: bytes) -> bytes:
        # The environment's proxies are for other traffic; a redirect could lead anywhere.
        async with (
            asyncio.timeout(_SECONDS),
            httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", self.url, content=query, headers={"Content-Type": _MEDIA_TYPE}) as reply,
        ):
            if reply.status_code != httpx.codes.OK:
                raise TimestampRefused(f"status {reply.status_code}")
            raw = b""
            async for piece in reply.aiter_bytes():
                raw += piece
                if len(raw) > _MAX_BYTES:
                    raise TimestampRefused("the answer is too long")
        return raw


def choose_authority() -> TimestampAuthority | None:
    """Return who stamps the seals, if anybody does.

    Refuses an address beyond this machine that is not https, roots that cannot be read, and seals that no file keeps.
    """
    chosen = settings.current()
    if not chosen.timestamp_url:
        return None
    if not is_private(chosen.timestamp_url):
        raise SettingRefused(
            "请将 DUCHA_TIMESTAMP_URL 设为时间戳服务的 https 地址；http 仅限本机。",
            "Set DUCHA_TIMESTAMP_URL to the https address of the time-stamp authority; http is for this machine only.",
        )
    if not isinstance(choose_destination(), FileDestination):
        raise SettingRefused(
            "时间戳与封存写入同一文件。请将 DUCHA_AUDIT_SEALS 设为文件路径，或取消 DUCHA_TIMESTAMP_URL。",
            "Time-stamps are kept in the file of the seals. Name one in DUCHA_AUDIT_SEALS, or no DUCHA_TIMESTAMP_URL.",
        )
    return TimestampAuthority(chosen.timestamp_url, _roots_of(chosen.timestamp_ca_file))


def _roots_of(path: Path | None) -> list[Certificate]:
    try:
        if path is not None:
            return read_roots(path)
    except (OSError, ValueError):
        pass
    raise SettingRefused(
        "请将 DUCHA_TIMESTAMP_CA_FILE 设为时间戳服务根证书的 PEM 文件，并确认本进程可读。",
        "Set DUCHA_TIMESTAMP_CA_FILE to a PEM file with the authority's root certificates that this process may read.",
    )


def _verify(builder: VerifierBuilder, answer: bytes, sealed: ExportedSeal) -> None:
    try:
        response: TimeStampResponse = decode_timestamp_response(answer)
        builder.build().verify_message(response, sealed.line().encode())
    except (VerificationError, ValueError) as error:
        raise TimestampRefused(str(error)) from None
