"""An OpenID provider for trying out, and how a front end signs somebody in at any provider."""

import base64
import secrets
from hashlib import sha256
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt

from deploy.stack import Stack, answers
from supervision.identity.providers import NewProvider

_CALLBACK = "http://127.0.0.1/callback"


class NoProviderInstalled(RuntimeError):  # noqa: N818 - it states a fact
    def __init__(self) -> None:
        super().__init__("试用的身份提供方未安装 / not installed: pip install oidc-provider-mock")


def start_provider(stack: Stack, port: int) -> str:
    """Start a provider that signs in whoever asks, with keys made at its start; for trying out only."""
    if find_spec("oidc_provider_mock") is None:
        raise NoProviderInstalled
    issuer = f"http://127.0.0.1:{port}"
    stack.start_program(
        "identity",
        ["-W", "ignore", "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)],
        {},
        ready=lambda: answers(f"{issuer}/.well-known/openid-configuration"),
    )
    return issuer


def trial_provider(issuer: str) -> NewProvider:
    """Describe the provider for trying out to a county: it issues no access tokens, so ID tokens are taken."""
    return NewProvider(name="试用身份提供方", issuer=issuer, jwks_url=f"{issuer}/jwks", algorithms=("RS256",))


def sign_in(issuer: str, subject: str, *, client_id: str, client_secret: str = "trial") -> str:  # noqa: S107 - any will do
    """Sign somebody in as a front end does, without a browser: discovery, authorisation code with PKCE, JWKS.

    Returns the ID token, checked against the provider's keys, the front end's own id and its nonce.
    """
    with httpx.Client(timeout=10, trust_env=False) as http:
        provider = _read(http.get(f"{issuer}/.well-known/openid-configuration"))
        verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": _CALLBACK,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        # The form that a person would fill in; what comes back goes to the front end's address.
        answer = http.post(provider["authorization_endpoint"], params=asked, data={"sub": subject})
        given = parse_qs(urlsplit(answer.headers["Location"]).query)
        if given["state"] != [state]:
            raise ValueError("the answer belongs to another sign-in")
        grant = {
            "grant_type": "authorization_code",
            "code": given["code"][0],
            "redirect_uri": _CALLBACK,
            "client_id": client_id,
            # The provider for trying out takes any; a real front end has one of its own.
            "client_secret": client_secret,
            "code_verifier": verifier,
        }
        token: str = _read(http.post(provider["token_endpoint"], data=grant))["id_token"]
        (key,) = _read(http.get(provider["jwks_uri"]))["keys"]
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience=client_id, issuer=provider["issuer"])
    if claims["nonce"] != nonce:
        raise ValueError("the token belongs to another sign-in")
    return token


def set_claims(issuer: str, subject: str, **claims: Any) -> None:
    """Tell the provider for trying out what its tokens are to say of somebody."""
    with httpx.Client(timeout=10, trust_env=False) as http:
        http.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _read(answer: httpx.Response) -> Any:
    answer.raise_for_status()
    return answer.json()
