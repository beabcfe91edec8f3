"""Lists of calls, and what was reported about each."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from orchestrator.tables import LIVE, Attempt, CarrierEvent


def listed(
    session: Session,
    *,
    after: int | None,
    limit: int,
    campaign_id: int | None = None,
    person_id: int | None = None,
    state: str | None = None,
) -> list[Attempt]:
    """Give calls, the latest reserved first; `state` may be `live`, which is every live state.

    Ordered by their admission decision, which every call has and no two share.
    """
    statement = select(Attempt).order_by(Attempt.admission_id.desc()).limit(limit + 1)
    if after is not None:
        statement = statement.where(Attempt.admission_id < after)
    if campaign_id is not None:
        statement = statement.where(Attempt.campaign_id == campaign_id)
    if person_id is not None:
        statement = statement.where(Attempt.person_id == person_id)
    if state is not None:
        states = LIVE if state == "live" else (state,)
        statement = statement.where(Attempt.state.in_(states))
    return list(session.scalars(statement))


def events(session: Session, attempt_id: UUID) -> list[CarrierEvent]:
    """Give everything that was reported about a call, in the order it came."""
    statement = select(CarrierEvent).where(CarrierEvent.attempt_id == attempt_id)
    return list(session.scalars(statement.order_by(CarrierEvent.id)))
