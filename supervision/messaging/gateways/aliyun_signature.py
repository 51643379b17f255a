"""The signature of requests to 阿里云 (ACS3-HMAC-SHA256), as its "V3 request structure and signature" describes it."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def write_query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{_escape(name)}={_escape(value)}" for name, value in sorted(parameters.items()))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sign(secret: str, path: str, query: str, headers: Mapping[str, str], content: bytes) -> tuple[str, str]:
    """Return which headers were signed, all that are given, and the signature of a POST with them."""
    written = sorted((name.lower(), value.strip()) for name, value in headers.items())
    signed = ";".join(name for name, _ in written)
    canonical = "".join(f"{name}:{value}\n" for name, value in written)
    request = f"POST\n{path}\n{query}\n{canonical}\n{signed}\n{digest(content)}"
    to_sign = f"{ALGORITHM}\n{digest(request.encode())}"
    return signed, hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def authorization(key_id: str, signed: str, signature: str) -> str:
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def _escape(text: str) -> str:
    return quote(text, safe="~")
