"""Filled by the work that follows."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
