"""Attempts to call, what carriers said, the ledger of touches, and the noes that were heard."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.tables.base import Base, Id

LIVE = ("reserved", "dialing", "ringing", "answered", "unresolved")
ENDED = ("ended", "withdrawn", "unknown")
IS_LIVE = text(f"state IN {LIVE}")


class Attempt(Base):
    """One call: reserved, dialing, then ended. One live attempt a number, one a person.

    `unresolved` is a doubt: the call may have rung. It stays live until evidence or a person
    resolves it, or until it cannot be going on any more; then it ends as `unknown`.
    """

    __tablename__ = "attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True)  # Also the carrier's call id.
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id"), index=True)
    ordinal: Mapped[int]  # 1 for the first attempt at this lead.
    state: Mapped[str] = mapped_column(server_default=text("'reserved'"))
    carrier: Mapped[str]
    ring_seconds_max: Mapped[int]
    admission_id: Mapped[int]  # The decision taken when it was reserved …
    last_look_id: Mapped[int | None]  # … and the one taken when it was claimed.
    reserved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]  # When its message last went to the workers.
    claimed_at: Mapped[datetime | None]
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # The disposition it ended with, or why it was withdrawn.
    is_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    agent: Mapped[str | None]  # Who asked for it in a preview campaign, and alone may dial it.

    __table_args__ = (
        CheckConstraint(f"state IN {LIVE + ENDED}", name="state"),
        CheckConstraint(
            "state IN ('reserved', 'withdrawn') OR (claimed_at IS NOT NULL"
            " AND last_look_id IS NOT NULL)",
            name="claimed",
        ),
        Index("uq_attempt_number_live", "number_id", unique=True, postgresql_where=IS_LIVE),
        Index("uq_attempt_person_live", "person_id", unique=True, postgresql_where=IS_LIVE),
        Index("ix_attempt_campaign_live", "campaign_id", "state", postgresql_where=IS_LIVE),
        Index("ix_attempt_campaign_id", "campaign_id", "reserved_at"),
    )


class CarrierEvent(Base):
    """Something a carrier reported about a call; kept once however often it comes."""

    __tablename__ = "carrier_event"

    id: Mapped[Id]
    carrier: Mapped[str]
    event_id: Mapped[str]
    attempt_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    effect: Mapped[str]  # applied | late | unknown_call

    __table_args__ = (UniqueConstraint("carrier", "event_id"),)


class Touch(Base):
    """The ledger: one contact of any channel; rows are added and never changed."""

    __tablename__ = "touch"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("number.id"))
    at: Mapped[datetime]
    channel: Mapped[str]
    outbound: Mapped[bool]
    reach: Mapped[str]
    disposition: Mapped[str]
    offer_id: Mapped[int | None]
    topic_id: Mapped[int | None]
    campaign_id: Mapped[int | None]
    purpose: Mapped[str | None]
    talk_seconds: Mapped[int] = mapped_column(server_default=text("0"))
    attempt_id: Mapped[UUID | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id"))
    source: Mapped[str]  # `takt`, or the system it was imported from.
    external_id: Mapped[str]  # Unique in its source, so that the same touch is kept once.
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_touch_person_id", "person_id", "at"),
        Index(
            "ix_touch_corrects_id", "corrects_id", postgresql_where=text("corrects_id IS NOT NULL")
        ),
        CheckConstraint("reach IN ('rang', 'message', 'answered', 'conversation')", name="reach"),
        CheckConstraint(
            "channel IN ('call', 'sms', 'email', 'push', 'messenger', 'visit')", name="channel"
        ),
    )


class Refusal(Base):
    """A no, with the words it was said in (in `quote`); it can be lifted but never removed."""

    __tablename__ = "refusal"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("number.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    offer_id: Mapped[int | None]
    topic_id: Mapped[int | None]
    campaign_id: Mapped[int | None]
    channel: Mapped[str]
    taken_by: Mapped[str]
    attempt_id: Mapped[UUID | None]
    touch_id: Mapped[int | None] = mapped_column(ForeignKey("touch.id"))
    source: Mapped[str]
    external_id: Mapped[str]
    recorded_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]
    lifted_consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))

    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_refusal_person_id", "person_id", "at"),
        CheckConstraint(
            "kind IN ('soft', 'explicit', 'decline', 'do_not_call', 'list_removal', 'operator',"
            " 'complaint')",
            name="kind",
        ),
    )


class Quote(Base):
    """The words of a refusal: evidence, and a person's own words, so it can be erased."""

    __tablename__ = "quote"

    refusal_id: Mapped[int] = mapped_column(
        ForeignKey("refusal.id"), primary_key=True, autoincrement=False
    )
    words: Mapped[str]


class Correction(Base):
    """A disposition somebody wants changed to something weaker; waits for an officer."""

    __tablename__ = "correction"

    id: Mapped[Id]
    touch_id: Mapped[int] = mapped_column(ForeignKey("touch.id"))
    refusal_id: Mapped[int] = mapped_column(ForeignKey("refusal.id"))
    becomes: Mapped[str]
    why: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    settled: Mapped[str | None]  # accepted | refused
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    evidence: Mapped[str | None]
