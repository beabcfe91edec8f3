"""Noes, suppressions and corrections: adding, finding, lifting."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from guardrails.facts import FINAL_REFUSALS
from orchestrator.tables import (
    AuditEvent,
    Consent,
    Correction,
    Number,
    PersonNumber,
    Quote,
    Refusal,
    Suppression,
)


def add_refusals(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    """Keep noes that are not kept yet; gives the new ones."""
    statement = (
        insert(Refusal)
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(Refusal)
    )
    return list(session.scalars(statement, [dict(row) for row in rows]))


def add_quotes(session: Session, words: Mapping[int, str]) -> None:
    """Keep the words of noes, by refusal."""
    if words:
        rows = [{"refusal_id": refusal_id, "words": said} for refusal_id, said in words.items()]
        session.execute(insert(Quote), rows)


def add_suppressions(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Suppress people or numbers; one that stands already for the same cause goes on standing."""
    if rows:
        session.execute(insert(Suppression).on_conflict_do_nothing(), [dict(row) for row in rows])


def find_refusal(session: Session, *, source: str, external_id: str) -> Refusal | None:
    """Give the no that a source knows by this id."""
    statement = select(Refusal).where(Refusal.source == source, Refusal.external_id == external_id)
    return session.scalars(statement).one_or_none()


def lock_refusal(session: Session, refusal_id: int) -> Refusal | None:
    """Give one no, locked until the commit."""
    return session.get(Refusal, refusal_id, with_for_update=True, populate_existing=True)


def lock_suppression(session: Session, suppression_id: int) -> Suppression | None:
    """Give one suppression, locked until the commit."""
    return session.get(Suppression, suppression_id, with_for_update=True, populate_existing=True)


def lock_correction(session: Session, correction_id: int) -> Correction | None:
    """Give one correction, locked until the commit."""
    return session.get(Correction, correction_id, with_for_update=True, populate_existing=True)


def standing_suppression(
    session: Session, *, cause: str, person_id: int | None = None, number_id: int | None = None
) -> Suppression | None:
    """Give the suppression of this person or number that stands for this cause."""
    statement = select(Suppression).where(
        Suppression.cause == cause,
        Suppression.lifted_at.is_(None),
        Suppression.person_id.is_(None)
        if person_id is None
        else Suppression.person_id == person_id,
        Suppression.number_id.is_(None)
        if number_id is None
        else Suppression.number_id == number_id,
    )
    return session.scalars(statement).one_or_none()


def is_suppressed(session: Session, person_id: int) -> bool:
    """Say whether any suppression or final no of the person still stands."""
    suppressed = select(Suppression.id).where(
        Suppression.person_id == person_id, Suppression.lifted_at.is_(None)
    )
    refused = select(Refusal.id).where(
        Refusal.person_id == person_id,
        Refusal.kind.in_(FINAL_REFUSALS),
        Refusal.lifted_at.is_(None),
    )
    return bool(session.scalar(select(or_(suppressed.exists(), refused.exists()))))


def other_standing(session: Session, refusal: Refusal) -> int | None:
    """Name another no of the same person and kind that is not lifted."""
    statement = select(func.min(Refusal.id)).where(
        Refusal.person_id == refusal.person_id,
        Refusal.kind == refusal.kind,
        Refusal.lifted_at.is_(None),
        Refusal.id != refusal.id,
    )
    return session.scalar(statement)


def of_contact(
    session: Session, touch_ids: Iterable[int], *, person_id: int, attempt_id: UUID | None
) -> list[Refusal]:
    """Give the noes a person said in one contact that are not lifted, locked until the commit."""
    same: ColumnElement[bool] = Refusal.touch_id.in_(list(touch_ids))
    if attempt_id is not None:
        same = or_(same, Refusal.attempt_id == attempt_id)
    statement = (
        select(Refusal)
        .where(Refusal.person_id == person_id, same, Refusal.lifted_at.is_(None))
        .order_by(Refusal.id)
        .with_for_update()
    )
    return list(session.scalars(statement))


