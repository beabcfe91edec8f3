"""What is sold, with which words, to whom, and the imports people come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.tables.base import Base, Id

CAMPAIGN_STATES = ("draft", "ready", "running", "paused", "stopping", "done")


class Topic(Base):
    """What is sold, from an officer-kept list; a renamed offer escapes no refusal of its topic."""

    __tablename__ = "topic"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class Offer(Base):
    """One thing offered. Topic and purpose are fixed once a campaign has used it."""

    __tablename__ = "offer"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    purpose: Mapped[str]
    product: Mapped[str | None]  # Who owns this is not offered it again.
    category: Mapped[int | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            "purpose IN ('marketing', 'service', 'collection', 'survey', 'fundraising')",
            name="purpose",
        ),
        CheckConstraint("category IN (1, 2)", name="category"),
    )


class ScriptVersion(Base):
    """One immutable version of a call script, as a step graph."""

    __tablename__ = "script_version"

    id: Mapped[Id]
    script: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    language: Mapped[str]
    body: Mapped[dict[str, Any]]
    hash: Mapped[str]
    variables: Mapped[list[str]]  # Every variable its words use …
    required: Mapped[list[str]]  # … and those without a declared fallback.
    created_by: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("script", "version"), UniqueConstraint("script", "hash"))


class Campaign(Base):
    """An offer, a script, leads, and how it is dialled."""

    __tablename__ = "campaign"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    script_version_id: Mapped[int] = mapped_column(ForeignKey("script_version.id"))
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    mode: Mapped[str] = mapped_column(server_default=text("'progressive'"))
    robot: Mapped[bool] = mapped_column(server_default=text("false"))
    robot_disclosed: Mapped[bool] = mapped_column(server_default=text("false"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(server_default=text("0"))  # Larger goes first.
    share: Mapped[int] = mapped_column(server_default=text("1"))  # Among equal priorities.
    lines_max: Mapped[int] = mapped_column(server_default=text("10"))
    calls_per_second_max: Mapped[float] = mapped_column(server_default=text("5"))
    reason_template: Mapped[str | None]
    retry_plan: Mapped[dict[str, Any]]
    leads: Mapped[int] = mapped_column(server_default=text("0"))  # Kept by a trigger on `lead`.
    caller_id: Mapped[str | None]
    script_review: Mapped[str | None]  # `none` until a review exists …
    script_accepted_by: Mapped[str | None]  # … and the officer who answered for that.
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(server_default=text("1"))  # For If-Match.
    ticked_at: Mapped[datetime | None]  # When admission last looked at it.
    screened_at: Mapped[datetime | None]  # When a screening of all its leads was begun.

    __table_args__ = (
        CheckConstraint(f"state IN {CAMPAIGN_STATES}", name="state"),
        CheckConstraint(
            "mode IN ('preview', 'progressive', 'predictive', 'agentless')", name="mode"
        ),
        CheckConstraint("lines_max > 0 AND calls_per_second_max > 0 AND share > 0", name="limits"),
        CheckConstraint("ends_at > starts_at", name="dates"),
    )


class CampaignEvent(Base):
    """Who moved a campaign from which state to which, when, and why; append-only."""

    __tablename__ = "campaign_event"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    was: Mapped[str]
    became: Mapped[str]
    why: Mapped[str]


class CampaignReason(Base):
    """How many leads of a campaign share one rendered reason; kept by a trigger on `lead`."""

    __tablename__ = "campaign_reason"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    reason_hash: Mapped[bytes] = mapped_column(primary_key=True)  # MD5 of the rendered text.
    leads: Mapped[int]


class LeadSource(Base):
    """Where leads come from, and how their conversations went so far."""

    __tablename__ = "lead_source"

    name: Mapped[str] = mapped_column(primary_key=True)
    conversations: Mapped[int] = mapped_column(server_default=text("0"))
    acceptances: Mapped[int] = mapped_column(server_default=text("0"))


class Lead(Base):
    """A person in a campaign, as imported. What becomes of them is in `lead_progress`."""

    __tablename__ = "lead"

    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reason: Mapped[str | None]  # As rendered.
    reason_hash: Mapped[bytes | None]  # MD5 of it.
    reason_facts: Mapped[int] = mapped_column(server_default=text("0"))
    variables: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    score: Mapped[float | None]
    level: Mapped[int | None]
    signal: Mapped[str | None]
    signal_at: Mapped[datetime | None]
    source: Mapped[str | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_job.id"), index=True)
    row_number: Mapped[int | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("campaign_id", "person_id"),
        Index("ix_lead_campaign_id", "campaign_id", "id"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )


class LeadProgress(Base):
    """Where a lead stands: open or closed, when it is next due, and what was last decided.

    `due_at` NULL means it waits for a fact to change. One row a lead, written first by screening.
    """

    __tablename__ = "lead_progress"

    lead_id: Mapped[int] = mapped_column(
        ForeignKey("lead.id"), primary_key=True, autoincrement=False
    )
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    closed_because: Mapped[str | None]
    due_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]  # From the retry plan: an outcome asks for this pause.
    callback_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    verdict_key: Mapped[bytes | None]  # Digest of codes, untils and policy of the last decision.
    decision_id: Mapped[int | None]
    screened_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'agent')", name="state"),
        # So that a sweep finds missed callbacks without looking at every lead.
        Index(
            "ix_lead_progress_callback",
            "callback_at",
            postgresql_where=text("callback_at IS NOT NULL"),
        ),
        Index(
            "ix_lead_progress_due",
            "campaign_id",
            "due_at",
            "lead_id",
            postgresql_where=text("state = 'open' AND due_at IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )


class ImportJob(Base):
    """One file taken in: what it was, how far it got, and how many rows became what."""

    __tablename__ = "import_job"

    id: Mapped[Id]
    kind: Mapped[str]
    filename: Mapped[str]
    stored_path: Mapped[str]
    sha256: Mapped[str]
    bytes_total: Mapped[int]
    options: Mapped[dict[str, Any]]  # Mapping, source, default region, registry …
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    problem: Mapped[dict[str, Any] | None]  # Code and sentence when the file was refused.
    columns: Mapped[dict[str, Any] | None]  # What each header was taken for.
    position: Mapped[int] = mapped_column(server_default=text("0"))  # Last row number done.
    bytes_done: Mapped[int] = mapped_column(server_default=text("0"))
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    accepted: Mapped[int] = mapped_column(server_default=text("0"))
    rejected: Mapped[int] = mapped_column(server_default=text("0"))
    duplicates: Mapped[int] = mapped_column(server_default=text("0"))
    empty: Mapped[int] = mapped_column(server_default=text("0"))
    warnings: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("kind IN ('leads', 'history', 'do_not_call', 'registry')", name="kind"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'refused')", name="state"),
        # P7: every row is accounted for.
        CheckConstraint("rows = accepted + rejected + duplicates", name="accounted"),
    )


class ImportFinding(Base):
    """A row that was turned away, or a warning about one that was taken."""

    __tablename__ = "import_finding"

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("import_job.id"))
    row_number: Mapped[int]
    severity: Mapped[str]  # rejection | warning
    field: Mapped[str]
    code: Mapped[str]
    text_en: Mapped[str]
    text_ru: Mapped[str]
    raw: Mapped[list[str]]

    __table_args__ = (
        Index("ix_import_finding_import_id", "import_id", "row_number"),
        CheckConstraint("severity IN ('rejection', 'warning')", name="severity"),
    )
