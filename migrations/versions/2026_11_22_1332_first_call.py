"""first call.

Why: everything Takt keeps: people, campaigns, attempts, the ledger, decisions and the record.
The triggers make the record append-only and count leads whoever inserts them.

Revision ID: 0001
Revises:
Create Date: 2026-11-22 13:32:39.965111+00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from orchestrator.tables import append_only, counting

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('manager', 'officer', 'auditor', 'agent', 'carrier', 'admin')",
            name=op.f("ck_api_key_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        "ix_audit_event_xid", "audit_event", ["xid"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "carrier_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_event")),
        sa.UniqueConstraint("carrier", "event_id", name=op.f("uq_carrier_event_carrier_event_id")),
    )
    op.create_index(
        op.f("ix_carrier_event_attempt_id"), "carrier_event", ["attempt_id"], unique=False
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("real", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.CheckConstraint("id = 1 AND rate > 0", name=op.f("ck_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_clear", sa.DateTime(timezone=True), nullable=True),
        sa.Column("policy_hash", sa.Text(), nullable=False),
        sa.Column("input_digest", sa.LargeBinary(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "moment IN ('screening', 'admission', 'last_look', 'asked')",
            name=op.f("ck_decision_moment"),
        ),
        sa.CheckConstraint(
            "ruling IN ('clear', 'held', 'blocked')", name=op.f("ck_decision_ruling")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_lead_id", "decision", ["lead_id", "id"], unique=False)
    op.create_index("ix_decision_person_id", "decision", ["person_id", "id"], unique=False)
    op.create_index("ix_decision_xid", "decision", ["xid"], unique=False, postgresql_using="brin")
    op.create_table(
        "decision_context",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_decision_context")),
    )
    op.create_table(
        "decision_input",
        sa.Column("decision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("context", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_input")),
    )
    op.create_table(
        "emergency_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_stop")),
    )
    op.create_index(
        "uq_emergency_stop_standing",
        "emergency_stop",
        [sa.literal_column("(lifted_at IS NULL)")],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "holiday_override",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("region", "day", name=op.f("pk_holiday_override")),
    )
    op.create_table(
        "jurisdiction_acceptance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction_acceptance")),
    )
    op.create_index(
        "uq_jurisdiction_acceptance_standing",
        "jurisdiction_acceptance",
        ["region"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "lead_source",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conversations", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("acceptances", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lead_source")),
    )
    op.create_table(
        "number",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("prefix_zones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("registry_zone", sa.Text(), nullable=True),
        sa.Column("suppressed", sa.Text(), nullable=True),
        sa.Column("holders", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("e164 ~ '^\\+[1-9][0-9]{6,14}$'", name=op.f("ck_number_e164")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("e164", name=op.f("uq_number_e164")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("declared_zone", sa.Text(), nullable=True),
        sa.Column("address_zone", sa.Text(), nullable=True),
        sa.Column("protected", sa.Text(), nullable=True),
        sa.Column(
            "owned", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("open_case", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_by", sa.Text(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'in_force', 'superseded')", name=op.f("ck_policy_version_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("hash", name=op.f("uq_policy_version_hash")),
    )
    op.create_index(
        "uq_policy_version_in_force",
        "policy_version",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "script_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("variables", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_version")),
        sa.UniqueConstraint("script", "hash", name=op.f("uq_script_version_script_hash")),
        sa.UniqueConstraint("script", "version", name=op.f("uq_script_version_script_version")),
    )
    op.create_table(
        "seal",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_seal")),
        sa.UniqueConstraint("kind", "record_id", name=op.f("uq_seal_kind_record_id")),
    )
    op.create_table(
        "simulated_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_call")),
    )
    op.create_index(
        op.f("ix_simulated_call_attempt_id"), "simulated_call", ["attempt_id"], unique=False
    )
    op.create_table(
        "simulated_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deliver_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_event")),
    )
    op.create_index(
        op.f("ix_simulated_event_attempt_id"), "simulated_event", ["attempt_id"], unique=False
    )
    op.create_index(
        "ix_simulated_event_due",
        "simulated_event",
        ["deliver_at", "id"],
        unique=False,
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("code", name=op.f("uq_topic_code")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint(
            "person_id", "fingerprint", name=op.f("uq_consent_person_id_fingerprint")
        ),
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("api_key_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_idempotency_key_api_key_id")
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "merge_proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'merged', 'refused')", name=op.f("ck_merge_proposal_state")
        ),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_merge_proposal_order")),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_merge_proposal_number_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_merge_proposal_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_merge_proposal_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_proposal")),
        sa.UniqueConstraint(
            "person_id",
            "other_id",
            "number_id",
            name=op.f("uq_merge_proposal_person_id_other_id_number_id"),
        ),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("category", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('marketing', 'service', 'collection', 'survey', 'fundraising')",
            name=op.f("ck_offer_purpose"),
        ),
        sa.CheckConstraint("category IN (1, 2)", name=op.f("ck_offer_category")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_offer_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
    )
    op.create_table(
        "person_key",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_key_person_id")),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_person_key")),
    )
    op.create_index(op.f("ix_person_key_person_id"), "person_key", ["person_id"], unique=False)
    op.create_table(
        "person_number",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_person_number_number_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_number_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "number_id", name=op.f("pk_person_number")),
    )
    op.create_index(
        op.f("ix_person_number_number_id"), "person_number", ["number_id"], unique=False
    )
    op.create_table(
        "person_state",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("touches", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False),
        sa.Column(
            "refusals", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False
        ),
        sa.Column(
            "consents", sa.LargeBinary(), server_default=sa.text("''::bytea"), nullable=False
        ),
        sa.Column("touches_ever", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kept_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suppressed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_state_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_state")),
    )
    op.create_table(
        "touch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outbound", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("talk_seconds", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('call', 'sms', 'email', 'push', 'messenger', 'visit')",
            name=op.f("ck_touch_channel"),
        ),
        sa.CheckConstraint(
            "reach IN ('rang', 'message', 'answered', 'conversation')", name=op.f("ck_touch_reach")
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["touch.id"], name=op.f("fk_touch_corrects_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_touch_number_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_touch_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_touch_source_external_id")),
    )
    op.create_index(
        "ix_touch_corrects_id",
        "touch",
        ["corrects_id"],
        unique=False,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index("ix_touch_person_id", "touch", ["person_id", "at"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("script_version_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("mode", sa.Text(), server_default=sa.text("'progressive'"), nullable=False),
        sa.Column("robot", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("robot_disclosed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("share", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("lines_max", sa.BigInteger(), server_default=sa.text("10"), nullable=False),
        sa.Column("calls_per_second_max", sa.Double(), server_default=sa.text("5"), nullable=False),
        sa.Column("reason_template", sa.Text(), nullable=True),
        sa.Column("retry_plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("leads", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("caller_id", sa.Text(), nullable=True),
        sa.Column("script_review", sa.Text(), nullable=True),
        sa.Column("script_accepted_by", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("screened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mode IN ('preview', 'progressive', 'predictive', 'agentless')",
            name=op.f("ck_campaign_mode"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'ready', 'running', 'paused', 'stopping', 'done')",
            name=op.f("ck_campaign_state"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_campaign_dates")),
        sa.CheckConstraint(
            "lines_max > 0 AND calls_per_second_max > 0 AND share > 0",
            name=op.f("ck_campaign_limits"),
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_campaign_offer_id")),
        sa.ForeignKeyConstraint(
            ["script_version_id"], ["script_version.id"], name=op.f("fk_campaign_script_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("touch_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_why", sa.Text(), nullable=True),
        sa.Column("lifted_consent_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('soft', 'explicit', 'decline', 'do_not_call', 'list_removal', 'operator', 'complaint')",
            name=op.f("ck_refusal_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["lifted_consent_id"], ["consent.id"], name=op.f("fk_refusal_lifted_consent_id")
        ),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_refusal_number_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_refusal_person_id")),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"], name=op.f("fk_refusal_touch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_refusal_source_external_id")),
    )
    op.create_index("ix_refusal_person_id", "refusal", ["person_id", "at"], unique=False)
    op.create_table(
        "campaign_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("became", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_event_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_event")),
    )
    op.create_index(
        op.f("ix_campaign_event_campaign_id"), "campaign_event", ["campaign_id"], unique=False
    )
    op.create_table(
        "campaign_reason",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("reason_hash", sa.LargeBinary(), nullable=False),
        sa.Column("leads", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_reason_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "reason_hash", name=op.f("pk_campaign_reason")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("touch_id", sa.BigInteger(), nullable=False),
        sa.Column("refusal_id", sa.BigInteger(), nullable=False),
        sa.Column("becomes", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["refusal_id"], ["refusal.id"], name=op.f("fk_correction_refusal_id")
        ),
        sa.ForeignKeyConstraint(["touch_id"], ["touch.id"], name=op.f("fk_correction_touch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_table(
        "import_job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("stored_path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bytes_done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("empty", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("warnings", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('leads', 'history', 'do_not_call', 'registry')",
            name=op.f("ck_import_job_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'refused')", name=op.f("ck_import_job_state")
        ),
        sa.CheckConstraint(
            "rows = accepted + rejected + duplicates", name=op.f("ck_import_job_accounted")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_import_job_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index(op.f("ix_import_job_campaign_id"), "import_job", ["campaign_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("refusal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["refusal_id"], ["refusal.id"], name=op.f("fk_quote_refusal_id")),
        sa.PrimaryKeyConstraint("refusal_id", name=op.f("pk_quote")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("refusal_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_consent_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)",
            name=op.f("ck_suppression_lifted_by_somebody"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(person_id, number_id) = 1", name=op.f("ck_suppression_one_subject")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_consent_id"], ["consent.id"], name=op.f("fk_suppression_lifted_consent_id")
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_suppression_number_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_suppression_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["refusal_id"], ["refusal.id"], name=op.f("fk_suppression_refusal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(op.f("ix_suppression_number_id"), "suppression", ["number_id"], unique=False)
    op.create_index(op.f("ix_suppression_person_id"), "suppression", ["person_id"], unique=False)
    op.create_index(
        "uq_suppression_number_standing",
        "suppression",
        ["number_id", "cause"],
        unique=True,
        postgresql_where=sa.text("number_id IS NOT NULL AND lifted_at IS NULL"),
    )
    op.create_index(
        "uq_suppression_person_standing",
        "suppression",
        ["person_id", "cause"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL AND lifted_at IS NULL"),
    )
    op.create_table(
        "import_finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_ru", sa.Text(), nullable=False),
        sa.Column("raw", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "severity IN ('rejection', 'warning')", name=op.f("ck_import_finding_severity")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_import_finding_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_finding")),
    )
    op.create_index(
        "ix_import_finding_import_id", "import_finding", ["import_id", "row_number"], unique=False
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_hash", sa.LargeBinary(), nullable=True),
        sa.Column("reason_facts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "variables",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("level", sa.BigInteger(), nullable=True),
        sa.Column("signal", sa.Text(), nullable=True),
        sa.Column("signal_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("row_number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_lead_level")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_lead_score")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_lead_campaign_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name=op.f("fk_lead_import_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lead_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
        sa.UniqueConstraint("campaign_id", "person_id", name=op.f("uq_lead_campaign_id_person_id")),
    )
    op.create_index("ix_lead_campaign_id", "lead", ["campaign_id", "id"], unique=False)
    op.create_index(op.f("ix_lead_import_id"), "lead", ["import_id"], unique=False)
    op.create_index(op.f("ix_lead_person_id"), "lead", ["person_id"], unique=False)
    op.create_table(
        "registry_extract",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("register", sa.Text(), nullable=False),
        sa.Column("extracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_registry_extract_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_extract")),
        sa.UniqueConstraint(
            "register", "extracted_at", name=op.f("uq_registry_extract_register_extracted_at")
        ),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'reserved'"), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("ring_seconds_max", sa.BigInteger(), nullable=False),
        sa.Column("admission_id", sa.BigInteger(), nullable=False),
        sa.Column("last_look_id", sa.BigInteger(), nullable=True),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ringing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("is_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved', 'ended', 'withdrawn', 'unknown')",
            name=op.f("ck_attempt_state"),
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'withdrawn') OR (claimed_at IS NOT NULL AND last_look_id IS NOT NULL)",
            name=op.f("ck_attempt_claimed"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_attempt_campaign_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_attempt_lead_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_attempt_number_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(
        "ix_attempt_campaign_id", "attempt", ["campaign_id", "reserved_at"], unique=False
    )
    op.create_index(
        "ix_attempt_campaign_live",
        "attempt",
        ["campaign_id", "state"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.create_index(op.f("ix_attempt_lead_id"), "attempt", ["lead_id"], unique=False)
    op.create_index(op.f("ix_attempt_number_id"), "attempt", ["number_id"], unique=False)
    op.create_index(op.f("ix_attempt_person_id"), "attempt", ["person_id"], unique=False)
    op.create_index(
        "uq_attempt_number_live",
        "attempt",
        ["number_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.create_index(
        "uq_attempt_person_live",
        "attempt",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.create_table(
        "lead_progress",
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("closed_because", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("verdict_key", sa.LargeBinary(), nullable=True),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column("screened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'agent')", name=op.f("ck_lead_progress_state")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_lead_progress_campaign_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_lead_progress_lead_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lead_progress_person_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_progress")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "ix_lead_progress_callback",
        "lead_progress",
        ["callback_at"],
        unique=False,
        postgresql_where=sa.text("callback_at IS NOT NULL"),
    )
    op.create_index(
        "ix_lead_progress_due",
        "lead_progress",
        ["campaign_id", "due_at", "lead_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_lead_progress_person_id"), "lead_progress", ["person_id"], unique=False
    )
    op.create_table(
        "registry_listing",
        sa.Column("extract_id", sa.BigInteger(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["extract_id"], ["registry_extract.id"], name=op.f("fk_registry_listing_extract_id")
        ),
        sa.PrimaryKeyConstraint("extract_id", "e164", name=op.f("pk_registry_listing")),
    )
    op.create_index(op.f("ix_registry_listing_e164"), "registry_listing", ["e164"], unique=False)
    for statement in (*append_only.CREATE, *counting.CREATE):
        op.execute(statement)


def downgrade() -> None:
    for statement in (*counting.DROP, *append_only.DROP):
        op.execute(statement)
    op.drop_index(op.f("ix_registry_listing_e164"), table_name="registry_listing")
    op.drop_table("registry_listing")
    op.drop_index(op.f("ix_lead_progress_person_id"), table_name="lead_progress")
    op.drop_index(
        "ix_lead_progress_due",
        table_name="lead_progress",
        postgresql_where=sa.text("state = 'open' AND due_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_lead_progress_callback",
        table_name="lead_progress",
        postgresql_where=sa.text("callback_at IS NOT NULL"),
    )
    op.drop_table("lead_progress")
    op.drop_index(
        "uq_attempt_person_live",
        table_name="attempt",
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.drop_index(
        "uq_attempt_number_live",
        table_name="attempt",
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.drop_index(op.f("ix_attempt_person_id"), table_name="attempt")
    op.drop_index(op.f("ix_attempt_number_id"), table_name="attempt")
    op.drop_index(op.f("ix_attempt_lead_id"), table_name="attempt")
    op.drop_index(
        "ix_attempt_campaign_live",
        table_name="attempt",
        postgresql_where=sa.text(
            "state IN ('reserved', 'dialing', 'ringing', 'answered', 'unresolved')"
        ),
    )
    op.drop_index("ix_attempt_campaign_id", table_name="attempt")
    op.drop_table("attempt")
    op.drop_table("registry_extract")
    op.drop_index(op.f("ix_lead_person_id"), table_name="lead")
    op.drop_index(op.f("ix_lead_import_id"), table_name="lead")
    op.drop_index("ix_lead_campaign_id", table_name="lead")
    op.drop_table("lead")
    op.drop_index("ix_import_finding_import_id", table_name="import_finding")
    op.drop_table("import_finding")
    op.drop_index(
        "uq_suppression_person_standing",
        table_name="suppression",
        postgresql_where=sa.text("person_id IS NOT NULL AND lifted_at IS NULL"),
    )
    op.drop_index(
        "uq_suppression_number_standing",
        table_name="suppression",
        postgresql_where=sa.text("number_id IS NOT NULL AND lifted_at IS NULL"),
    )
    op.drop_index(op.f("ix_suppression_person_id"), table_name="suppression")
    op.drop_index(op.f("ix_suppression_number_id"), table_name="suppression")
    op.drop_table("suppression")
    op.drop_table("quote")
    op.drop_index(op.f("ix_import_job_campaign_id"), table_name="import_job")
    op.drop_table("import_job")
    op.drop_table("correction")
    op.drop_table("campaign_reason")
    op.drop_index(op.f("ix_campaign_event_campaign_id"), table_name="campaign_event")
    op.drop_table("campaign_event")
    op.drop_index("ix_refusal_person_id", table_name="refusal")
    op.drop_table("refusal")
    op.drop_table("campaign")
    op.drop_index("ix_touch_person_id", table_name="touch")
    op.drop_index(
        "ix_touch_corrects_id",
        table_name="touch",
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.drop_table("touch")
    op.drop_table("person_state")
    op.drop_index(op.f("ix_person_number_number_id"), table_name="person_number")
    op.drop_table("person_number")
    op.drop_index(op.f("ix_person_key_person_id"), table_name="person_key")
    op.drop_table("person_key")
    op.drop_table("offer")
    op.drop_table("merge_proposal")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_consent_person_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_table("topic")
    op.drop_index(
        "ix_simulated_event_due",
        table_name="simulated_event",
        postgresql_where=sa.text("delivered_at IS NULL"),
    )
    op.drop_index(op.f("ix_simulated_event_attempt_id"), table_name="simulated_event")
    op.drop_table("simulated_event")
    op.drop_index(op.f("ix_simulated_call_attempt_id"), table_name="simulated_call")
    op.drop_table("simulated_call")
    op.drop_table("seal")
    op.drop_table("script_version")
    op.drop_index(
        "uq_policy_version_in_force",
        table_name="policy_version",
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.drop_table("policy_version")
    op.drop_table("person")
    op.drop_table("number")
    op.drop_table("lead_source")
    op.drop_index(
        "uq_jurisdiction_acceptance_standing",
        table_name="jurisdiction_acceptance",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("jurisdiction_acceptance")
    op.drop_table("holiday_override")
    op.drop_table("heartbeat")
    op.drop_index(
        "uq_emergency_stop_standing",
        table_name="emergency_stop",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("emergency_stop")
    op.drop_table("decision_input")
    op.drop_table("decision_context")
    op.drop_index("ix_decision_xid", table_name="decision", postgresql_using="brin")
    op.drop_index("ix_decision_person_id", table_name="decision")
    op.drop_index("ix_decision_lead_id", table_name="decision")
    op.drop_table("decision")
    op.drop_table("clock")
    op.drop_index(op.f("ix_carrier_event_attempt_id"), table_name="carrier_event")
    op.drop_table("carrier_event")
    op.drop_index("ix_audit_event_xid", table_name="audit_event", postgresql_using="brin")
    op.drop_table("audit_event")
    op.drop_table("api_key")
