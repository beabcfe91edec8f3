"""Whether the database is the one this code was written for."""

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from orchestrator.tables import Decision


def has_schema(session: Session) -> bool:
    """Say whether the tables are there."""
    return inspect(session.connection()).has_table(Decision.__tablename__)
