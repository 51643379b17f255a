import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from api.doorbell import Doorbell
from deploy import roles
from deploy.demo import county, facts, summary
from deploy.demo.county import CODE, FIRST, NAME, County
from deploy.demo.desk import Desk, FellShort
from deploy.demo.ledger import read_goals
from deploy.demo.people import FRONT_END, People
from deploy.demo.result import Result
from deploy.demo.script import YEAR_ENDS
from deploy.demo.steps import Steps
from deploy.demo.year import Year
from deploy.folders import kept_secret
from deploy.identity_provider import start_provider, trial_provider
from deploy.jurisdictions import Founded, SigningIn, found, owners_session
from deploy.processes import free_port, unwound_by_signals
from deploy.stack import Stack, answers
from supervision.audit import verification
from supervision.audit.damage import Findings
from supervision.cadence import calendar_seed
from supervision.foundation import settings
from supervision.identity.models import JurisdictionKind
from supervision.messaging.gateways.chosen import choose_gateways
from worker.jobs import audit, cadence
from worker.runner import Runner, open_runner

DATABASE = "ducha_demo"
# A log file has no width of its own; the summary reads best in a hundred columns.
console = Console(width=None if sys.stdout.isatty() else 100)


def main(
    folder: Annotated[Path, typer.Option(help="the one data folder; emptied at the start")] = Path(".data/demo"),
    *,
    once: Annotated[bool, typer.Option("--once", help="end after the summary")] = False,
    facts_file: Annotated[Path | None, typer.Option("--facts", help="also write the summary's facts as JSON")] = None,
) -> None:
    """Run a year of supervision on real input, print what came of it, and go on serving until Ctrl-C."""
    shutil.rmtree(folder, ignore_errors=True)
    if admin_url := os.environ.get("DUCHA_DATABASE_URL"):
        roles.drop_database(admin_url, DATABASE)
    try:
        with ExitStack() as opened:
            progress = opened.enter_context(
                Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
            )
            steps = Steps(progress)
            with steps("启动数据库、队列、接口、工作进程、短信网关模拟器、身份提供方 Start"):
                stack, base_url = start_all(folder, opened)
                issuer = start_provider(stack, free_port())
            result = opened.enter_context(live_through(stack, base_url, issuer, steps))
            progress.stop()
            is_whole = summary.show(console, result, facts_file)
            if not once:
                show_keys(base_url, result)
                stack.serve()
    except FellShort as shortfall:
        console.print(f"未完成 fell short: {shortfall}", style="bold red")
        raise typer.Exit(1) from shortfall
    except KeyboardInterrupt:
        console.print("已停止。 Stopped.")
        return
    raise typer.Exit(0 if is_whole else 1)


def start_all(folder: Path, opened: ExitStack) -> tuple[Stack, str]:
    """Start the servers, the API, the worker and the gateway's simulator; return where the API answers."""
    api_port, gateway_port = free_port(), free_port()
    gateway_secrets = [folder.absolute() / "secrets" / name for name in ("gateway", "gateway-receipts")]
    chosen = {
        "DUCHA_TEST_GATEWAY": "http",
        "DUCHA_TEST_GATEWAY_URL": f"http://127.0.0.1:{gateway_port}",
        "DUCHA_TEST_GATEWAY_SECRET_FILE": str(gateway_secrets[0]),
        "DUCHA_TEST_GATEWAY_RECEIPT_SECRET_FILE": str(gateway_secrets[1]),
        "DUCHA_PUBLIC_URL": f"http://127.0.0.1:{api_port}",
        "DUCHA_LOG_LEVEL": "warning",
    }
    stack = opened.enter_context(Stack(folder, database=DATABASE, settings=chosen))
    for secret in gateway_secrets:
        kept_secret(secret)
    base_url = stack.start_api(api_port)
    start_simulator(stack, gateway_port, gateway_secrets, base_url)
    stack.start_worker()
    return stack, base_url


def show_keys(base_url: str, result: Result) -> None:
    """Print where the demonstration answers, and the keys with which it may be tried."""
    console.print(f"\n接口 API {base_url}   文档 docs {base_url}/docs   Ctrl-C 停止 stops")
    console.print("本次演示的密钥 keys of this demonstration:")
    for role, desk in visitors(result).items():
        console.print(f"  {role:13}  {desk.key}", soft_wrap=True)


