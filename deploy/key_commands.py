import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deploy import keys
from deploy.command_line import Folder, database_url, refusals_told
from supervision.foundation import key_ring, settings
from supervision.foundation.ciphers import Algorithm

keys_app = typer.Typer(no_args_is_help=True, help="数据密钥: the keys with which personal data is encrypted.")
console = Console()


@keys_app.command()
def add(
    algorithm: Annotated[Algorithm, typer.Option(help="how the new key encrypts")] = Algorithm.AES,
    folder: Folder = None,
) -> None:
    """Put a new key first into the file of DUCHA_DATA_KEYS_FILE; it is used when API and worker have been restarted."""
    database_url(folder, "owner")
    chosen = settings.current()
    if chosen.data_keys_file is None:
        raise typer.BadParameter("请先设置 DUCHA_DATA_KEYS_FILE。 Set DUCHA_DATA_KEYS_FILE first.")
    with refusals_told():
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
    url = database_url(folder, "owner")
    with refusals_told(), Progress(console=console, disable=not console.is_terminal) as progress:
        writing = key_ring.writing_key().id
        line = progress.add_task("重新加密 Re-encrypting", total=asyncio.run(keys.count_encrypted(url)))
        tally = asyncio.run(keys.rotate(url, lambda done: progress.advance(line, done)))
    console.print(
        f"已用密钥 {writing} 重新加密 {tally.reencrypted} 个号码和联系方式。 "
        f"{tally.reencrypted} numbers and contacts encrypted anew."
    )
    _show_unreadable(tally)
    if not tally.unreadable:
        console.print(
            "其余密钥已无号码和联系方式使用，可以删除。 Nothing needs another key; the others may be taken away."
        )
    raise typer.Exit(1 if tally.unreadable else 0)


@keys_app.command(name="check")
def check_keys(folder: Folder = None) -> None:
    """Count, as the owner, which keys numbers and contacts need; status 1 while one needs another than the first."""
    url = database_url(folder, "owner")
    with refusals_told():
        ring, tally = key_ring.ring(), asyncio.run(keys.check(url))
    table = Table(
        "密钥 key", "算法 algorithm", "号码、联系方式 numbers, contacts", title="数据密钥 Keys of personal data"
    )
    for key in ring:
        table.add_row(str(key.id), key.algorithm, str(tally.by_key.pop(key.id, 0)))
    for key_id, count in sorted(tally.by_key.items()):
        table.add_row(str(key_id), "缺失 missing", str(count), style="bold red")
    console.print(table)
    console.print(f"须重新加密 {tally.outdated} 个。 {tally.outdated} numbers and contacts must be encrypted anew.")
    _show_unreadable(tally)
    raise typer.Exit(1 if tally.outdated or tally.unreadable else 0)


def _show_unreadable(tally: keys.Tally) -> None:
    for kind, whose in tally.unreadable:
        console.print(f"无法读取 unreadable: {kind} {whose}", style="bold red", soft_wrap=True)
