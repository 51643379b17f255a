"""The OpenAPI document as it is committed; `make openapi` runs this file and writes it anew."""

import os
from pathlib import Path

import orjson

from api.app import DuchaApp, build_app
from supervision.foundation import settings

PATH = Path(__file__).parents[2] / "openapi" / "openapi.json"


def rendered(app: DuchaApp) -> bytes:
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    # The document depends on no setting, so any will do.
    os.environ |= {"DUCHA_DATABASE_URL": "none", "DUCHA_REDIS_URL": "redis://none"}

    PATH.write_bytes(rendered(build_app(settings.current())))


if __name__ == "__main__":
    main()
