"""Attempts once they are reserved: what carriers say of them, withdrawing them, doubting them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from guardrails.facts import Purpose
from orchestrator.tables import (
    Attempt,
    Campaign,
    CarrierEvent,
    Lead,
    Number,
    Offer,
    PersonNumber,
    PersonState,
)
from orchestrator.tables.calls import IS_LIVE  # As written in the partial indexes.

IN_FLIGHT = ("dialing", "ringing", "answered", "unresolved")
# States an event may be applied in: it moves a call forward, or clears up a doubt.
BEFORE = {
    "ringing": ("dialing", "unresolved"),
    "answered": ("dialing", "ringing", "unresolved"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call was about; none of it changes after the reservation."""

    attempt_id: UUID
    lead_id: int
    person_id: int
    number_id: int
    campaign_id: int
    offer_id: int
    topic_id: int
    purpose: Purpose
    lead_source: str | None
    retry_plan: dict[str, Any]


def read_subject(session: Session, attempt_id: UUID) -> Subject | None:
    """Give what a call is about; locks nothing."""
    statement = (
        select(
            Attempt.id, Attempt.lead_id, Attempt.person_id, Attempt.number_id,
            Attempt.campaign_id, Offer.id, Offer.topic_id, Offer.purpose, Lead.source,
            Campaign.retry_plan,
        )
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .join(Offer, Offer.id == Campaign.offer_id)
        .join(Lead, Lead.id == Attempt.lead_id)
        .where(Attempt.id == attempt_id)
    )  # fmt: skip
    row = session.execute(statement).one_or_none()
    return None if row is None else Subject(*row)


def lock_attempt(session: Session, attempt_id: UUID) -> Attempt:
    """Give one attempt, locked until the commit; its person is locked before."""
    return session.get_one(Attempt, attempt_id, with_for_update=True, populate_existing=True)


def add_event(session: Session, row: Mapping[str, Any]) -> int | None:
    """Keep what a carrier reported; gives None when the same event was kept before."""
    statement = (
        insert(CarrierEvent)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["carrier", "event_id"])
        .returning(CarrierEvent.id)
    )
    return session.scalars(statement).one_or_none()


def set_effect(session: Session, event_id: int, effect: str) -> None:
    """Say what an event came to."""
    session.execute(update(CarrierEvent).where(CarrierEvent.id == event_id).values(effect=effect))


def events_of(session: Session, attempt_id: UUID) -> list[CarrierEvent]:
    """Give everything that was ever reported about a call, in no order that means anything."""
    statement = select(CarrierEvent).where(CarrierEvent.attempt_id == attempt_id)
    return list(session.scalars(statement))


def advance(session: Session, attempt_id: UUID, *, to: str, at: datetime) -> bool:
    """Move a call forward to ringing or answered; says whether it was before that."""
    stamp = {"ringing": "ringing_at", "answered": "answered_at"}[to]
    statement = (
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state.in_(BEFORE[to]))
        .values({"state": to, stamp: at})
        .returning(Attempt.id)
    )
    found = session.scalars(statement, execution_options={"synchronize_session": False})
    return found.one_or_none() is not None


def count_outcomes(session: Session, lead_id: int, outcome: str) -> int:
    """Count how often calls to this lead had this outcome."""
    statement = select(func.count()).where(Attempt.lead_id == lead_id, Attempt.outcome == outcome)
    return session.scalars(statement).one()


def _concerning(
    session: Session, person_ids: Iterable[int], number_ids: Iterable[int]
) -> ColumnElement[bool]:
    """Select attempts to these people, to any of their numbers, or to these numbers."""
    people = sorted(set(person_ids))
    theirs = select(PersonNumber.number_id).where(PersonNumber.person_id.in_(people))
    # Lists, not subqueries, so that both indexes are used.
    numbers = {*number_ids, *session.scalars(theirs)}
    return or_(Attempt.person_id.in_(people), Attempt.number_id.in_(sorted(numbers)))


def withdraw_reserved(
    session: Session,
    *,
    person_ids: Iterable[int],
    number_ids: Iterable[int],
    because: str,
    now: datetime,
) -> list[int]:
    """Withdraw reservations that concern these people or numbers; names their leads."""
    reserved = (
        select(Attempt.id)
        .where(Attempt.state == "reserved", _concerning(session, person_ids, number_ids))
        .order_by(Attempt.id)
        .with_for_update()
    )
    return _withdraw(session, list(session.scalars(reserved)), because=because, now=now)


