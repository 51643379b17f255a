"""A request that is done once belongs to the person who sent it, not to the whole front end."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

NAME = "pk_idempotency_record"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("idempotency_record", sa.Column("person_id", sa.Uuid(), nullable=True))
    # Whose they were is not known; they are remembered for two days.
    op.execute("UPDATE idempotency_record SET person_id = client_id")
    op.execute(
        "-- squawk-ignore adding-not-nullable-field\nALTER TABLE idempotency_record ALTER COLUMN person_id SET NOT NULL"
    )
    _primary_key("jurisdiction_id, client_id, person_id, operation, key")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Two persons of one front end may have chosen one key; of these one request is forgotten.
    op.execute(
        "DELETE FROM idempotency_record a USING idempotency_record b "
        "WHERE (a.jurisdiction_id, a.client_id, a.operation, a.key) = "
        "(b.jurisdiction_id, b.client_id, b.operation, b.key) AND a.person_id > b.person_id"
    )
    _primary_key("jurisdiction_id, client_id, operation, key")
    op.drop_column("idempotency_record", "person_id")


def _primary_key(columns: str) -> None:
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE idempotency_record DROP CONSTRAINT {NAME}")
    op.execute(
        "-- squawk-ignore adding-serial-primary-key-field, disallowed-unique-constraint\n"
        f"ALTER TABLE idempotency_record ADD CONSTRAINT {NAME} PRIMARY KEY ({columns})"
    )
