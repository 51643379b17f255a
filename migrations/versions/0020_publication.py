"""Publications from circulars and rectification orders, with editions and withdrawal; feeds in three formats."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from migrations.guards import keep_apart

revision = "0020"
down_revision = "0019"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")
STATES = "'drafted', 'approved', 'refused', 'published', 'replaced', 'withdrawn'"
OLD_STATES = "'drafted', 'approved', 'refused', 'published'"
# Each new column that is always there.
COLUMNS: dict[str, TypeEngine[Any]] = {
    "entry_id": sa.Uuid(),
    "edition": sa.Integer(),
    "channel": sa.Text(),
    "fact_on": sa.Date(),
    "publish_by_on": sa.Date(),
}
FILL = """
UPDATE publication SET entry_id = id, edition = 1, channel = 'progress', fact_on = (
    SELECT (e.received_at AT TIME ZONE 'Asia/Shanghai')::date FROM progress_entry e
    WHERE e.id = publication.progress_entry_id
);
UPDATE publication SET publish_by_on = coalesce((
    SELECT w.day FROM working_day w WHERE w.is_working AND w.day > publication.fact_on ORDER BY w.day OFFSET 19 LIMIT 1
), fact_on + 28)
"""
OPTIONAL: dict[str, TypeEngine[Any]] = {
    "circular_id": sa.Uuid(),
    "rectification_order_id": sa.Uuid(),
    "note": sa.Text(),
    "name_basis": sa.Text(),
    "withdrawn_by": sa.Uuid(),
    "withdrawn_at": sa.DateTime(timezone=True),
    "withdrawal_reason": sa.Text(),
}
CHECKS = {
    "channel": "channel IN ('progress', 'circulars', 'exposure')",
    "one_source": "num_nonnulls(progress_entry_id, circular_id, rectification_order_id) = 1",
    "correction_says_so": "(edition = 1) = (note IS NULL)",
    "withdrawn_at_a_moment": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
}
PARENTS = {"entry_id": "publication", "circular_id": "circular", "rectification_order_id": "rectification_order"}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, kind in {**COLUMNS, **OPTIONAL}.items():
        op.add_column("publication", sa.Column(name, kind, nullable=True))
    op.add_column(
        "publication",
        sa.Column("redactions", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.execute(FILL)
    for name in COLUMNS:
        op.execute(
            f"-- squawk-ignore adding-not-nullable-field\nALTER TABLE publication ALTER COLUMN {name} SET NOT NULL"
        )
    op.execute(
        "-- squawk-ignore ban-drop-not-null\nALTER TABLE publication ALTER COLUMN progress_entry_id DROP NOT NULL"
    )
    _drop("publication", "uq_publication_progress_entry_id")
    _states(STATES)
    for name, check in CHECKS.items():
        _validated(f"ck_publication_{name}", f"CHECK ({check})")
    for column, parent in PARENTS.items():
        _validated(
            f"fk_publication_jurisdiction_id_{column}",
            f"FOREIGN KEY (jurisdiction_id, {column}) REFERENCES {parent} (jurisdiction_id, id)",
        )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE UNIQUE INDEX uq_publication_source ON publication "
        "(jurisdiction_id, progress_entry_id, circular_id, rectification_order_id, edition) NULLS NOT DISTINCT "
        "WHERE state NOT IN ('refused', 'withdrawn')"
    )
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX ix_publication_entry_id ON publication (entry_id)"
    )
    _upgrade_feeds()


def _upgrade_feeds() -> None:
    # What stands keeps its tag, and is rendered anew as soon as the worker runs.
    for name, kept in (("format", "atom"), ("month", "")):
        op.add_column("feed", sa.Column(name, sa.Text(), server_default=kept, nullable=False))
        op.execute(f"-- squawk-ignore ban-drop-default\nALTER TABLE feed ALTER COLUMN {name} DROP DEFAULT")
    op.add_column("feed", sa.Column("is_stale", sa.Boolean(), server_default=sa.false(), nullable=False))
    _drop("feed", "pk_feed")
    op.execute(
        "-- squawk-ignore adding-serial-primary-key-field\n"
        "ALTER TABLE feed ADD CONSTRAINT pk_feed PRIMARY KEY (jurisdiction_id, channel, format, month)"
    )
    op.create_table(
        "feed_work",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("rendered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_feed_work_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", name=op.f("pk_feed_work")),
    )
    keep_apart(op, "feed_work")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("feed_work")
    op.execute("DELETE FROM feed WHERE NOT (channel = 'progress' AND format = 'atom' AND month = '')")
    _drop("feed", "pk_feed")
    for name in ("format", "month", "is_stale"):
        op.drop_column("feed", name)
    op.execute(
        "-- squawk-ignore adding-serial-primary-key-field\n"
        "ALTER TABLE feed ADD CONSTRAINT pk_feed PRIMARY KEY (jurisdiction_id, channel)"
    )
    op.drop_index("uq_publication_source", table_name="publication")
    op.drop_index("ix_publication_entry_id", table_name="publication")
    # What the older tables cannot hold goes; of what was withdrawn a refused draft stays.
    for column in PARENTS:
        op.drop_constraint(op.f(f"fk_publication_jurisdiction_id_{column}"), "publication", type_="foreignkey")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_publication_{name}"), "publication", type_="check")
    op.execute("DELETE FROM publication WHERE progress_entry_id IS NULL OR edition > 1")
    op.execute(
        "DELETE FROM publication p WHERE EXISTS (SELECT FROM publication later "
        "WHERE later.progress_entry_id = p.progress_entry_id AND later.id > p.id)"
    )
    op.execute("UPDATE publication SET state = 'published' WHERE state = 'replaced'")
    op.execute("UPDATE publication SET state = 'refused', verdict = 'refused' WHERE state = 'withdrawn'")
    _states(OLD_STATES)
    for name in [*COLUMNS, *OPTIONAL, "redactions"]:
        op.drop_column("publication", name)
    op.execute(
        "-- squawk-ignore adding-not-nullable-field\nALTER TABLE publication ALTER COLUMN progress_entry_id SET NOT NULL"
    )
    op.execute(
        "-- squawk-ignore disallowed-unique-constraint\n"
        "ALTER TABLE publication ADD CONSTRAINT uq_publication_progress_entry_id UNIQUE (progress_entry_id)"
    )


def _states(states: str) -> None:
    _drop("publication", "ck_publication_state")
    _validated("ck_publication_state", f"CHECK (state IN ({states}))")


def _drop(table: str, constraint: str) -> None:
    # Another one takes its place in the same transaction.
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {constraint}")


def _validated(name: str, constraint: str) -> None:
    op.execute(f"ALTER TABLE publication ADD CONSTRAINT {name} {constraint} NOT VALID")
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE publication VALIDATE CONSTRAINT {name}")
