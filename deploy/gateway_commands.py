import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from deploy.command_line import Folder, database_url, run
from deploy.gateway_check.checks import Finding, Outcome, try_all
from deploy.gateway_check.probe import Probe
from deploy.gateway_check.receipt_listener import listening
from deploy.jurisdictions import owners_session
from supervision.messaging import gateway_switch

gateway = typer.Typer(no_args_is_help=True, help="短信网关: try one that you have written; switch one off.")
console = Console()
_SHOWN = {
    Outcome.KEPT: "[green]符合 kept[/]",
    Outcome.BROKEN: "[bold red]不符 broken[/]",
    Outcome.UNSEEN: "[yellow]未见 unseen[/]",
}


@gateway.command()
def check(
    url: Annotated[str, typer.Argument(help="address of a gateway of the http protocol")],
    *,
    secret_file: Annotated[Path, typer.Option(help="whsec_…, signs the calls to the gateway")],
    receipt_secret_file: Annotated[Path, typer.Option(help="whsec_…, signs its receipts")],
    telephone: Annotated[str, typer.Option(help="every message goes to this number; use a test route")],
    listen: Annotated[int, typer.Option(help="loopback port to which the gateway sends its receipts")] = 8091,
    batch: Annotated[int, typer.Option(min=1, max=500, help="messages in a call; Ducha sends up to 500")] = 500,
    patience: Annotated[float, typer.Option(help="seconds to wait for receipts")] = 60,
) -> None:
    """联调检查: try a gateway against openapi/gateway.md, name each breach; ends with status 1 if there is one.

    It really sends: some 20 batches to the one number.
    """
    secret, receipt_secret = _read(secret_file), _read(receipt_secret_file)
    with listening(listen) as listener:
        console.print(f"回执地址/receipts to http://127.0.0.1:{listen}/v1/gateways/http/receipts", soft_wrap=True)
        probe = Probe(url.rstrip("/"), secret, receipt_secret, telephone, batch, patience, listener)
        findings = list(try_all(probe))
    console.print(_table(findings))
    broken = sum(finding.outcome is Outcome.BROKEN for finding in findings)
    console.print(f"不符合协议 {broken} 处。 {broken} breaches of the protocol.")
    raise typer.Exit(1 if broken else 0)


Name = Annotated[str, typer.Argument(help="name of the gateway, such as yunmas")]
Reason = Annotated[str, typer.Option(help="kept with the change")]
IsTest = Annotated[bool, typer.Option("--test", help="the gateway of test messages, not that of live ones")]


@gateway.command()
def off(name: Name, *, reason: Reason, is_test: IsTest = False, folder: Folder = None) -> None:
    """停用（维护）: hand this gateway nothing more; what waits stays in its order. Receipts are taken all the same."""
    _switch(name, reason, folder, is_test=is_test, is_on=False)


@gateway.command()
def on(name: Name, *, reason: Reason, is_test: IsTest = False, folder: Folder = None) -> None:
    """恢复: go on with what waits, within seconds."""
    _switch(name, reason, folder, is_test=is_test, is_on=True)


def _switch(name: str, reason: str, folder: Path | None, *, is_test: bool, is_on: bool) -> None:
    if not reason.strip():
        raise typer.BadParameter("请写明原因（--reason）。 Give the reason (--reason).")
    url = database_url(folder, "owner")

    async def work() -> None:
        async with owners_session(url) as session:
            change = gateway_switch.Change(gateway=name, is_test=is_test, is_on=is_on)
            await gateway_switch.switch(session, change, reason=reason.strip(), changed_by=getpass.getuser())

    run(work())
    state = "已恢复 on" if is_on else "已停用 off"
    console.print(f"{name}{'（测试 test）' if is_test else ''} {state}：{reason}", markup=False, soft_wrap=True)


def _table(findings: list[Finding]) -> Table:
    table = Table("检查 check", "结果 outcome", "说明 detail", title="短信网关联调 Gateway conformance")
    for each in findings:
        table.add_row(f"{each.zh}\n{each.en}", _SHOWN[each.outcome], f"{each.detail_zh}\n{each.detail_en}".strip())
    return table


def _read(path: Path) -> str:
    try:
        secret = path.read_text(encoding="ascii").strip()
        Webhook(secret)
    except (OSError, ValueError, EmptyWebhookSecretError):
        raise typer.BadParameter(f"{path}: 应为内容为 whsec_… 的文件。 This must be a file with whsec_….") from None
    return secret
