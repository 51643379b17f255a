"""What the commands share: where their settings come from, and how a refusal is told."""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from deploy.folders import read_settings
from deploy.stack import DatabaseRole, settings_file
from supervision.foundation import settings
from supervision.foundation.connections import check_database
from supervision.foundation.errors import Refusal
from supervision.foundation.settings import SettingRefused

Result = TypeVar("Result")
Folder = Annotated[
    Path | None,
    typer.Option(help="the folder of a running `ducha up`; without it, the DUCHA_ settings of the environment"),
]


def database_url(folder: Path | None, role: DatabaseRole) -> str:
    """Take the settings of a role from a running stack's folder, if one is named, and return its database's URL."""
    if folder is not None:
        try:
            os.environ.update(read_settings(settings_file(folder, role)))
        except FileNotFoundError:
            raise typer.BadParameter(f"no `ducha up` has run in {folder}") from None
    with refusals_told():
        chosen = settings.current()
        url = chosen.database_url.get_secret_value()
        check_database(url, may_be_plain=chosen.plain_connections)
    return url


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work to its end; what is refused is told in both languages."""
    try:
        return asyncio.run(work)
    except Refusal as refusal:
        raise typer.BadParameter(f"{refusal.detail('zh-CN')} {refusal.detail('en')}") from None


@contextmanager
def refusals_told() -> Iterator[None]:
    """Tell what is wrong with a setting as a command's refusal."""
    try:
        yield
    except SettingRefused as refusal:
        raise typer.BadParameter(str(refusal)) from None
