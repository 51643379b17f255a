"""The look has the issuing office and whether documents bear a code; a document's words can wait for approval."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

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
    _let_be_proposed(f"{KINDS}, 'propose_document_template'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # What waits to be approved, and what a county asks for, are choices that the release before does not have.
    op.execute("DELETE FROM proposal WHERE kind = 'propose_document_template'")
    op.execute("DELETE FROM two_person_step WHERE operation = 'write_document_template'")
    _let_be_proposed(KINDS)
    op.drop_column("portal_look", "has_document_codes")
    op.drop_column("portal_look", "office")


def _let_be_proposed(kinds: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE proposal DROP CONSTRAINT ck_proposal_kind")
    # A county has few proposals.
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\n"
        f"ALTER TABLE proposal ADD CONSTRAINT ck_proposal_kind CHECK (kind IN ({kinds}))"
    )
