"""Lists, a keyset page at a time: the rows after the last one seen, and one more to say so."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from orchestrator.tables import Base

Row = TypeVar("Row", bound=Base)


def newest(
    session: Session,
    table: type[Row],
    /,
    *,
    after: int | None,
    limit: int,
    key: str = "id",
    **equal: object,
) -> list[Row]:
    """Give rows of one table, newest first; a filter that is None is left out."""
    return _listed(session, table, after=after, limit=limit, key=key, ascending=False, **equal)


def oldest(
    session: Session,
    table: type[Row],
    /,
    *,
    after: int | None,
    limit: int,
    key: str = "id",
    **equal: object,
) -> list[Row]:
    """Give rows of one table, oldest first; a filter that is None is left out."""
    return _listed(session, table, after=after, limit=limit, key=key, ascending=True, **equal)


def _listed(
    session: Session,
    table: type[Row],
    /,
    *,
    after: int | None,
    limit: int,
    key: str,
    ascending: bool,
    **equal: object,
) -> list[Row]:
    column: InstrumentedAttribute[int] = getattr(table, key)
    statement = select(table).order_by(column if ascending else column.desc()).limit(limit + 1)
    for name, value in equal.items():
        if value is not None:
            statement = statement.where(getattr(table, name) == value)
    if after is not None:
        statement = statement.where(column > after if ascending else column < after)
    return list(session.scalars(statement))
