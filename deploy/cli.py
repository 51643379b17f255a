import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from api.doorbell import Doorbell
from deploy import keys, roles, twins
from deploy.folders import read_settings
from deploy.jurisdictions import found, owners_session
from deploy.stack import Role, Stack, settings_file
from migrations.twins import Twin, TwinsStand
from supervision.audit import seals
from supervision.cadence import calendar_seed
from supervision.foundation import key_ring, settings
from supervision.foundation.ciphers import Algorithm
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.connections import check_database
from supervision.foundation.errors import Refusal
from supervision.foundation.settings import SettingRefused
from supervision.identity import queries
from supervision.identity.models import JurisdictionKind
from supervision.messaging.gateways.chosen import choose_gateways
from worker.jobs import cadence
from worker.runner import open_runner

main = typer.Typer(no_args_is_help=True, help="督查 Ducha: run and look after an installation.")
audit = typer.Typer(no_args_is_help=True, help="操作审计: seal and verify the audit record.")
main.add_typer(audit, name="audit")
names = typer.Typer(no_args_is_help=True, help="重名登记: names that are told apart by nothing that people see.")
main.add_typer(names, name="names")
keys_app = typer.Typer(no_args_is_help=True, help="数据密钥: the keys with which personal data is encrypted.")
main.add_typer(keys_app, name="keys")
console = Console()
Folder = Annotated[
    Path | None,
    typer.Option(help="the folder of a running `ducha up`; without it, the DUCHA_ settings of the environment"),
]


@main.command()
def up(
    folder: Annotated[Path, typer.Option(help="where everything is kept")] = Path(".data/office"),
    port: Annotated[int, typer.Option(help="port of the API on this machine")] = 8000,
) -> None:
    """Run the whole stack for a small office: PostgreSQL, Valkey, API and worker, until Ctrl-C."""
    with _refusals_told(), _twins_told(), Stack(folder) as stack:
        asyncio.run(_seed(stack.urls.owner))
        address = stack.start_api(port)
        stack.start_worker()
        console.print(f"API {address}   文档/documentation {address}/docs   Ctrl-C 停止/stops", soft_wrap=True)
        console.print(f"开户/found a county: ducha found CODE NAME --folder {folder}", soft_wrap=True)
        stack.serve()


@main.command()
def migrate(folder: Folder = None) -> None:
    """Bring the database to the newest schema, as its owner, and seed the calendar."""
    url = _database_url(folder, "owner")
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
    url = _database_url(folder, "owner")

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
    _database_url(folder, "worker")

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


@audit.command(name="seal")
def seal_command(folder: Folder = None) -> None:
    """Seal, as the worker, the audit rows of all finished transactions."""
    _database_url(folder, "worker")

    async def run() -> int:
        async with open_runner({}) as runner, runner.everywhere() as session:
            return await seals.seal(session)

    console.print(f"已封存 {asyncio.run(run())} 条。 Rows sealed.")


@audit.command()
def verify(folder: Folder = None) -> None:
    """Compare every sealed audit row with its seal; ends with status 1 if one was changed, removed or inserted."""
    _database_url(folder, "worker")

    async def run() -> tuple[int, list[seals.Damage]]:
        async with open_runner({}) as runner, runner.everywhere() as session:
            return await seals.verify(session)

    compared, damages = asyncio.run(run())
    for damage in damages:
        console.print(
            f"封存批次 seal {damage.seal_id}，记录 row {damage.event_id or '—'}: {damage.what}", style="bold red"
        )
    console.print(f"已核对 {compared} 条，异常 {len(damages)} 处。 {compared} rows compared, {len(damages)} damaged.")
    raise typer.Exit(1 if damages else 0)


@names.command()
def check(folder: Folder = None) -> None:
    """List names that differ by blanks, width, capitals or hidden characters only; ends with status 1 if there are."""
    url = _database_url(folder, "owner")

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
    url = _database_url(folder, "owner")

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


