import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from api.doorbell import Doorbell
from deploy import roles, twins
from deploy.audit_commands import audit
from deploy.installation import Folder, database_url
from deploy.jurisdictions import found, owners_session
from deploy.stack import Stack
from migrations.twins import Twin, TwinsStand
from supervision.cadence import calendar_seed
from supervision.foundation import settings
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.errors import Refusal
from supervision.identity import queries
from supervision.identity.models import JurisdictionKind
from supervision.messaging.gateways.chosen import choose_gateways
from worker.jobs import cadence
from worker.runner import open_runner

main = typer.Typer(no_args_is_help=True, help="督查 Ducha: run and look after an installation.")
main.add_typer(audit, name="audit")
names = typer.Typer(no_args_is_help=True, help="重名登记: names that are told apart by nothing that people see.")
main.add_typer(names, name="names")
console = Console()


@main.command()
def up(
    folder: Annotated[Path, typer.Option(help="where everything is kept")] = Path(".data/office"),
    port: Annotated[int, typer.Option(help="port of the API on this machine")] = 8000,
) -> None:
    """Run the whole stack for a small office: PostgreSQL, Valkey, API and worker, until Ctrl-C."""
    with _twins_told(), Stack(folder) as stack:
        asyncio.run(_seed(stack.urls.owner))
        address = stack.start_api(port)
        stack.start_worker()
        console.print(f"API {address}   文档/documentation {address}/docs   Ctrl-C 停止/stops", soft_wrap=True)
        console.print(f"开户/found a county: ducha found CODE NAME --folder {folder}", soft_wrap=True)
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
    folder: Folder = None,
) -> None:
    """Found a jurisdiction, as the database's owner, and print its administrator's first key, once."""
    url = database_url(folder, "owner")

    async def run() -> str:
        async with owners_session(url) as session:
            today = datetime.now(UTC).astimezone(SHANGHAI).date()  # noqa: TID251 - founding precedes any clock
            return (await found(session, code=code, name=name, kind=kind, policy_from=today)).administrator_key

    try:
        key = asyncio.run(run())
    except Refusal as refusal:
        raise typer.BadParameter(f"{refusal.detail('zh-CN')} {refusal.detail('en')}") from None
    console.print(
        f"{name}（{code}）已开户。 Founded.\n系统管理密钥，仅显示一次 / administrator's key, shown once:\n{key}"
    )


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

    async def run() -> Twin:
        async with owners_session(url) as session:
            return await twins.rename_twin(session, twin, name)

    try:
        renamed = asyncio.run(run())
    except Refusal as refusal:
        raise typer.BadParameter(f"{refusal.detail('zh-CN')} {refusal.detail('en')}") from None
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
