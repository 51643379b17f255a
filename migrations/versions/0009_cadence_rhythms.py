"""Filled by the work that follows."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
