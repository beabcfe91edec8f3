"""People and their numbers, what they allowed, and what nobody may do to them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.tables.base import Base, Id


class Person(Base):
    """A person who may be called, or must not be."""

    __tablename__ = "person"

    id: Mapped[Id]
    name: Mapped[str | None]
    language: Mapped[str | None]
    region: Mapped[str | None]  # Of the address: ISO 3166, `US-FL` for a state.
    declared_zone: Mapped[str | None]  # What the person said themselves.
    address_zone: Mapped[str | None]
    protected: Mapped[str | None]
    owned: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    open_case: Mapped[str | None]
    created_at: Mapped[datetime]


class PersonKey(Base):
    """The id another system knows a person by; unique within that source."""

    __tablename__ = "person_key"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Number(Base):
    """A telephone number in E.164, and what the numbering plan says of it."""

    __tablename__ = "number"

    id: Mapped[Id]
    e164: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    region: Mapped[str | None]
    prefix_zones: Mapped[list[str]]
    registry_zone: Mapped[str | None]  # From an imported numbering plan.
    suppressed: Mapped[str | None]  # Cause, kept in step with `suppression` in its transaction.
    holders: Mapped[int] = mapped_column(server_default=text("0"))  # People linked to it.
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint(r"e164 ~ '^\+[1-9][0-9]{6,14}$'", name="e164"),)


class PersonNumber(Base):
    """A person can be reached on a number; several people may share one."""

    __tablename__ = "person_number"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(server_default=text("0"))  # 0 is tried first.
    extension: Mapped[str | None]
    linked_at: Mapped[datetime]


class PersonState(Base):
    """What deciding needs of one person's history, so that its cost does not grow with history.

    Made from the ledger by `store.history.refresh` and by nothing else, in the transaction that
    appended. `touches` and `refusals` are fixed-width records, oldest first (`orchestrator/
    history.py` says the layout). Touches before `kept_from` are left out. Locking this row is
    how everything that concerns a person is put in order.
    """

    __tablename__ = "person_state"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    touches: Mapped[bytes] = mapped_column(server_default=text("''::bytea"))
    refusals: Mapped[bytes] = mapped_column(server_default=text("''::bytea"))
    consents: Mapped[bytes] = mapped_column(server_default=text("''::bytea"))
    touches_ever: Mapped[int] = mapped_column(server_default=text("0"))
    kept_from: Mapped[datetime]
    suppressed: Mapped[str | None]  # Cause of a standing suppression of the person.


class MergeProposal(Base):
    """Two records that look like one person; a human says whether they are."""

    __tablename__ = "merge_proposal"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number_id: Mapped[int] = mapped_column(ForeignKey("number.id"))
    state: Mapped[str] = mapped_column(server_default=text("'open'"))
    created_at: Mapped[datetime]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("person_id", "other_id", "number_id"),
        CheckConstraint("person_id < other_id", name="order"),
        CheckConstraint("state IN ('open', 'merged', 'refused')", name="state"),
    )


class Consent(Base):
    """What a person said about being called; append-only, the newest statement counts."""

    __tablename__ = "consent"

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given: Mapped[bool]  # False is a withdrawal or a recorded no.
    given_at: Mapped[datetime | None]
    purpose: Mapped[str | None]  # NULL covers every purpose.
    how: Mapped[str | None]
    wording: Mapped[str | None]  # The exact text agreed to.
    evidence: Mapped[str | None]  # Where the document or recording is.
    expires_at: Mapped[datetime | None]
    source: Mapped[str]
    fingerprint: Mapped[str]  # The same statement is kept once.
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "fingerprint"),)


class Suppression(Base):
    """Nobody may call this person, or this number; lifted only as the refusal rules allow."""

    __tablename__ = "suppression"

    id: Mapped[Id]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(ForeignKey("number.id"), index=True)
    cause: Mapped[str]
    refusal_id: Mapped[int | None] = mapped_column(ForeignKey("refusal.id"))
    source: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_consent_id: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))

    __table_args__ = (
        CheckConstraint("num_nonnulls(person_id, number_id) = 1", name="one_subject"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        Index(
            "uq_suppression_person_standing",
            "person_id",
            "cause",
            unique=True,
            postgresql_where=text("person_id IS NOT NULL AND lifted_at IS NULL"),
        ),
        Index(
            "uq_suppression_number_standing",
            "number_id",
            "cause",
            unique=True,
            postgresql_where=text("number_id IS NOT NULL AND lifted_at IS NULL"),
        ),
    )


class RegistryExtract(Base):
    """One extract of an official do-not-call register; the newest of a register counts."""

    __tablename__ = "registry_extract"

    id: Mapped[Id]
    register: Mapped[str]
    extracted_at: Mapped[datetime]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_job.id"))
    is_complete: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (UniqueConstraint("register", "extracted_at"),)


class RegistryListing(Base):
    """A number that an extract lists; a dated fact about a number, not a refusal."""

    __tablename__ = "registry_listing"

    extract_id: Mapped[int] = mapped_column(ForeignKey("registry_extract.id"), primary_key=True)
    e164: Mapped[str] = mapped_column(primary_key=True, index=True)