def start_simulator(stack: Stack, port: int, secrets: Sequence[Path], base_url: str) -> None:
    ledger = stack.folder / "gateway" / "ledger.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    where = ["--port", str(port), "--ledger", str(ledger)]
    where += ["--secret-file", str(secrets[0]), "--receipt-secret-file", str(secrets[1])]
    receipts = ["--receipts-url", f"{base_url}/v1/gateways/http/receipts"]
    url = f"http://127.0.0.1:{port}/ledger/summary"
    stack.start_program("simulator", ["-m", "deploy.simulator", *where, *receipts], {}, ready=lambda: answers(url))


# Long because it is the order of the whole story, and what one step opens the next ones use.
@contextmanager
def live_through(stack: Stack, base_url: str, issuer: str, steps: Steps) -> Iterator[Result]:
    """Found the county, live through the year, wait until every message has its receipt, and gather the facts."""
    os.environ.update(stack.environment("worker"))
    settings.current.cache_clear()
    with ExitStack() as opened:
        loop = opened.enter_context(asyncio.Runner())
        with steps("开户：单位、人员、任命、登录 Found the county"):
            founded = loop.run(_found(stack, issuer))
            administrator = opened.enter_context(Desk(base_url, founded.administrator_key))
            # Roles are given from the day on which the story begins, years before it is told.
            administrator.post("/v1/clock/hold", {"at": "2016-01-01T08:00:00+08:00"})
            people = People(base_url, issuer)
            people.begin(founded.invitations)
            goals = read_goals()
            cast = county.settle(administrator, people, sorted({goal.responsible_unit for goal in goals}))
            for desk in (people.first, people.second, *cast.desks()):
                opened.enter_context(desk)
        doorbell = Doorbell(stack.redis_url)
        opened.callback(lambda: loop.run(doorbell.aclose()))
        runner_context = open_runner(choose_gateways(), doorbell.ring)
        runner = loop.run(runner_context.__aenter__())
        opened.callback(lambda: loop.run(runner_context.__aexit__(None, None, None)))
        year = Year(
            cast, administrator, goals, lambda: loop.run(_tick(runner, doorbell, founded.actor.jurisdiction_id))
        )
        with steps("建账：导入 2016 年台账 Open the ledger"):
            year.open()
        agenda = year.agenda()
        ends = next(place for place, (moment, _) in enumerate(agenda) if moment > YEAR_ENDS)
        for name, acts in (
            ("一年：上报、催报、汇总、公开、督办、通报 The year", agenda[:ends]),
            ("年终：办结审查、销号、年度结算 The year's end", agenda[ends:]),
        ):
            with steps(name, len(acts)) as advance:
                for act in acts:
                    year.live(act)
                    advance()
        with steps("等待短信全部送达并收到回执 Await receipts"):
            _await_receipts(cast)
        with steps("封存并核对操作审计 Seal and verify the audit"):
            findings = loop.run(_seal_and_verify(runner))
        yield Result(base_url, CODE, stack.folder, cast, year, findings.compared, findings.damaged, steps.seconds)


def visitors(result: Result) -> dict[str, Desk]:
    """Name the desks whose keys a visitor may try; they die with the demonstration's data."""
    cast = result.county
    return {
        "administrator": result.year.administrator,
        "office": cast.office,
        "group": cast.group,
        "leader": cast.leader,
        "publisher": cast.publisher,
        "auditor": cast.auditor,
        "unit": cast.units[FIRST],
    }


async def _found(stack: Stack, issuer: str) -> Founded:
    async with owners_session(stack.urls.owner) as session:
        await calendar_seed.seed_calendar(session)
        return await found(
            session,
            code=CODE,
            name=NAME,
            kind=JurisdictionKind.DEMONSTRATION,
            policy_from=date(2016, 1, 1),
            signing_in=SigningIn(trial_provider(issuer), FRONT_END),
        )


async def _tick(runner: Runner, doorbell: Doorbell, jurisdiction_id: Any) -> None:
    await cadence.tick_jurisdiction(runner, jurisdiction_id)
    await doorbell.ring_out()


async def _seal_and_verify(runner: Runner) -> Findings:
    await audit.seal(runner)
    exported = await asyncio.to_thread(Path(settings.current().audit_seals).read_text)
    async with runner.everywhere() as session:
        return await verification.verify(session, exported.splitlines())


def _await_receipts(cast: County, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        waiting = facts.count_messages(cast)
        if not sum(waiting.get(state, 0) for state in ("queued", "submitting", "accepted")):
            return
        time.sleep(0.2)
    raise FellShort(f"messages still wait: {facts.count_messages(cast)}")


if __name__ == "__main__":
    with unwound_by_signals():
        typer.run(main)