@keys_app.command()
def add(
    algorithm: Annotated[Algorithm, typer.Option(help="how the new key encrypts")] = Algorithm.AES,
    folder: Folder = None,
) -> None:
    """Put a new key first into the file of DUCHA_DATA_KEYS_FILE; it is used when API and worker have been restarted."""
    _database_url(folder, "owner")
    chosen = settings.current()
    if chosen.data_keys_file is None:
        raise typer.BadParameter("请先设置 DUCHA_DATA_KEYS_FILE。 Set DUCHA_DATA_KEYS_FILE first.")
    with _refusals_told():
        key = keys.add_key(chosen.data_keys_file, algorithm, chosen.secret_file)
    console.print(
        f"已新增密钥 {key.id}（{key.algorithm}）。"
        "请把文件发到各进程，先重启 worker，再重启 API，然后执行 ducha keys rotate。\n"
        f"Key {key.id} was added. Bring the file to all processes; restart the worker, then the API; then rotate.",
        soft_wrap=True,
    )


@keys_app.command()
def rotate(folder: Folder = None) -> None:
    """Encrypt with the first key, as the owner, what is under another; may be ended and begun again at any time."""
    url = _database_url(folder, "owner")
    with _refusals_told(), Progress(console=console, disable=not console.is_terminal) as progress:
        writing = key_ring.writing_key().id
        line = progress.add_task("重新加密 Re-encrypting", total=asyncio.run(keys.count_numbers(url)))
        tally = asyncio.run(keys.rotate(url, lambda done: progress.advance(line, done)))
    console.print(
        f"已用密钥 {writing} 重新加密 {tally.reencrypted} 个号码。 {tally.reencrypted} numbers encrypted anew."
    )
    _show_unreadable(tally)
    if not tally.unreadable:
        console.print("其余密钥已无号码使用，可以删除。 No number needs another key; the others may be taken away.")
    raise typer.Exit(1 if tally.unreadable else 0)


@keys_app.command(name="check")
def check_keys(folder: Folder = None) -> None:
    """Count, as the owner, which keys numbers need; ends with status 1 while one needs another than the first."""
    url = _database_url(folder, "owner")
    with _refusals_told():
        ring, tally = key_ring.ring(), asyncio.run(keys.check(url))
    table = Table("密钥 key", "算法 algorithm", "号码 numbers", title="数据密钥 Keys of personal data")
    for key in ring:
        table.add_row(str(key.id), key.algorithm, str(tally.by_key.pop(key.id, 0)))
    for key_id, count in sorted(tally.by_key.items()):
        table.add_row(str(key_id), "缺失 missing", str(count), style="bold red")
    console.print(table)
    console.print(f"须重新加密 {tally.outdated} 个。 {tally.outdated} numbers must be encrypted anew.")
    _show_unreadable(tally)
    raise typer.Exit(1 if tally.outdated or tally.unreadable else 0)


def _show_unreadable(tally: keys.Tally) -> None:
    for official_id in tally.unreadable:
        console.print(f"无法读取 unreadable: official {official_id}", style="bold red", soft_wrap=True)


@contextmanager
def _refusals_told() -> Iterator[None]:
    try:
        yield
    except SettingRefused as refusal:
        raise typer.BadParameter(str(refusal)) from None


@contextmanager
def _twins_told() -> Iterator[None]:
    try:
        yield
    except TwinsStand as refusal:
        raise typer.BadParameter(str(refusal)) from None


def _database_url(folder: Path | None, role: Role) -> str:
    """Take the settings of a role from a running stack's folder, if one is named, and return its database's URL."""
    if folder is not None:
        try:
            os.environ.update(read_settings(settings_file(folder, role)))
        except FileNotFoundError:
            raise typer.BadParameter(f"no `ducha up` has run in {folder}") from None
    with _refusals_told():
        chosen = settings.current()
        url = chosen.database_url.get_secret_value()
        check_database(url, may_be_plain=chosen.plain_connections)
    return url


async def _seed(owner_url: str) -> None:
    async with owners_session(owner_url) as session:
        await calendar_seed.seed_calendar(session)


if __name__ == "__main__":
    main()
