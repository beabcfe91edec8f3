"""Running campaigns as admission sees them: how much of each is in progress and due."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.tables import LIVE

ADMISSION_LOCK = 7_301  # Advisory lock: one process admits at a time.
IMPORT_LOCK = 7_302  # Advisory lock, with the import's id: one process takes in a file at a time.


class Running(NamedTuple):
    """One running campaign."""

    campaign_id: int
    priority: int
    share: int
    lines_max: int
    calls_per_second_max: float
    ticked_at: datetime | None
    live: int
    due: int


def lock_admission(session: Session) -> bool:
    """Take the one seat at the door until the commit; False when another process has it."""
    statement = text("SELECT pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(statement, {"key": ADMISSION_LOCK}))


_RUNNING = f"""
    SELECT c.id, c.priority, c.share, c.lines_max, c.calls_per_second_max, c.ticked_at,
        (SELECT count(*) FROM attempt a WHERE a.campaign_id = c.id AND a.state IN {LIVE}),
        (SELECT count(*) FROM (
            SELECT FROM lead_progress g
            WHERE g.campaign_id = c.id AND g.state = 'open' AND g.due_at <= :now LIMIT :due_max
        ) due)
    FROM campaign c
    WHERE c.state = 'running' AND c.mode <> 'preview'
        AND coalesce(c.starts_at <= :now, true) AND coalesce(c.ends_at > :now, true)
        AND NOT EXISTS (SELECT FROM emergency_stop WHERE lifted_at IS NULL)
    ORDER BY c.priority DESC, c.id
"""  # noqa: S608 - made of constants


def running(session: Session, *, now: datetime, due_max: int) -> list[Running]:
    """Give campaigns that may dial now, with calls in progress and leads due (counted to a limit).

    Preview campaigns are left out: there an agent asks for the next call.
    """
    rows = session.execute(text(_RUNNING), {"now": now, "due_max": due_max})
    return [Running(*row) for row in rows]


def mark_ticked(session: Session, campaign_ids: Sequence[int], *, now: datetime) -> None:
    """Note when admission last looked at these campaigns."""
    session.execute(
        text("UPDATE campaign SET ticked_at = :now WHERE id = ANY(:ids)"),
        {"now": now, "ids": list(campaign_ids)},
    )


def take_unscreened(session: Session, *, now: datetime) -> list[int]:
    """Give running campaigns whose leads nobody has screened as a whole, and note that we do."""
    rows = session.scalars(
        text(
            "UPDATE campaign SET screened_at = :now"
            " WHERE state = 'running' AND screened_at IS NULL RETURNING id"
        ),
        {"now": now},
    )
    return [int(row) for row in rows]


def count_live(session: Session) -> int:
    """Count calls in progress of all campaigns, reservations included."""
    return int(
        session.scalar(text(f"SELECT count(*) FROM attempt WHERE state IN {LIVE}"))  # noqa: S608
        or 0
    )


def lock_import(session: Session, import_id: int) -> bool:
    """Take the one seat at an import until the commit; False when another process has it."""
    statement = text("SELECT pg_try_advisory_xact_lock(:key, :import_id)")
    return bool(session.scalar(statement, {"key": IMPORT_LOCK, "import_id": import_id % 2**31}))
