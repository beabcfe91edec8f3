"""Reservations that wait for an agent to press dial."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from orchestrator.tables import Attempt, Lead, LeadProgress, Number, Person


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an agent may call next, and why; what is read before pressing dial."""

    attempt_id: UUID
    campaign_id: int
    lead_id: int
    person_id: int
    name: str | None
    e164: str
    reason: str | None
    variables: dict[str, object]
    expires_at: datetime


def waiting_for(session: Session, campaign_id: int, *, agent: str, now: datetime) -> Preview | None:
    """Give what an agent has reserved in a campaign and not pressed on yet."""
    found = session.execute(
        select(Attempt, Lead, Person, Number)
        .join(Lead, Lead.id == Attempt.lead_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Number, Number.id == Attempt.number_id)
        .where(
            Attempt.campaign_id == campaign_id,
            Attempt.agent == agent,
            Attempt.state == "reserved",
            Attempt.expires_at > now,
        )
        .order_by(Attempt.reserved_at)
    ).first()
    if found is None:
        return None
    attempt, lead, person, number = found
    return Preview(
        attempt.id,
        campaign_id,
        lead.id,
        person.id,
        person.name,
        number.e164,
        lead.reason,
        dict(lead.variables),
        attempt.expires_at,
    )


def outcome_of(session: Session, attempt_id: UUID, *, agent: str) -> str | None:
    """Give what an agent's call ended with so far."""
    statement = select(Attempt.outcome).where(Attempt.id == attempt_id, Attempt.agent == agent)
    return session.scalar(statement)


def give_back(session: Session, attempt_id: UUID, *, agent: str, now: datetime) -> int | None:
    """Withdraw an agent's reservation and hand its lead to a person; None when it is not theirs."""
    lead_id = session.scalar(
        update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.agent == agent, Attempt.state == "reserved")
        .values(state="withdrawn", outcome="skipped", ended_at=now)
        .returning(Attempt.lead_id)
    )
    if lead_id is not None:
        session.execute(
            update(LeadProgress)
            .where(LeadProgress.lead_id == lead_id, LeadProgress.state == "open")
            .values(state="agent", due_at=None, not_before=None)
        )
    return lead_id
