"""Where leads stand: what an outcome, a no or a missed callback makes of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.tables import LIVE, Attempt, LeadProgress, LeadSource

_ENSURE = text(
    "INSERT INTO lead_progress (lead_id, campaign_id, person_id)"
    " SELECT id, campaign_id, person_id FROM lead WHERE id = :lead_id ON CONFLICT DO NOTHING"
)


def lock_progress(session: Session, lead_id: int) -> LeadProgress:
    """Give where a lead stands, locked until the commit; a lead never screened is open."""
    found = session.get(LeadProgress, lead_id, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    session.execute(_ENSURE, {"lead_id": lead_id})
    return session.get_one(LeadProgress, lead_id, with_for_update=True, populate_existing=True)


def close_lead(session: Session, lead_id: int, *, because: str) -> None:
    """Close one lead; one that is closed keeps its cause."""
    lead = lock_progress(session, lead_id)
    if lead.state != "closed":
        lead.state, lead.closed_because = "closed", because
        lead.due_at = lead.not_before = lead.callback_at = None
        session.flush()


def hand_over_lead(session: Session, lead_id: int) -> None:
    """Leave one lead to a person."""
    lead = lock_progress(session, lead_id)
    lead.state, lead.closed_because = "agent", None
    lead.due_at = lead.not_before = lead.callback_at = None
    session.flush()


def close_leads_of(session: Session, person_ids: Iterable[int], *, because: str) -> None:
    """Close every lead of these people that is not closed yet."""
    statement = (
        update(LeadProgress)
        .where(LeadProgress.person_id.in_(list(person_ids)), LeadProgress.state != "closed")
        .values(
            state="closed", closed_because=because, due_at=None, not_before=None, callback_at=None
        )
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def open_leads_of(
    session: Session, person_ids: Iterable[int], *, because: str, now: datetime
) -> None:
    """Open leads that were closed for this cause, to be screened again at once."""
    statement = (
        update(LeadProgress)
        .where(
            LeadProgress.person_id.in_(list(person_ids)),
            LeadProgress.state == "closed",
            LeadProgress.closed_because == because,
        )
        .values(state="open", closed_because=None, due_at=now)
    )
    session.execute(statement, execution_options={"synchronize_session": False})


def due_again(session: Session, lead_ids: Iterable[int], *, now: datetime) -> None:
    """Have open leads looked at again now, or when their pause ends; locks them in order."""
    session.execute(
        text(
            "UPDATE lead_progress g SET due_at = greatest(CAST(:now AS timestamptz), g.not_before)"
            " FROM (SELECT lead_id FROM lead_progress WHERE lead_id = ANY(:ids)"
            " AND state = 'open' ORDER BY lead_id FOR UPDATE) mine"
            " WHERE g.lead_id = mine.lead_id"
        ),
        {"ids": sorted(set(lead_ids)), "now": now},
    )


def hand_over_missed_callbacks(
    session: Session, *, promised_before: datetime, limit: int
) -> list[int]:
    """Give leads whose promised time was missed to a person; names them."""
    is_live = exists().where(Attempt.lead_id == LeadProgress.lead_id, Attempt.state.in_(LIVE))
    missed = (
        select(LeadProgress.lead_id)
        .where(
            LeadProgress.state == "open",
            LeadProgress.callback_at <= promised_before,
            ~is_live,
        )
        .order_by(LeadProgress.lead_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(LeadProgress)
        .where(LeadProgress.lead_id.in_(missed))
        .values(state="agent", due_at=None, not_before=None)
        .returning(LeadProgress.lead_id)
    )
    return list(session.scalars(statement, execution_options={"synchronize_session": False}))


def count_for_source(
    session: Session, source: str, *, conversations: int, acceptances: int
) -> None:
    """Count conversations and acceptances for the place a lead came from."""
    made = insert(LeadSource).values(
        name=source, conversations=max(conversations, 0), acceptances=max(acceptances, 0)
    )
    statement = made.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "conversations": LeadSource.conversations + conversations,
            "acceptances": LeadSource.acceptances + acceptances,
        },
    )
    session.execute(statement)