def withdraw_expired(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Withdraw reservations nobody claimed in time; names their leads.

    Skips rows another process holds: a claim or a sweep is at work on them.
    """
    expired = (
        select(Attempt.id)
        .where(IS_LIVE, Attempt.state == "reserved", Attempt.expires_at <= now)
        .order_by(Attempt.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return _withdraw(session, list(session.scalars(expired)), because="expired", now=now)


def _withdraw(session: Session, ids: list[UUID], *, because: str, now: datetime) -> list[int]:
    if not ids:
        return []
    statement = (
        update(Attempt)
        .where(Attempt.id.in_(ids), Attempt.state == "reserved")
        .values(state="withdrawn", outcome=because, ended_at=now)
        .returning(Attempt.lead_id)
    )
    return list(session.scalars(statement, execution_options={"synchronize_session": False}))


def in_flight(
    session: Session, *, person_ids: Iterable[int], number_ids: Iterable[int]
) -> list[UUID]:
    """Name calls that may ring now and concern these people or numbers."""
    statement = (
        select(Attempt.id)
        .where(
            Attempt.state.in_(("dialing", "ringing")), _concerning(session, person_ids, number_ids)
        )
        .order_by(Attempt.id)
    )
    return list(session.scalars(statement))


def ringing_at_suppressed(session: Session, *, limit: int) -> list[UUID]:
    """Name calls that ring at somebody who was suppressed meanwhile, or on such a number."""
    is_suppressed = (
        select(Number.id)
        .where(Number.id == Attempt.number_id, Number.suppressed.is_not(None))
        .exists()
    )
    has_suppressed_holder = (
        select(PersonState.person_id)
        .join(PersonNumber, PersonNumber.person_id == PersonState.person_id)
        .where(PersonNumber.number_id == Attempt.number_id, PersonState.suppressed.is_not(None))
        .exists()
    )
    statement = (
        select(Attempt.id)
        .where(
            IS_LIVE,
            Attempt.state.in_(("dialing", "ringing")),
            or_(is_suppressed, has_suppressed_holder),
        )
        .limit(limit)
    )
    return list(session.scalars(statement))


def doubt_silent(
    session: Session, *, now: datetime, grace: timedelta, talk: timedelta, limit: int
) -> list[UUID]:
    """Mark calls as unresolved whose end should have been reported by now; names them."""
    due = case(
        (Attempt.state == "answered", Attempt.answered_at + talk),
        else_=Attempt.claimed_at + func.make_interval(0, 0, 0, 0, 0, 0, Attempt.ring_seconds_max),
    )
    silent = (
        select(Attempt.id)
        .where(IS_LIVE, Attempt.state.in_(("dialing", "ringing", "answered")), due + grace <= now)
        .order_by(Attempt.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(Attempt)
        .where(Attempt.id.in_(silent))
        .values(state="unresolved")
        .returning(Attempt.id)
    )
    return list(session.scalars(statement, execution_options={"synchronize_session": False}))


def doubt_one(session: Session, attempt_id: UUID) -> None:
    """Mark a call as unresolved of which nothing was heard yet: it may be ringing."""
    statement = (
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state == "dialing")
        .values(state="unresolved")
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def over_for_certain(
    session: Session, *, now: datetime, longest: timedelta, limit: int
) -> list[UUID]:
    """Name calls in flight that cannot be going on any more; locks nothing."""
    ring = func.make_interval(0, 0, 0, 0, 0, 0, Attempt.ring_seconds_max)
    statement = (
        select(Attempt.id)
        .where(IS_LIVE, Attempt.state.in_(IN_FLIGHT), Attempt.claimed_at + ring + longest <= now)
        .order_by(Attempt.claimed_at)
        .limit(limit)
    )
    return list(session.scalars(statement))


def unsent(session: Session, *, now: datetime, older_than: timedelta, limit: int) -> list[UUID]:
    """Name reservations that still stand but whose message to a worker may be lost."""
    last_sent = func.coalesce(Attempt.sent_at, Attempt.reserved_at)
    statement: Select[Any] = (
        select(Attempt.id)
        .where(
            IS_LIVE,
            Attempt.state == "reserved",
            Attempt.agent.is_(None),  # An agent presses dial; no message does.
            Attempt.expires_at > now,
            last_sent <= now - older_than,
        )
        .order_by(last_sent)
        .limit(limit)
    )
    return list(session.scalars(statement))
