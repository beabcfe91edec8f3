"""P4: every call has two recorded clear verdicts under a policy in force at the time."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.invariants.finding import Finding, found

SAYS = "every call has two recorded clear verdicts under a policy in force"
_BEGINNING = "1970-01-01Z"

# A decision takes its instant before it waits for its locks, so a version that was superseded
# while it waited may still be the one it read.
_DECIDED = """
    EXISTS (SELECT FROM decision d JOIN policy_version v ON v.hash = d.policy_hash
        WHERE d.id = {decision_id} AND d.moment = '{moment}' AND d.ruling = 'clear'
        AND d.lead_id = a.lead_id AND d.person_id = a.person_id AND d.number_id = a.number_id
        AND d.attempt_id = a.id AND d.at <= {at}
        AND v.activated_at <= d.at
        AND d.at < coalesce(v.superseded_at, 'infinity') + interval '1 minute')
"""
_QUERY = """
    SELECT a.id FROM attempt a WHERE a.claimed_at >= :since AND NOT ({admission} AND {last_look})
    ORDER BY a.claimed_at
"""


def check(session: Session, *, since: datetime | None) -> Finding:
    """Look for placed calls without both verdicts."""
    query = _QUERY.format(
        admission=_DECIDED.format(
            decision_id="a.admission_id", moment="admission", at="a.reserved_at"
        ),
        last_look=_DECIDED.format(
            decision_id="a.last_look_id", moment="last_look", at="a.claimed_at"
        ),
    )
    rows = session.scalars(text(query), {"since": since or _BEGINNING})
    return found("P4", SAYS, [f"attempt:{attempt}" for attempt in rows])
