"""The emergency stop: one row stands while everything stands still."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import EmergencyStop


def standing(session: Session) -> EmergencyStop | None:
    """Give the stop that stands, if one does."""
    return session.scalar(select(EmergencyStop).where(EmergencyStop.lifted_at.is_(None)))


def add(session: Session, *, why: str, by: str, now: datetime) -> int | None:
    """Record a stop; None when one stands already."""
    statement = (
        insert(EmergencyStop)
        .values(at=now, by=by, why=why)
        .on_conflict_do_nothing()
        .returning(EmergencyStop.id)
    )
    return session.scalar(statement)


def lift(session: Session, *, why: str, by: str, now: datetime) -> int | None:
    """End the standing stop; None when there is none."""
    statement = (
        update(EmergencyStop)
        .where(EmergencyStop.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by, lifted_why=why)
        .returning(EmergencyStop.id)
    )
    return session.scalar(statement)
