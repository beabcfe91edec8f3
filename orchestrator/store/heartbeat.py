"""When processes last did their regular work."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import Heartbeat


def beat(session: Session, name: str, *, now: datetime) -> None:
    """Note that this kind of process works."""
    statement = insert(Heartbeat).values(name=name, at=now)
    session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"at": statement.excluded.at})
    )


def last(session: Session, name: str) -> datetime | None:
    """Give when it last did, or None when it never did."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == name))
