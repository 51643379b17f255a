"""The look has the issuing office and whether documents bear a code; a document's words can wait for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"

KINDS = (
    "'set_item_procedure', 'set_notice_procedure', 'terminate_item', 'write_template', 'propose_broadcast', "
    "'adopt_scoring_policy', 'set_two_person_steps'"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("portal_look", sa.Column("office", sa.Text(), nullable=True))
    op.add_column(
        "portal_look", sa.Column("has_document_codes", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("portal_look", "has_document_codes")
    op.drop_column("portal_look", "office")
