from importlib import import_module
from pkgutil import walk_packages

import supervision


def import_tables() -> None:
    """Import the models.py of every room, so that all tables are known to the metadata."""
    for module in walk_packages(supervision.__path__, "supervision."):
        if module.name.endswith(".models"):
            import_module(module.name)
