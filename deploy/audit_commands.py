"""`ducha audit …`: seal, verify and export the audit record, as the worker."""

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from cryptography.x509 import Certificate
from rich.console import Console

from deploy.command_line import Folder, database_url
from supervision.audit import audit_export, service
from supervision.audit.damage import Findings
from supervision.audit.seal_keys import SealKeyMissing
from supervision.audit.timestamp_verification import Stamped, compare_timestamps
from supervision.audit.timestamps import read_roots
from supervision.audit.verification import compare_exported, count_seals_after, verify
from supervision.foundation import settings
from supervision.foundation.actors import system
from supervision.foundation.clock import SHANGHAI
from supervision.foundation.errors import Refusal
from supervision.identity import queries
from worker.jobs import audit as jobs
from worker.runner import open_runner

audit = typer.Typer(no_args_is_help=True, help="操作审计: seal, verify and export the audit record.")
Result = TypeVar("Result")
console = Console(soft_wrap=True, markup=False, highlight=False)


@audit.command(name="seal")
def seal_command(folder: Folder = None) -> None:
    """Seal the audit rows of all finished transactions, write the seals down (DUCHA_AUDIT_SEALS), have them stamped."""
    database_url(folder, "worker")

    async def run() -> None:
        async with open_runner({}) as runner:
            await jobs.seal(runner)
            await jobs.stamp(runner)

    _run(run())
    console.print("已封存。 Sealed.")


@audit.command(name="verify")
def verify_command(
    folder: Folder = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="a file of exported seals, or syslog's log; may be repeated"),
    ] = None,
    timestamp_ca: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="roots of the time-stamps; else DUCHA_TIMESTAMP_CA_FILE"),
    ] = None,
) -> None:
    """Compare every audit row with its seal, and the seals with the exported ones; ends with status 1 on damage."""
    database_url(folder, "worker")

    roots = _roots(timestamp_ca)

    async def run() -> tuple[Findings, int | None, int, Stamped | None]:
        async with open_runner({}) as runner, runner.everywhere() as session:
            findings = await verify(session)
            last = await compare_exported(session, _lines(against or []), findings)
            stamped = await compare_timestamps(session, _lines(against or []), roots, findings) if roots else None
            return findings, last, await count_seals_after(session, last or 0), stamped

    findings, last, beyond, stamped = _run(run())
    for damage in findings.first:
        console.print(str(damage), style="bold red")
    compared, damaged = findings.compared, findings.damaged
    console.print(f"已核对 {compared} 条，异常 {damaged} 处。 {compared} rows compared, {damaged} damaged.")
    if against and last is None:
        raise typer.BadParameter("文件中没有封存记录 / the file holds no exported seal", param_hint="--against")
    if against and roots:
        _tell_stamped(stamped, last or 0)
    if against:
        console.print(
            f"导出的封存至第 {last} 号，其后 {beyond} 个封存尚无佐证。 "
            f"Exported seals reach to {last}; nothing vouches yet for the {beyond} after it."
        )
    else:
        console.print(
            "未与导出的封存比对，截尾和整库重写无法发现。 Without --against a cut tail or a rewrite is not found."
        )
    raise typer.Exit(1 if damaged else 0)


@audit.command(name="export")
def export_command(
    code: Annotated[str, typer.Argument(help="code of the jurisdiction")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="leave out what was sealed before this day")
    ] = None,
    folder: Folder = None,
) -> None:
    """Write a county's audit rows with their seals to the standard output, as lines of JSON; the audit says so."""
    database_url(folder, "worker")
    first = since.replace(tzinfo=SHANGHAI) if since else None

    async def run() -> None:
        async with open_runner({}) as runner:
            async with runner.everywhere() as session:
                county = (await queries.get_jurisdiction(session, code))["id"]
            async with runner.within(county) as session:
                await service.record(session, system(county), "audit.exported", None, since=first)
            async with runner.everywhere() as session:
                async for line in audit_export.export_audit(session, county, since=first):
                    sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()

    _run(run())


def _tell_stamped(stamped: Stamped | None, last: int) -> None:
    if stamped is None:
        raise typer.BadParameter("文件中没有时间戳 / the file holds no time-stamp", param_hint="--against")
    console.print(
        f"已核对时间戳 {stamped.count} 个，至第 {stamped.last} 号；导出的封存至第 {last} 号。 "
        f"{stamped.count} time-stamps compared; they reach to {stamped.last}, the exported seals to {last}."
    )


def _roots(given: Path | None) -> list[Certificate]:
    path = given or settings.current().timestamp_ca_file
    try:
        return read_roots(path) if path else []
    except (OSError, ValueError):
        raise typer.BadParameter(f"{path}：不是 PEM 证书 / no PEM certificates", param_hint="--timestamp-ca") from None


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except SealKeyMissing as refusal:
        raise typer.BadParameter(str(refusal)) from None
    except Refusal as refusal:
        raise typer.BadParameter(f"{refusal.detail('zh-CN')} {refusal.detail('en')}") from None


def _lines(files: list[Path]) -> Iterator[str]:
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as opened:
            yield from opened
