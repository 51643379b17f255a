"""Periods go on across the years whatever the ledgers' state, and the office is reminded of its ledgers."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# What counties that stand already are given; new ones write their templates when they are founded.
TEMPLATES = {
    "ledger_unopened": "{year}年度台账尚未建立，未办结事项仍按期报送。请尽快登录督查系统建账。",
    "ledger_unclosed": "{year}年度台账尚未结账。请尽快登录督查系统核对并结账，未办结事项将转入下一年度台账。",
}
POSITIONS = "'principal_county_leader', 'county_leader', 'principal_leader', 'leader_in_charge', 'handler'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("jurisdiction", sa.Column("periods_from", sa.Date(), nullable=True))
    # What nobody was asked for in a year without a ledger is not asked for afterwards, when it could only be late.
    op.execute(
        "UPDATE jurisdiction j SET periods_from = (coalesce("
        "(SELECT held_at FROM held_clock c WHERE c.jurisdiction_id = j.id), now()"
        ") AT TIME ZONE 'Asia/Shanghai')::date "
        "WHERE EXISTS (SELECT FROM ledger l WHERE l.jurisdiction_id = j.id) "
        "OR EXISTS (SELECT FROM item i WHERE i.jurisdiction_id = j.id)"
    )
    _allow_positions(f"{POSITIONS}, 'office', 'other'")
    for name, body in TEMPLATES.items():
        op.execute(
            "INSERT INTO template (id, jurisdiction_id, name, version, body, created_at) "  # noqa: S608 - our own texts
            f"SELECT gen_random_uuid(), id, '{name}', 1, '{body}', now() FROM jurisdiction "
            "ON CONFLICT DO NOTHING"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE official SET position = 'other' WHERE position = 'office'")
    _allow_positions(f"{POSITIONS}, 'other'")
    op.drop_column("jurisdiction", "periods_from")


def _allow_positions(values: str) -> None:
    name = "ck_official_position"
    op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE official DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE official ADD CONSTRAINT {name} CHECK (position IN ({values})) NOT VALID")
    op.execute(f"-- squawk-ignore constraint-missing-not-valid\nALTER TABLE official VALIDATE CONSTRAINT {name}")
