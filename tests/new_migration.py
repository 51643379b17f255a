"""Write the draft of a migration from what the models have and the migrations lack: `make migration m="…"`."""

import re
import secrets
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from deploy.postgres import EmbeddedPostgres
from deploy.roles import PEOPLE, migrate, migrations, prepare_database

_WORDS = re.compile(r"[a-z][a-z0-9]*(?: [a-z0-9]+)*")


def main() -> int:
    """Draft the next migration; refuses a name that is not a few plain words."""
    name = " ".join(sys.argv[1:])
    if not _WORDS.fullmatch(name):
        print('Say in a few plain words what it is about: make migration m="item remarks"', file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="ducha-migration-") as made:
        folder = Path(made)
        # The server may run as another account than this one.
        folder.chmod(0o711)
        with EmbeddedPostgres(folder / "pg") as admin_url:
            passwords = {person: secrets.token_hex(16) for person in PEOPLE}
            urls = prepare_database(admin_url, "ducha", passwords=passwords)
            migrate(urls.owner)
            config = migrations(urls.owner)
            head = ScriptDirectory.from_config(config).get_current_head() or "0000"
            number = f"{int(head) + 1:04d}"
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message=name, autogenerate=True, rev_id=number)
    print(f"migrations/versions/{number}_{name.replace(' ', '_')}.py is drafted; read it, and write what moves rows.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
