"""Names of units, officials and clients are unique as people read them: folded, and not only as they were typed."""

import sqlalchemy as sa
from alembic import context, op

from migrations.twins import NAMED, TwinsStand, find_twins
from supervision.foundation.texts import fold

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, (_, names) in NAMED.items():
        for name in names:
            op.add_column(table, sa.Column(f"{name}_folded", sa.Text(), server_default="", nullable=False))
    # From here on nobody else writes the tables. Written down as SQL there are no rows to read.
    if not context.is_offline_mode():
        _fold_all()
    for table, (within, names) in NAMED.items():
        folds = [f"{name}_folded" for name in names]
        for each in folds:
            # It was there for the rows that stand only; nobody but the application knows how to fold.
            op.execute(f"-- squawk-ignore ban-drop-default\nALTER TABLE {table} ALTER COLUMN {each} DROP DEFAULT")
        _unique(table, (*within, *names), (*within, *folds))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, (within, names) in NAMED.items():
        folds = [f"{name}_folded" for name in names]
        _unique(table, (*within, *folds), (*within, *names))
        for each in folds:
            op.drop_column(table, each)


def _fold_all() -> None:
    connection = op.get_bind()
    if twins := find_twins(connection):
        raise TwinsStand(twins)
    for name, (_, names) in NAMED.items():
        table = sa.table(name, sa.column("id"), *(sa.column(each) for of in names for each in (of, f"{of}_folded")))
        for row in connection.execute(sa.select(table)).mappings().all():
            folds = {f"{each}_folded": fold(row[each]) for each in names}
            connection.execute(sa.update(table).where(table.c.id == row["id"]).values(folds))


def _unique(table: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    # Some thousands of names at most: the index is made in a moment.
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint\n"
        f"ALTER TABLE {table} ADD CONSTRAINT uq_{table}_{'_'.join(new)} UNIQUE ({', '.join(new)})"
    )
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT uq_{table}_{'_'.join(old)}")
