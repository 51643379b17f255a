import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from api.doorbell import Doorbell
from deploy import roles, twins
from deploy.audit_commands import audit
from deploy.command_line import Folder, database_url, refusals_told, run
from deploy.gateway_commands import gateway
from deploy.identity_commands import Audience, FrontEnd, Issuer, describe, identity, tell_invitations
from deploy.identity_provider import start_provider
from deploy.jurisdictions import Founded, SigningIn, found, owners_session
from deploy.key_commands import keys_app
from deploy.processes import free_port
from deploy.simulator_command import simulator
from deploy.stack import TRUSTED_PROXIES, Stack
from migrations.twins import Twin, TwinsStand
from supervision.cadence import calendar_seed
from supervision.foundation import settings
from supervision.foundation.clock import SHANGHAI
from supervision.identity import queries
from supervision.identity.models import JurisdictionKind
from supervision.messaging.gateways.chosen import choose_gateways
from worker.jobs import cadence
from worker.runner import open_runner

main = typer.Typer(no_args_is_help=True, help="督查 Ducha: run and look after an installation.")
main.add_typer(audit, name="audit")
names = typer.Typer(no_args_is_help=True, help="重名登记: names that are told apart by nothing that people see.")
main.add_typer(names, name="names")
main.add_typer(identity, name="identity")
main.add_typer(keys_app, name="keys")
main.add_typer(gateway, name="gateway")
main.command()(simulator)
console = Console()
TRIAL_WARNING = (
    "试用身份提供方 {issuer}：任何人都能以任何身份登录，不得用于正式工作。\n"
    "This identity provider signs in ANYBODY AS ANYBODY. It is for trying out, never for real work."
)


class IdentityKind(StrEnum):
    DEMO = "demo"


@main.command()
def up(
    folder: Annotated[Path, typer.Option(help="where everything is kept")] = Path(".data/office"),
    port: Annotated[int, typer.Option(help="port of the API on this machine")] = 8000,
    identity: Annotated[
        IdentityKind | None, typer.Option(help="demo: also run an identity provider that lets in whoever asks")
    ] = None,
    forwarded_allow_ips: Annotated[
        str,
        typer.Option(envvar=TRUSTED_PROXIES, help="proxies whose X-Forwarded-For is believed; nobody's if left out"),
    ] = "",
) -> None:
    """Run the whole stack for a small office: PostgreSQL, Valkey, API and worker, until Ctrl-C."""
    with refusals_told(), _twins_told(), Stack(folder, settings={TRUSTED_PROXIES: forwarded_allow_ips}) as stack:
        asyncio.run(_seed(stack.urls.owner))
        address = stack.start_api(port)
        stack.start_worker()
        console.print(f"API {address}   文档/documentation {address}/docs   Ctrl-C 停止/stops", soft_wrap=True)
        more = ""
        if identity is IdentityKind.DEMO:
            issuer = start_provider(stack, free_port(9400))
            more = f" --kind test --issuer {issuer}"
            console.print(TRIAL_WARNING.format(issuer=issuer), style="bold red", soft_wrap=True)
        console.print(f"开户/found a county: ducha found CODE NAME{more} --folder {folder}", soft_wrap=True)
        stack.serve()


@main.command()
def migrate(folder: Folder = None) -> None:
    """Bring the database to the newest schema, as its owner, and seed the calendar."""
    url = database_url(folder, "owner")
    with _twins_told():
        roles.migrate(url)
    asyncio.run(_seed(url))
    console.print("数据库已是最新结构。 The schema is up to date.")


@main.command(name="found")
def found_command(
    code: Annotated[str, typer.Argument(help="code of GB/T 2260, six digits")],
    name: Annotated[str, typer.Argument(help="the county's name")],
    kind: Annotated[JurisdictionKind, typer.Option()] = JurisdictionKind.LIVE,
    issuer: Issuer = None,
    audience: Audience = None,
    front_end: FrontEnd = "ducha-front-end",
    folder: Folder = None,
) -> None:
    """Found a jurisdiction, as the database's owner; print its first key and two invitations, once."""
    signing_in = None if issuer is None else SigningIn(describe(issuer, audience=audience), front_end)
    url = database_url(folder, "owner")

    async def work() -> Founded:
        async with owners_session(url) as session:
            today = datetime.now(UTC).astimezone(SHANGHAI).date()  # noqa: TID251 - founding precedes any clock
            return await found(session, code=code, name=name, kind=kind, policy_from=today, signing_in=signing_in)

    made = run(work())
    console.print(
        f"{name}（{code}）已开户，以下内容仅显示一次。 Founded; what follows is shown once.\n"
        f"系统管理密钥 / the system administrator's key: {made.administrator_key}",
        soft_wrap=True,
    )
    tell_invitations(console, made.invitations, issuer)


@main.command()
def tick(code: Annotated[str, typer.Argument(help="code of the jurisdiction")], folder: Folder = None) -> None:
    """Run, in order and as the worker, what is due at a jurisdiction's clock."""
    database_url(folder, "worker")

    async def run() -> list[cadence.StepDone]:
        doorbell = Doorbell(settings.current().redis_url.get_secret_value())
        async with open_runner(choose_gateways(), doorbell.ring) as runner:
            async with runner.everywhere() as session:
                jurisdiction = await queries.get_jurisdiction(session, code)
            done = await cadence.tick_jurisdiction(runner, jurisdiction["id"])
        await doorbell.aclose()
        return done

    steps = asyncio.run(run())
    table = Table("时刻 at", "步骤 step", "周期 period", "结果 outcome", title="已执行 Done")
    for done in steps:
        at = done.step.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        table.add_row(at, done.step.kind, done.step.period.label_zh, str(dict(done.outcome)))
    console.print(table if steps else "没有到期的步骤。 Nothing was due.")


@names.command()
def check(folder: Folder = None) -> None:
    """List names that differ by blanks, width, capitals or hidden characters only; ends with status 1 if there are."""
    url = database_url(folder, "owner")

    async def run() -> list[list[Twin]]:
        async with owners_session(url) as session:
            return await twins.list_twins(session)

    found = asyncio.run(run())
    for group in found:
        console.print("\n  ".join(map(str, group)), style="bold red", markup=False, soft_wrap=True)
    console.print(f"重名 {len(found)} 组。 {len(found)} groups of twins.")
    raise typer.Exit(1 if found else 0)


@names.command()
def rename(
    twin: Annotated[UUID, typer.Argument(help="id, as `ducha names check` lists it")],
    name: Annotated[str, typer.Argument(help="the new name")],
    folder: Folder = None,
) -> None:
    """Give one of several twins another name, which the audit record keeps."""
    url = database_url(folder, "owner")

    async def work() -> Twin:
        async with owners_session(url) as session:
            return await twins.rename_twin(session, twin, name)

    try:
        renamed = run(work())
    except twins.NoSuchTwin as refusal:
        raise typer.BadParameter(str(refusal)) from None
    console.print(f"已改名。 Renamed: {renamed}", markup=False, soft_wrap=True)


@contextmanager
def _twins_told() -> Iterator[None]:
    try:
        yield
    except TwinsStand as refusal:
        raise typer.BadParameter(str(refusal)) from None


async def _seed(owner_url: str) -> None:
    async with owners_session(owner_url) as session:
        await calendar_seed.seed_calendar(session)


if __name__ == "__main__":
    main()
