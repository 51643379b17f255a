"""Where a command of `ducha` finds the installation that it is about."""

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.folders import read_settings
from deploy.stack import Role, settings_file
from supervision.foundation import settings

Folder = Annotated[
    Path | None,
    typer.Option(help="the folder of a running `ducha up`; without it, the DUCHA_ settings of the environment"),
]


def database_url(folder: Path | None, role: Role) -> str:
    """Take the settings of a role from a running stack's folder, if one is named, and return its database's URL."""
    if folder is not None:
        try:
            os.environ.update(read_settings(settings_file(folder, role)))
        except FileNotFoundError:
            raise typer.BadParameter(f"no `ducha up` has run in {folder}") from None
    return settings.current().database_url.get_secret_value()
