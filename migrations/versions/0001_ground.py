"""The ground: all tables of the first rooms, row-level security, rights of the two roles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.types import Xid8

revision = "0001"
down_revision = None

HERE = sa.text("nullif(current_setting('ducha.jurisdiction', true), '')::uuid")
# Row-level security keeps the counties apart; FORCE binds the owner of the tables as well.
LOCAL = (
    "attachment",
    "attempt",
    "broadcast",
    "cadence_run",
    "client",
    "client_key",
    "deduction",
    "digest",
    "extension",
    "feed",
    "figure",
    "held_clock",
    "idempotency_record",
    "indicator",
    "item",
    "item_counter",
    "ledger",
    "ledger_entry",
    "message",
    "obligation",
    "official",
    "operation",
    "party",
    "progress_entry",
    "progress_report",
    "publication",
    "score_entry",
    "scoring_policy",
    "scoring_rule",
    "task",
    "template",
    "unit",
)
# Rows without a jurisdiction are let in (a refused login, a receipt that waits to be matched), never shown.
PARTLY_LOCAL = ("audit_event", "receipt_line")
APPEND_ONLY = ("audit_event", "audit_seal", "receipt", "score_entry")
CURRENT = "nullif(current_setting('ducha.jurisdiction', true), '')::uuid"

RIGHTS = """
GRANT USAGE ON SCHEMA public TO ducha_api, ducha_worker;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ducha_api, ducha_worker;
REVOKE INSERT, UPDATE ON jurisdiction, working_day FROM ducha_api, ducha_worker;
REVOKE UPDATE ON audit_event, audit_seal, receipt, score_entry, attachment, template FROM ducha_api, ducha_worker;
REVOKE ALL ON audit_seal, receipt, attempt FROM ducha_api;
GRANT INSERT, SELECT (id) ON receipt TO ducha_api;
GRANT SELECT ON attempt TO ducha_api;
GRANT DELETE ON held_clock, refused_login TO ducha_api;
GRANT DELETE ON idempotency_record, refused_login TO ducha_worker;
REVOKE ALL ON alembic_version FROM ducha_api, ducha_worker;
GRANT SELECT ON alembic_version TO ducha_api, ducha_worker;
"""

FUNCTIONS = """
CREATE FUNCTION ducha_find_key(wanted text, caller text)
RETURNS TABLE (
    jurisdiction_id uuid, jurisdiction_kind text, client_id uuid, role text, unit_id uuid,
    may_act_for_officials boolean, kind text, secret_hash bytea, scopes text[], expires_at timestamptz,
    revoked_at timestamptz, is_locked boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT k.jurisdiction_id, j.kind, k.client_id, c.role, c.unit_id,
           c.may_act_for_officials, k.kind, k.secret_hash, k.scopes, k.expires_at, k.revoked_at,
           EXISTS (
               SELECT FROM refused_login r WHERE r.lookup = wanted AND r.address = caller
               AND r.failures >= 5 AND r.first_at > now() - interval '15 minutes'
           )
    FROM client_key k JOIN client c ON c.id = k.client_id JOIN jurisdiction j ON j.id = k.jurisdiction_id
    WHERE k.lookup = wanted
$$;
REVOKE ALL ON FUNCTION ducha_find_key(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ducha_find_key(text, text) TO ducha_api;

CREATE FUNCTION ducha_search_items(words text)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
AS $$
    SELECT id FROM item
    WHERE search @@ words::tsquery AND jurisdiction_id = nullif(current_setting('ducha.jurisdiction', true), '')::uuid
$$;
REVOKE ALL ON FUNCTION ducha_search_items(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ducha_search_items(text) TO ducha_api;

CREATE FUNCTION ducha_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END
$$;
"""

# The two functions see every county, so they belong to the worker's role and to nobody mightier.
OWNERSHIP = """
GRANT CREATE ON SCHEMA public TO ducha_worker;
ALTER FUNCTION ducha_find_key(text, text) OWNER TO ducha_worker;
ALTER FUNCTION ducha_search_items(text) OWNER TO ducha_worker;
REVOKE CREATE ON SCHEMA public FROM ducha_worker;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("low", Xid8(), nullable=False),
        sa.Column("high", Xid8(), nullable=False),
        sa.Column("event_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("hashes", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("high", name=op.f("uq_audit_seal_high")),
        sa.UniqueConstraint("low", name=op.f("uq_audit_seal_low")),
    )
    op.create_table(
        "jurisdiction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('live', 'demonstration', 'test')", name=op.f("ck_jurisdiction_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction")),
        sa.UniqueConstraint("code", name=op.f("uq_jurisdiction_code")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    op.create_table(
        "refused_login",
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lookup", "address", name=op.f("pk_refused_login")),
    )
    op.create_table(
        "working_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_working_day")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size = octet_length(content)", name=op.f("ck_attachment_size")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_attachment_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_attachment_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "sha256", name=op.f("uq_attachment_jurisdiction_id_sha256")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=True),
        sa.Column("tx", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_audit_event_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_jurisdiction_id_id"), "audit_event", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_audit_event_jurisdiction_id_subject_id"),
        "audit_event",
        ["jurisdiction_id", "subject_id"],
        unique=False,
    )
    op.create_index(op.f("ix_audit_event_tx"), "audit_event", ["tx"], unique=False)
    op.create_table(
        "cadence_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_last", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_cadence_run_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_run")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "period_first", name=op.f("uq_cadence_run_jurisdiction_id_kind_period_first")
        ),
    )
    op.create_index(
        op.f("ix_cadence_run_jurisdiction_id_finished_at"),
        "cadence_run",
        ["jurisdiction_id", "finished_at"],
        unique=False,
    )
    op.create_table(
        "feed",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_feed_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", "channel", name=op.f("pk_feed")),
    )
    op.create_table(
        "held_clock",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_held_clock_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", name=op.f("pk_held_clock")),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_idempotency_record_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("jurisdiction_id", "client_id", "operation", "key", name=op.f("pk_idempotency_record")),
    )
    op.create_index(op.f("ix_idempotency_record_created_at"), "idempotency_record", ["created_at"], unique=False)
    op.create_table(
        "item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("first_deadline_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('major_decision', 'special_work', 'instruction', 'superior_assignment', 'major_problem', 'office_notice')",
            name=op.f("ck_item_kind"),
        ),
        sa.CheckConstraint("deadline_on >= received_on", name=op.f("ck_item_deadline_after_receipt")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_item_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_item_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "kind", "year", "sequence", name=op.f("uq_item_jurisdiction_id_kind_year_sequence")
        ),
        sa.UniqueConstraint("jurisdiction_id", "number", name=op.f("uq_item_jurisdiction_id_number")),
    )
    op.create_index(
        op.f("ix_item_jurisdiction_id_deadline_on_id"), "item", ["jurisdiction_id", "deadline_on", "id"], unique=False
    )
    op.create_index(op.f("ix_item_search"), "item", ["search"], unique=False, postgresql_using="gin")
    op.create_table(
        "item_counter",
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_item_counter_jurisdiction_id")),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", "year", name=op.f("pk_item_counter")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_ledger_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_ledger_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "year", name=op.f("uq_ledger_jurisdiction_id_year")),
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'refused', 'failed')", name=op.f("ck_operation_state")
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_operation_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_operation_jurisdiction_id_id")),
    )
    op.create_index(
        "ix_operation_waiting",
        "operation",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "receipt_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'matched', 'superseded', 'unmatched')", name=op.f("ck_receipt_line_state")
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_receipt_line_jurisdiction_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
    )
    op.create_index(
        "ix_receipt_line_waiting", "receipt_line", ["id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "scoring_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("base", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("floor", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("adopted_by", sa.Text(), nullable=False),
        sa.Column("readings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_scoring_policy_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoring_policy")),
        sa.UniqueConstraint(
            "jurisdiction_id", "effective_on", name=op.f("uq_scoring_policy_jurisdiction_id_effective_on")
        ),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_scoring_policy_jurisdiction_id_id")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_template_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_template_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "name", "version", name=op.f("uq_template_jurisdiction_id_name_version")
        ),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('township', 'department', 'other')", name=op.f("ck_unit_kind")),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_unit_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_unit_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_unit_jurisdiction_id_name")),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("critical_reason", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "template_id"],
            ["template.jurisdiction_id", "template.id"],
            name=op.f("fk_broadcast_jurisdiction_id_template_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_broadcast_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_broadcast_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "matter", name=op.f("uq_broadcast_jurisdiction_id_matter")),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("may_act_for_officials", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(role = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_client_unit_role_has_unit")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_client_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_client_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_client_jurisdiction_id_id")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_client_jurisdiction_id_name")),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'granted', 'refused')", name=op.f("ck_extension_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_extension_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_extension_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_extension_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_extension_jurisdiction_id_id"), "extension", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        "uq_extension_asked", "extension", ["item_id"], unique=True, postgresql_where=sa.text("state = 'asked'")
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_ledger_entry_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "ledger_id"],
            ["ledger.jurisdiction_id", "ledger.id"],
            name=op.f("fk_ledger_entry_jurisdiction_id_ledger_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_ledger_entry_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_ledger_entry_jurisdiction_id_id")),
        sa.UniqueConstraint("ledger_id", "item_id", name=op.f("uq_ledger_entry_ledger_id_item_id")),
        sa.UniqueConstraint("ledger_id", "no", name=op.f("uq_ledger_entry_ledger_id_no")),
    )
    op.create_table(
        "obligation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_last", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'fulfilled')", name=op.f("ck_obligation_state")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_obligation_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_obligation_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_obligation_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "unit_id",
            "period_first",
            "period_last",
            name=op.f("uq_obligation_jurisdiction_id_unit_id_period_first_period_last"),
        ),
    )
    op.create_index(
        op.f("ix_obligation_jurisdiction_id_due_at_id"), "obligation", ["jurisdiction_id", "due_at", "id"], unique=False
    )
    op.create_index(
        "ix_obligation_open",
        "obligation",
        ["jurisdiction_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "official",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("leadership_level", sa.Text(), nullable=False),
        sa.Column("telephone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("telephone_index", sa.LargeBinary(), nullable=True),
        sa.Column("telephone_masked", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "leadership_level IN ('none', 'deputy_section', 'section', 'deputy_division', 'division')",
            name=op.f("ck_official_leadership_level"),
        ),
        sa.CheckConstraint(
            "position IN ('principal_county_leader', 'county_leader', 'principal_leader', 'leader_in_charge', 'handler', 'other')",
            name=op.f("ck_official_position"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_official_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_official_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_official_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id", "unit_id", "name", "post", name=op.f("uq_official_jurisdiction_id_unit_id_name_post")
        ),
    )
    op.create_index(
        op.f("ix_official_jurisdiction_id_leadership_level"),
        "official",
        ["jurisdiction_id", "leadership_level"],
        unique=False,
    )
    op.create_index(
        op.f("ix_official_jurisdiction_id_telephone_index"),
        "official",
        ["jurisdiction_id", "telephone_index"],
        unique=False,
    )
    op.create_table(
        "scoring_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("late_item_kind", sa.Text(), nullable=True),
        sa.CheckConstraint("points > 0", name=op.f("ck_scoring_rule_points")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "policy_id"],
            ["scoring_policy.jurisdiction_id", "scoring_policy.id"],
            name=op.f("fk_scoring_rule_jurisdiction_id_policy_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_scoring_rule_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scoring_rule")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_scoring_rule_jurisdiction_id_id")),
        sa.UniqueConstraint("policy_id", "code", name=op.f("uq_scoring_rule_policy_id_code")),
    )
    op.create_table(
        "client_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lookup", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "client_id"],
            ["client.jurisdiction_id", "client.id"],
            name=op.f("fk_client_key_jurisdiction_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_client_key_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_key")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_client_key_jurisdiction_id_id")),
        sa.UniqueConstraint("lookup", name=op.f("uq_client_key_lookup")),
    )
    op.create_index(op.f("ix_client_key_client_id"), "client_key", ["client_id"], unique=False)
    op.create_table(
        "deduction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("fact_on", sa.Date(), nullable=False),
        sa.Column("points", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'reversed')", name=op.f("ck_deduction_state")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_deduction_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "rule_id"],
            ["scoring_rule.jurisdiction_id", "scoring_rule.id"],
            name=op.f("fk_deduction_jurisdiction_id_rule_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_deduction_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_deduction_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_deduction_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "unit_id",
            "rule_id",
            "event",
            name=op.f("uq_deduction_jurisdiction_id_unit_id_rule_id_event"),
        ),
    )
    op.create_index(op.f("ix_deduction_jurisdiction_id_id"), "deduction", ["jurisdiction_id", "id"], unique=False)
    op.create_table(
        "digest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_last", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("leaders_broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("officials_broadcast_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "leaders_broadcast_id"],
            ["broadcast.jurisdiction_id", "broadcast.id"],
            name=op.f("fk_digest_jurisdiction_id_leaders_broadcast_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "officials_broadcast_id"],
            ["broadcast.jurisdiction_id", "broadcast.id"],
            name=op.f("fk_digest_jurisdiction_id_officials_broadcast_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_digest_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_digest_jurisdiction_id_id")),
        sa.UniqueConstraint(
            "jurisdiction_id",
            "period_first",
            "period_last",
            name=op.f("uq_digest_jurisdiction_id_period_first_period_last"),
        ),
    )
    op.create_index(op.f("ix_digest_jurisdiction_id_id"), "digest", ["jurisdiction_id", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("broadcast_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gateway", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'submitting', 'accepted', 'delivered', 'refused', 'failed', 'expired', 'unknown', 'cancelled')",
            name=op.f("ck_message_state"),
        ),
        sa.CheckConstraint("(broadcast_id IS NULL) = (text IS NOT NULL)", name=op.f("ck_message_text_once")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "broadcast_id"],
            ["broadcast.jurisdiction_id", "broadcast.id"],
            name=op.f("fk_message_jurisdiction_id_broadcast_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_message_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "template_id"],
            ["template.jurisdiction_id", "template.id"],
            name=op.f("fk_message_jurisdiction_id_template_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_message_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("broadcast_id", "official_id", name=op.f("uq_message_broadcast_id_official_id")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_message_jurisdiction_id_id")),
    )
    op.create_index(
        "ix_message_awaited",
        "message",
        ["accepted_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('accepted', 'unknown')"),
    )
    op.create_index(op.f("ix_message_broadcast_id_state"), "message", ["broadcast_id", "state"], unique=False)
    op.create_index(
        "ix_message_claim",
        "message",
        ["is_test", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        op.f("ix_message_jurisdiction_id_state_id"), "message", ["jurisdiction_id", "state", "id"], unique=False
    )
    op.create_index(
        "ix_message_leased",
        "message",
        ["leased_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitting', 'unknown')"),
    )
    op.create_index(op.f("ix_message_official_id_id"), "message", ["official_id", "id"], unique=False)
    op.create_index(
        "ix_message_reference",
        "message",
        ["gateway", "reference"],
        unique=False,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(
        "uq_message_matter",
        "message",
        ["jurisdiction_id", "matter", "official_id"],
        unique=True,
        postgresql_where=sa.text("matter IS NOT NULL"),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("official_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "part IN ('responsible_unit', 'lead_leader', 'responsible_person')", name=op.f("ck_party_part")
        ),
        sa.CheckConstraint("(unit_id IS NULL) <> (official_id IS NULL)", name=op.f("ck_party_unit_or_official")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_party_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "official_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_party_jurisdiction_id_official_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_party_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_party_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint(
            "item_id",
            "unit_id",
            "official_id",
            "part",
            name=op.f("uq_party_item_id_unit_id_official_id_part"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_party_unit_id_item_id"), "party", ["unit_id", "item_id"], unique=False)
    op.create_table(
        "progress_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "obligation_id"],
            ["obligation.jurisdiction_id", "obligation.id"],
            name=op.f("fk_progress_report_jurisdiction_id_obligation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_progress_report_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_progress_report_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_progress_report_jurisdiction_id_id")),
        sa.UniqueConstraint("obligation_id", name=op.f("uq_progress_report_obligation_id")),
    )
    op.create_index(
        op.f("ix_progress_report_jurisdiction_id_id"), "progress_report", ["jurisdiction_id", "id"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("lead_leader_id", sa.Uuid(), nullable=False),
        sa.Column("responsible_unit_id", sa.Uuid(), nullable=False),
        sa.Column("responsible_person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "item_id"],
            ["item.jurisdiction_id", "item.id"],
            name=op.f("fk_task_jurisdiction_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "lead_leader_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_task_jurisdiction_id_lead_leader_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "responsible_person_id"],
            ["official.jurisdiction_id", "official.id"],
            name=op.f("fk_task_jurisdiction_id_responsible_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "responsible_unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_task_jurisdiction_id_responsible_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_task_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("item_id", "no", name=op.f("uq_task_item_id_no")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_task_jurisdiction_id_id")),
    )
    op.create_index(op.f("ix_task_jurisdiction_id_id"), "task", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_task_jurisdiction_id_responsible_unit_id_id"),
        "task",
        ["jurisdiction_id", "responsible_unit_id", "id"],
        unique=False,
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_attempt_jurisdiction_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_attempt_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("message_id", "fence", name=op.f("uq_attempt_message_id_fence")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comparator", sa.Text(), nullable=False),
        sa.Column("target", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("target_high", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("unit_of_measure", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(comparator = 'between') = (target_high IS NOT NULL)", name=op.f("ck_indicator_between_has_two_ends")
        ),
        sa.CheckConstraint("comparator IN ('at_least', 'at_most', 'between')", name=op.f("ck_indicator_comparator")),
        sa.CheckConstraint("target_high >= target", name=op.f("ck_indicator_ends_in_order")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_indicator_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_indicator_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_indicator_jurisdiction_id_id")),
        sa.UniqueConstraint("task_id", "name", name=op.f("uq_indicator_task_id_name")),
    )
    op.create_table(
        "progress_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_progress_entry_percent")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "report_id"],
            ["progress_report.jurisdiction_id", "progress_report.id"],
            name=op.f("fk_progress_entry_jurisdiction_id_report_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "task_id"],
            ["task.jurisdiction_id", "task.id"],
            name=op.f("fk_progress_entry_jurisdiction_id_task_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_progress_entry_jurisdiction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_entry")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_progress_entry_jurisdiction_id_id")),
        sa.UniqueConstraint("report_id", "task_id", name=op.f("uq_progress_entry_report_id_task_id")),
    )
    op.create_index(
        op.f("ix_progress_entry_task_id_received_at"), "progress_entry", ["task_id", "received_at"], unique=False
    )
    op.create_table(
        "score_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("deduction_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'deduction') = (points < 0)", name=op.f("ck_score_entry_sign")),
        sa.CheckConstraint("kind IN ('deduction', 'reversal')", name=op.f("ck_score_entry_kind")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "deduction_id"],
            ["deduction.jurisdiction_id", "deduction.id"],
            name=op.f("fk_score_entry_jurisdiction_id_deduction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "unit_id"],
            ["unit.jurisdiction_id", "unit.id"],
            name=op.f("fk_score_entry_jurisdiction_id_unit_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_score_entry_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_entry")),
        sa.UniqueConstraint("deduction_id", "kind", name=op.f("uq_score_entry_deduction_id_kind")),
    )
    op.create_index(
        op.f("ix_score_entry_jurisdiction_id_year_unit_id"),
        "score_entry",
        ["jurisdiction_id", "year", "unit_id"],
        unique=False,
    )
    op.create_table(
        "figure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "entry_id"],
            ["progress_entry.jurisdiction_id", "progress_entry.id"],
            name=op.f("fk_figure_jurisdiction_id_entry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "indicator_id"],
            ["indicator.jurisdiction_id", "indicator.id"],
            name=op.f("fk_figure_jurisdiction_id_indicator_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_figure_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
        sa.UniqueConstraint("entry_id", "indicator_id", name=op.f("uq_figure_entry_id_indicator_id")),
    )
    op.create_index(op.f("ix_figure_indicator_id_received_at"), "figure", ["indicator_id", "received_at"], unique=False)
    op.create_table(
        "publication",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("jurisdiction_id", sa.Uuid(), server_default=HERE, nullable=False),
        sa.Column("progress_entry_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('drafted', 'approved', 'refused', 'published')", name=op.f("ck_publication_state")
        ),
        sa.CheckConstraint("verdict IN ('approved', 'refused')", name=op.f("ck_publication_verdict")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id", "progress_entry_id"],
            ["progress_entry.jurisdiction_id", "progress_entry.id"],
            name=op.f("fk_publication_jurisdiction_id_progress_entry_id"),
        ),
        sa.ForeignKeyConstraint(["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_publication_jurisdiction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("jurisdiction_id", "id", name=op.f("uq_publication_jurisdiction_id_id")),
        sa.UniqueConstraint("progress_entry_id", name=op.f("uq_publication_progress_entry_id")),
    )
    op.create_index(op.f("ix_publication_jurisdiction_id_id"), "publication", ["jurisdiction_id", "id"], unique=False)
    op.create_index(
        op.f("ix_publication_jurisdiction_id_published_at_id"),
        "publication",
        ["jurisdiction_id", "published_at", "id"],
        unique=False,
    )

    secure()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION ducha_find_key(text, text), ducha_search_items(text)")
    op.drop_index(op.f("ix_publication_jurisdiction_id_published_at_id"), table_name="publication")
    op.drop_index(op.f("ix_publication_jurisdiction_id_id"), table_name="publication")
    op.drop_table("publication")
    op.drop_index(op.f("ix_figure_indicator_id_received_at"), table_name="figure")
    op.drop_table("figure")
    op.drop_index(op.f("ix_score_entry_jurisdiction_id_year_unit_id"), table_name="score_entry")
    op.drop_table("score_entry")
    op.drop_index(op.f("ix_progress_entry_task_id_received_at"), table_name="progress_entry")
    op.drop_table("progress_entry")
    op.drop_table("indicator")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_task_jurisdiction_id_responsible_unit_id_id"), table_name="task")
    op.drop_index(op.f("ix_task_jurisdiction_id_id"), table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_progress_report_jurisdiction_id_id"), table_name="progress_report")
    op.drop_table("progress_report")
    op.drop_index(op.f("ix_party_unit_id_item_id"), table_name="party")
    op.drop_table("party")
    op.drop_index("uq_message_matter", table_name="message", postgresql_where=sa.text("matter IS NOT NULL"))
    op.drop_index("ix_message_reference", table_name="message", postgresql_where=sa.text("reference IS NOT NULL"))
    op.drop_index(op.f("ix_message_official_id_id"), table_name="message")
    op.drop_index(
        "ix_message_leased", table_name="message", postgresql_where=sa.text("state IN ('submitting', 'unknown')")
    )
    op.drop_index(op.f("ix_message_jurisdiction_id_state_id"), table_name="message")
    op.drop_index("ix_message_claim", table_name="message", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index(op.f("ix_message_broadcast_id_state"), table_name="message")
    op.drop_index(
        "ix_message_awaited", table_name="message", postgresql_where=sa.text("state IN ('accepted', 'unknown')")
    )
    op.drop_table("message")
    op.drop_index(op.f("ix_digest_jurisdiction_id_id"), table_name="digest")
    op.drop_table("digest")
    op.drop_index(op.f("ix_deduction_jurisdiction_id_id"), table_name="deduction")
    op.drop_table("deduction")
    op.drop_index(op.f("ix_client_key_client_id"), table_name="client_key")
    op.drop_table("client_key")
    op.drop_table("scoring_rule")
    op.drop_index(op.f("ix_official_jurisdiction_id_telephone_index"), table_name="official")
    op.drop_index(op.f("ix_official_jurisdiction_id_leadership_level"), table_name="official")
    op.drop_table("official")
    op.drop_index("ix_obligation_open", table_name="obligation", postgresql_where=sa.text("state = 'open'"))
    op.drop_index(op.f("ix_obligation_jurisdiction_id_due_at_id"), table_name="obligation")
    op.drop_table("obligation")
    op.drop_table("ledger_entry")
    op.drop_index("uq_extension_asked", table_name="extension", postgresql_where=sa.text("state = 'asked'"))
    op.drop_index(op.f("ix_extension_jurisdiction_id_id"), table_name="extension")
    op.drop_table("extension")
    op.drop_table("client")
    op.drop_table("broadcast")
    op.drop_table("unit")
    op.drop_table("template")
    op.drop_table("scoring_policy")
    op.drop_index("ix_receipt_line_waiting", table_name="receipt_line", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table("receipt_line")
    op.drop_index(
        "ix_operation_waiting", table_name="operation", postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.drop_table("operation")
    op.drop_table("ledger")
    op.drop_table("item_counter")
    op.drop_index(op.f("ix_item_search"), table_name="item", postgresql_using="gin")
    op.drop_index(op.f("ix_item_jurisdiction_id_deadline_on_id"), table_name="item")
    op.drop_table("item")
    op.drop_index(op.f("ix_idempotency_record_created_at"), table_name="idempotency_record")
    op.drop_table("idempotency_record")
    op.drop_table("held_clock")
    op.drop_table("feed")
    op.drop_index(op.f("ix_cadence_run_jurisdiction_id_finished_at"), table_name="cadence_run")
    op.drop_table("cadence_run")
    op.drop_index(op.f("ix_audit_event_tx"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_jurisdiction_id_subject_id"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_jurisdiction_id_id"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("attachment")
    op.drop_table("working_day")
    op.drop_table("refused_login")
    op.drop_table("receipt")
    op.drop_table("jurisdiction")
    op.drop_table("audit_seal")

    op.execute("DROP FUNCTION ducha_refuse_change()")


def secure() -> None:
    for table in (*LOCAL, *PARTLY_LOCAL):
        entering = "IS NOT DISTINCT FROM" if table in PARTLY_LOCAL else "="
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_jurisdiction ON {table} TO ducha_api "
            f"USING (jurisdiction_id = {CURRENT}) WITH CHECK (jurisdiction_id {entering} {CURRENT})"
        )
        op.execute(
            f"CREATE POLICY all_jurisdictions ON {table} TO ducha_worker, ducha_owner USING (true) WITH CHECK (true)"
        )
    op.execute(RIGHTS)
    op.execute(FUNCTIONS)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ducha_refuse_change()"
        )
    op.execute(OWNERSHIP)
