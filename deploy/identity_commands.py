from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import httpx
import typer
from rich.console import Console

from deploy.command_line import Folder, database_url, run
from deploy.identity_provider import set_claims, sign_in
from deploy.jurisdictions import SigningIn, invite, let_sign_in, owners_session
from supervision.foundation.actors import system
from supervision.foundation.database import enter
from supervision.identity import queries
from supervision.identity.appointment_queries import get_only_provider
from supervision.identity.providers import NewProvider

identity = typer.Typer(no_args_is_help=True, help="登录: identity providers, and the way in when nobody can sign in.")
console = Console()

Issuer = Annotated[
    str | None, typer.Option(help="address of the identity provider, as its tokens name it (https beyond this machine)")
]
Audience = Annotated[
    str | None,
    typer.Option(help="what its access tokens name as this system (RFC 9068); left out, ID tokens are taken"),
]
FrontEnd = Annotated[str, typer.Option(help="what the provider calls the front end through which people sign in")]


def describe(issuer: str, *, audience: str | None) -> NewProvider:
    """Describe a provider by what it publishes of itself (OpenID Connect Discovery)."""
    issuer = issuer.rstrip("/")
    try:
        published = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=10, trust_env=False)
        jwks_url = published.raise_for_status().json()["jwks_uri"]
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise typer.BadParameter(f"身份提供方未应答 / no answer from {issuer}: {error}") from None
    return NewProvider(name=issuer, issuer=issuer, jwks_url=jwks_url, audience=audience)


def tell_invitations(out: Console, invitations: Mapping[str, str], issuer: str | None) -> None:
    """Show who keeps the security and how each gets in."""
    if not invitations:
        out.print(
            "尚未登记身份提供方：请运行 ducha identity trust，再用 ducha identity invite 邀请安全管理员。\n"
            "No identity provider yet: run `ducha identity trust`, then `ducha identity invite`."
        )
    for name, code in invitations.items():
        out.print(f"{name}：在 {issuer} 登录后提交邀请码 / signs in, then sends the code: {code}", soft_wrap=True)


@identity.command()
def trust(
    code: Annotated[str, typer.Argument(help="code of the jurisdiction")],
    issuer: Annotated[str, typer.Argument(help="address of the identity provider, as its tokens name it")],
    front_end: FrontEnd = "ducha-front-end",
    audience: Audience = None,
    folder: Folder = None,
) -> None:
    """Trust an identity provider for a county, and register the front end through which people sign in there."""
    url = database_url(folder, "owner")
    signing_in = SigningIn(describe(issuer, audience=audience), front_end)

    async def work() -> UUID:
        async with owners_session(url) as session:
            jurisdiction = await queries.get_jurisdiction(session, code)
            await enter(session, jurisdiction["id"])
            return await let_sign_in(session, system(jurisdiction["id"]), signing_in)

    console.print(f"已登记 Trusted: {run(work())}")


@identity.command(name="invite")
def invite_command(
    code: Annotated[str, typer.Argument(help="code of the jurisdiction")],
    official: Annotated[UUID, typer.Argument(help="id of the official")],
    folder: Folder = None,
) -> None:
    """Invite an official to sign in where nobody else can: takes effect without a second approval, and is audited."""
    url = database_url(folder, "owner")

    async def work() -> str:
        async with owners_session(url) as session:
            jurisdiction = await queries.get_jurisdiction(session, code)
            await enter(session, jurisdiction["id"])
            actor = system(jurisdiction["id"])
            return await invite(session, actor, official, await get_only_provider(session))

    console.print(f"邀请码，仅显示一次 / the code, shown once: {run(work())}")


@identity.command(name="try")
def try_command(
    issuer: Annotated[str, typer.Argument(help="address of the provider for trying out, as `ducha up` prints it")],
    subject: Annotated[str, typer.Argument(help="any name; it is the account's")],
    front_end: FrontEnd = "ducha-front-end",
) -> None:
    """Sign in at the provider for trying out, as anybody, with a second factor, and print the token."""
    set_claims(issuer, subject, amr=["pwd", "mfa"])
    print(sign_in(issuer, subject, client_id=front_end))
