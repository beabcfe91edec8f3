"""The ledger of touches: adding to it and reading one call's entries. It is never changed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import Touch


def add_touches(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Append touches that are not there yet; gives (touch id, person id) of the new ones."""
    statement = (
        insert(Touch)
        .on_conflict_do_nothing(index_elements=["source", "external_id"])
        .returning(Touch.id, Touch.person_id)
    )
    added = session.execute(statement, [dict(row) for row in rows])
    return [(touch_id, person_id) for touch_id, person_id in added]


def entries_of(session: Session, attempt_id: UUID, person_id: int) -> list[Touch]:
    """Give what the ledger says about one call: the first entry, then its corrections.

    Asked by person as well, because that is how the ledger is indexed.
    """
    statement = (
        select(Touch)
        .where(Touch.person_id == person_id, Touch.attempt_id == attempt_id)
        .order_by(Touch.id)
    )
    return list(session.scalars(statement))


def entries_about(session: Session, touch: Touch) -> list[Touch]:
    """Give an entry and every correction of it, oldest first."""
    root_id = touch.corrects_id or touch.id
    statement = (
        select(Touch)
        .where(
            Touch.person_id == touch.person_id,
            (Touch.id == root_id) | (Touch.corrects_id == root_id),
        )
        .order_by(Touch.id)
    )
    return list(session.scalars(statement))