def lift_refusal(
    session: Session, refusal: Refusal, *, by: str, why: str, consent_id: int | None, now: datetime
) -> None:
    """Mark a no as lifted; its suppression falls unless another no holds it up.

    One that somebody ordered, of the same cause, stands on no refusal and goes on standing.
    """
    refusal.lifted_at, refusal.lifted_by, refusal.lifted_why = now, by, why
    refusal.lifted_consent_id = consent_id
    session.flush()
    suppression = standing_suppression(session, cause=refusal.kind, person_id=refusal.person_id)
    if suppression is None or suppression.refusal_id is None:
        return
    held_up_by = other_standing(session, refusal)
    if held_up_by is None:
        lift_suppression(session, suppression, by=by, consent_id=consent_id, now=now)
    else:
        suppression.refusal_id = held_up_by
        session.flush()


def lift_suppression(
    session: Session, suppression: Suppression, *, by: str, consent_id: int | None, now: datetime
) -> None:
    """Mark a suppression as lifted."""
    suppression.lifted_at, suppression.lifted_by = now, by
    suppression.lifted_consent_id = consent_id
    session.flush()


def detach_suppression(
    session: Session, suppression: Suppression, *, source: str, by: str, now: datetime
) -> None:
    """Have a suppression that came from a no stand by itself."""
    suppression.refusal_id = None
    suppression.source, suppression.recorded_by, suppression.recorded_at = source, by, now
    session.flush()


def withdrawn_since(session: Session, consent: Consent) -> bool:
    """Say whether the person took consent back at the same time as it was given or later."""
    later = func.coalesce(Consent.given_at, Consent.recorded_at) >= consent.given_at
    statement = select(Consent.id).where(
        Consent.person_id == consent.person_id, Consent.given.is_(False), later
    )
    return session.scalar(statement.limit(1)) is not None


def is_recorded_by_officer(session: Session, consent_id: int) -> bool:
    """Say whether the sealed record shows an officer writing this consent down."""
    statement = select(AuditEvent.id).where(
        AuditEvent.action == "consent.recorded",
        AuditEvent.subject == f"consent:{consent_id}",
        AuditEvent.role == "officer",
    )
    return session.scalar(statement.limit(1)) is not None


def add_consent(session: Session, row: Mapping[str, Any]) -> int | None:
    """Append a consent; gives its id, or None when the same statement is there already."""
    statement = (
        insert(Consent)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["person_id", "fingerprint"])
        .returning(Consent.id)
    )
    return session.scalars(statement).one_or_none()


def find_consent(session: Session, *, person_id: int, fingerprint: str) -> Consent:
    """Give the consent of a person with this fingerprint."""
    statement = select(Consent).where(
        Consent.person_id == person_id, Consent.fingerprint == fingerprint
    )
    return session.scalars(statement).one()


def find_number(session: Session, e164: str) -> int | None:
    """Name the number with these digits."""
    return session.scalar(select(Number.id).where(Number.e164 == e164))


def add_number(session: Session, row: Mapping[str, Any]) -> int:
    """Make a number unless it is there; gives its id."""
    session.execute(insert(Number).values(**row).on_conflict_do_nothing())
    return session.scalars(select(Number.id).where(Number.e164 == row["e164"])).one()


def holders_of(session: Session, number_ids: Iterable[int]) -> list[int]:
    """Name everybody who can be reached on one of these numbers."""
    statement = select(PersonNumber.person_id).where(PersonNumber.number_id.in_(list(number_ids)))
    return sorted(set(session.scalars(statement)))


def settle(
    session: Session, correction: Correction, *, settled: str, evidence: str, by: str, now: datetime
) -> None:
    """Mark a correction as accepted or refused."""
    session.execute(
        update(Correction)
        .where(Correction.id == correction.id)
        .values(settled=settled, evidence=evidence, settled_by=by, settled_at=now)
    )
    session.refresh(correction)
