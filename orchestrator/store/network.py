"""The simulated network's own memory: calls it saw and events it has still to report."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from orchestrator.tables import SimulatedCall, SimulatedEvent


def add_call(session: Session, attempt_id: UUID, *, e164: str, at: datetime) -> None:
    """Note a dial that reached the network, even a second one of the same call."""
    session.add(SimulatedCall(attempt_id=attempt_id, e164=e164, at=at))


def cancel(session: Session, attempt_id: UUID, *, now: datetime) -> bool:
    """Stop a call that still rings and forget what would have come of it; says whether it did.

    Locks the call's rows until the commit.
    """
    calls = session.scalars(
        select(SimulatedCall)
        .where(SimulatedCall.attempt_id == attempt_id)
        .order_by(SimulatedCall.id)
        .with_for_update()
    ).all()
    if not calls or any(call.cancelled_at is not None for call in calls):
        return False
    past = select(func.count()).where(
        SimulatedEvent.attempt_id == attempt_id,
        SimulatedEvent.kind.in_(("answered", "ended")),
        SimulatedEvent.at <= now,
    )
    if session.scalar(past):
        return False
    session.execute(
        delete(SimulatedEvent).where(
            SimulatedEvent.attempt_id == attempt_id,
            SimulatedEvent.at > now,
            SimulatedEvent.delivered_at.is_(None),
        )
    )
    session.execute(
        update(SimulatedCall).where(SimulatedCall.attempt_id == attempt_id).values(cancelled_at=now)
    )
    return True


def due_events(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Name events whose time has come, those that were due first at the head; locks nothing."""
    statement = (
        select(SimulatedEvent.id)
        .where(SimulatedEvent.delivered_at.is_(None), SimulatedEvent.deliver_at <= now)
        .order_by(SimulatedEvent.deliver_at, SimulatedEvent.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def take_event(session: Session, event_id: int, *, now: datetime) -> SimulatedEvent | None:
    """Mark one event as delivered, or give None when another process has or had it."""
    free = (
        select(SimulatedEvent.id)
        .where(SimulatedEvent.id == event_id, SimulatedEvent.delivered_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(SimulatedEvent)
        .where(SimulatedEvent.id == free.scalar_subquery())
        .values(delivered_at=now)
        .returning(SimulatedEvent)
    )
    found = session.scalars(statement, execution_options={"synchronize_session": False})
    return found.one_or_none()
