"""Filled by the work that follows."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""
