"""P3: one attempt rings at most once, and nobody has two calls at a time."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.invariants.finding import Finding, found
from orchestrator.tables import LIVE

SAYS = "one attempt rings at most once, and nobody has two calls at a time"
_BEGINNING = "1970-01-01Z"

_TWICE = """
    SELECT attempt_id FROM simulated_call WHERE attempt_id IN
        (SELECT attempt_id FROM simulated_call WHERE at >= :since)
    GROUP BY attempt_id HAVING count(*) > 1
"""
# The network saw a call that nobody had claimed.
_UNCLAIMED = """
    SELECT s.attempt_id FROM simulated_call s LEFT JOIN attempt a ON a.id = s.attempt_id
    WHERE s.at >= :since AND a.claimed_at IS NULL
"""
_TWO_LIVE = f"""
    SELECT a.id FROM attempt a JOIN attempt b ON b.id > a.id
        AND (b.person_id = a.person_id OR b.number_id = a.number_id)
    WHERE a.state IN {LIVE} AND b.state IN {LIVE}
"""  # noqa: S608 - made of constants


def check(session: Session, *, since: datetime | None) -> Finding:
    """Look for attempts that were dialled twice or beside another call of the same person."""
    values = {"since": since or _BEGINNING}
    offenders: set[str] = set()
    for query in (_TWICE, _UNCLAIMED, _TWO_LIVE):
        wanted = values if ":since" in query else {}
        offenders |= {f"attempt:{attempt}" for attempt in session.scalars(text(query), wanted)}
    return found("P3", SAYS, sorted(offenders))
