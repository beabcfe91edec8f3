"""What was decided and done, so that it can be shown and cannot be bent; policies and keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.tables.base import Base, Id

MOMENTS = ("screening", "admission", "last_look", "asked")


class Decision(Base):
    """One answer to "may we call?"; append-only. Carries no name, number or words."""

    __tablename__ = "decision"

    id: Mapped[Id]
    at: Mapped[datetime]
    moment: Mapped[str]
    campaign_id: Mapped[int | None]
    lead_id: Mapped[int | None]
    person_id: Mapped[int | None]
    number_id: Mapped[int | None]
    attempt_id: Mapped[UUID | None]
    ruling: Mapped[str]
    codes: Mapped[list[str]]
    reasons: Mapped[list[dict[str, Any]]]  # code, until, values, pack: every objection.
    until: Mapped[datetime | None]
    next_clear: Mapped[datetime | None]
    policy_hash: Mapped[str]
    input_digest: Mapped[bytes]  # SHA-256 of salt and inputs in `decision_input`.
    requested_by: Mapped[str]
    # Which transaction wrote it: the sealer chains in commit order by this.
    xid: Mapped[int] = mapped_column(server_default=text("(pg_current_xact_id()::text)::bigint"))

    __table_args__ = (
        Index("ix_decision_lead_id", "lead_id", "id"),
        Index("ix_decision_person_id", "person_id", "id"),
        # For the sealer; rows come nearly in this order, so the smallest kind of index will do.
        Index("ix_decision_xid", "xid", postgresql_using="brin"),
        CheckConstraint(f"moment IN {MOMENTS}", name="moment"),
        CheckConstraint("ruling IN ('clear', 'held', 'blocked')", name="ruling"),
    )


class DecisionInput(Base):
    """The facts one decision was taken on; erasable without breaking the chain."""

    __tablename__ = "decision_input"

    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    body: Mapped[bytes]  # JSON of the case; the campaign and calendars by digest.
    context: Mapped[bytes]  # Digest of the shared facts in `decision_context`.


class DecisionContext(Base):
    """Facts that many decisions share, kept once by digest: the campaign and the calendars."""

    __tablename__ = "decision_context"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    body: Mapped[bytes]


class AuditEvent(Base):
    """Who did what, when and why; append-only and chained like decisions."""

    __tablename__ = "audit_event"

    id: Mapped[Id]
    at: Mapped[datetime]
    by: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, Any]]
    xid: Mapped[int] = mapped_column(server_default=text("(pg_current_xact_id()::text)::bigint"))

    __table_args__ = (Index("ix_audit_event_xid", "xid", postgresql_using="brin"),)


class Seal(Base):
    """One link of the chain over decisions and audit events, in commit order."""

    __tablename__ = "seal"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]  # decision | audit
    record_id: Mapped[int]
    hash: Mapped[bytes]  # SHA-256 of the previous hash and the record.

    __table_args__ = (UniqueConstraint("kind", "record_id"),)


class PolicyVersion(Base):
    """One immutable version of the house policy."""

    __tablename__ = "policy_version"

    id: Mapped[Id]
    hash: Mapped[str] = mapped_column(unique=True)
    document: Mapped[dict[str, Any]]
    state: Mapped[str]
    why: Mapped[str]
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    activated_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'in_force', 'superseded')", name="state"),
        Index(
            "uq_policy_version_in_force",
            "state",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
        ),
    )


class JurisdictionAcceptance(Base):
    """An officer answers for dialling a place that no pack covers."""

    __tablename__ = "jurisdiction_acceptance"

    id: Mapped[Id]
    region: Mapped[str]
    why: Mapped[str]
    accepted_by: Mapped[str]
    accepted_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_jurisdiction_acceptance_standing",
            "region",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class HolidayOverride(Base):
    """A day an officer declared working or non-working, whatever the calendar says."""

    __tablename__ = "holiday_override"

    region: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)  # ISO date, of the place.
    is_holiday: Mapped[bool]
    why: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class EmergencyStop(Base):
    """Everything stands still from `at` until somebody lifts it."""

    __tablename__ = "emergency_stop"

    id: Mapped[Id]
    at: Mapped[datetime]
    by: Mapped[str]
    why: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_emergency_stop_standing",
            text("(lifted_at IS NULL)"),
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )


class ApiKey(Base):
    """A key and the role it opens; only its hash is kept."""

    __tablename__ = "api_key"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    hash: Mapped[bytes] = mapped_column(unique=True)  # SHA-256 of 256 random bits.
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "role IN ('manager', 'officer', 'auditor', 'agent', 'carrier', 'admin')", name="role"
        ),
    )


class IdempotencyKey(Base):
    """The answer already given to a request, so that its repetition does nothing twice."""

    __tablename__ = "idempotency_key"

    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int]
    body: Mapped[bytes]
    headers: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ClockRow(Base):
    """The shared clock of a demonstration or simulation; no row means the machine's clock."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    real: Mapped[datetime]
    shown: Mapped[datetime]
    rate: Mapped[float]

    __table_args__ = (CheckConstraint("id = 1 AND rate > 0", name="one_row"),)


class Heartbeat(Base):
    """When a kind of process last did its regular work."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SimulatedCall(Base):
    """What the simulated network saw: every dial that reached it, even a second one."""

    __tablename__ = "simulated_call"

    id: Mapped[Id]
    attempt_id: Mapped[UUID] = mapped_column(index=True)
    e164: Mapped[str]
    at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class SimulatedEvent(Base):
    """An event the simulated network will deliver when its time comes."""

    __tablename__ = "simulated_event"

    id: Mapped[Id]
    event_id: Mapped[str]
    attempt_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    at: Mapped[datetime]  # When it happened …
    deliver_at: Mapped[datetime]  # … and when the network gets round to saying so.
    body: Mapped[dict[str, Any]]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_simulated_event_due",
            "deliver_at",
            "id",
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )
