"""Official documents: what was issued, as bytes with its digest, the words of each kind, and PDFs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.guards import keep_apart

revision = "0024"
down_revision = "0023"

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")
KINDS = (
    "kind IN ('notice', 'slip', 'urging', 'rework', 'feedback', 'circular', 'rectification', 'warning', "
    "'press_release', 'accountability')"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "document_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_document_template_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_document_template_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_document_template_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "version", name=op.f("uq_document_template_jurisdiction_id_kind_version")
        ),
    )
    op.create_table(
        "document_counter",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_document_counter_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_document_counter_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", "year", name=op.f("pk_document_counter")),
    )
    op.create_table(
        "issued_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_issued_document_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_issued_document_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_issued_document_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "subject_id", name=op.f("uq_issued_document_jurisdiction_id_kind_subject_id")
        ),
    )
    op.create_table(
        "document_pdf",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name=op.f("ck_document_pdf_digest_of_content")),
        sa.CheckConstraint("(content IS NULL) <> (failure IS NULL)", name=op.f("ck_document_pdf_content_or_failure")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_document_pdf_jurisdiction_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "document_id"],
            ["issued_document.jurisdiction_id", "issued_document.id"],
            name=op.f("fk_document_pdf_jurisdiction_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_pdf")),
    )
    keep_apart(op, "document_template", "issued_document", "document_pdf", append_only=True)
    keep_apart(op, "document_counter")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("document_pdf", "issued_document", "document_counter", "document_template"):
        op.drop_table(table)
