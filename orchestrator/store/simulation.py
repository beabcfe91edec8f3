"""What the simulator asks of its database: when something happens next, and what came of it all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from orchestrator.tables import LIVE, Attempt

# Every instant at which a tick could find something to do; those of leads whose person is being
# called are left out, because nothing can be done about them before the call has ended.
_NEXT = f"""
    SELECT least(
        (SELECT min(deliver_at) FROM simulated_event WHERE delivered_at IS NULL),
        (SELECT min(expires_at) FROM attempt WHERE state = 'reserved'),
        (SELECT min(claimed_at + make_interval(secs => ring_seconds_max) + :grace) FROM attempt
         WHERE state IN ('dialing', 'ringing')),
        (SELECT min(answered_at + :talk + :grace) FROM attempt WHERE state = 'answered'),
        (SELECT min(claimed_at + make_interval(secs => ring_seconds_max) + :talk + :doubt)
         FROM attempt WHERE state IN ('dialing', 'ringing', 'answered', 'unresolved')),
        (SELECT min(callback_at) + :missed FROM lead_progress WHERE state = 'open'),
        (SELECT min(ends_at) FROM campaign WHERE state IN ('running', 'paused')),
        (SELECT min(greatest(g.due_at, c.starts_at)) FROM lead_progress g
         JOIN campaign c ON c.id = g.campaign_id
         WHERE g.state = 'open' AND g.due_at IS NOT NULL AND c.state = 'running'
            AND greatest(g.due_at, c.starts_at) < coalesce(c.ends_at, 'infinity')
            AND NOT EXISTS (SELECT FROM emergency_stop WHERE lifted_at IS NULL)
            AND NOT EXISTS (SELECT FROM attempt a WHERE a.person_id = g.person_id
                AND a.state IN {LIVE}))
    )
"""  # noqa: S608 - made of constants
# What came of everything, in an order that hangs on no random id.
_DIARY = (
    """
    SELECT 'call', lead_id, ordinal, reserved_at, claimed_at, ended_at, state, outcome
    FROM attempt ORDER BY reserved_at, lead_id, ordinal
    """,
    """
    SELECT 'touch', person_id, number_id, at, channel, reach, disposition, campaign_id,
        talk_seconds, corrects_id IS NOT NULL
    FROM touch ORDER BY id
    """,
    "SELECT 'refusal', person_id, at, kind, offer_id, lifted_at FROM refusal ORDER BY id",
    """
    SELECT 'suppression', person_id, number_id, cause, recorded_at FROM suppression ORDER BY id
    """,
    """
    SELECT 'lead', lead_id, state, closed_because, attempts, due_at, not_before, callback_at
    FROM lead_progress ORDER BY lead_id
    """,
    """
    SELECT 'decision', at, moment, lead_id, number_id, ruling, codes, until, next_clear
    FROM decision ORDER BY at, moment, lead_id, id
    """,
    "SELECT 'ring', e164, at, cancelled_at FROM simulated_call ORDER BY id",
)


def next_instant(
    session: Session, *, talk: timedelta, grace: timedelta, doubt: timedelta, missed: timedelta
) -> datetime | None:
    """Say when there is next something to do; None when there never will be."""
    values = {"talk": talk, "grace": grace, "doubt": doubt, "missed": missed}
    found: datetime | None = session.scalar(text(_NEXT), values)
    return found


def diary(session: Session) -> list[tuple[Any, ...]]:
    """Tell everything that happened and was decided, the same for the same month."""
    return [tuple(row) for query in _DIARY for row in session.execute(text(query))]


def by_lead(session: Session, attempt_ids: Sequence[UUID]) -> list[UUID]:
    """Put attempts in order of their leads, since their own ids are random."""
    statement = (
        select(Attempt.id)
        .where(Attempt.id.in_(attempt_ids))
        .order_by(Attempt.lead_id, Attempt.ordinal, Attempt.reserved_at)
    )
    return list(session.scalars(statement))


def reserved(session: Session) -> list[UUID]:
    """Name what is reserved and not dialled yet, in order of the leads."""
    statement = (
        select(Attempt.id)
        .where(Attempt.state == "reserved")
        .order_by(Attempt.lead_id, Attempt.ordinal)
    )
    return list(session.scalars(statement))


def latest_touch(session: Session, person_id: int) -> int | None:
    """Name the latest contact with a person that is no correction of an earlier one."""
    statement = text(
        "SELECT max(id) FROM touch WHERE person_id = :person_id AND corrects_id IS NULL"
    )
    found: int | None = session.scalar(statement, {"person_id": person_id})
    return found


def running(session: Session) -> list[int]:
    """Name the campaigns that run."""
    found = session.scalars(text("SELECT id FROM campaign WHERE state = 'running' ORDER BY id"))
    return [int(campaign_id) for campaign_id in found]


def number_of(session: Session, person_id: int) -> str:
    """Give the first number of a person."""
    statement = text(
        "SELECT e164 FROM number n JOIN person_number pn ON pn.number_id = n.id"
        " WHERE pn.person_id = :person_id ORDER BY pn.rank, n.id LIMIT 1"
    )
    return str(session.scalar(statement, {"person_id": person_id}))
