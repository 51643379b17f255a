"""Filled by the work that follows."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
