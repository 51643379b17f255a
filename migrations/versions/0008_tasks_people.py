"""Filled by the work that follows."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
