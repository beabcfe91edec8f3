"""Proposals that two records are one person, and the numbers such people share."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import MergeProposal, PersonNumber


def locked(session: Session, proposal_id: int) -> MergeProposal | None:
    """Give one proposal, locked until the commit."""
    return session.get(MergeProposal, proposal_id, with_for_update=True)


def share_numbers(session: Session, person_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Link every number of these people to all of them, after their own; gives the numbers."""
    linked: list[int] = []
    for person_id in person_ids:
        own = select(PersonNumber.number_id).where(PersonNumber.person_id == person_id)
        last = select(func.coalesce(func.max(PersonNumber.rank), 0)).where(
            PersonNumber.person_id == person_id
        )
        others = select(
            literal(person_id), PersonNumber.number_id, last.scalar_subquery() + 1, literal(now)
        ).where(PersonNumber.person_id.in_(person_ids), PersonNumber.number_id.not_in(own))
        linked += session.scalars(
            insert(PersonNumber)
            .from_select(["person_id", "number_id", "rank", "linked_at"], others.distinct())
            .on_conflict_do_nothing()
            .returning(PersonNumber.number_id)
        )
    return linked
