"""What decides equals the ledger: every state row is what the ledger makes of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator.invariants.finding import Finding, found, not_applicable
from orchestrator.store import history

SAYS = "every state row, and every number, is what the ledger makes of it"


def check(session: Session, *, since: datetime | None) -> Finding:
    """Compare every state row and number with what made them; too dear for every minute."""
    if since is not None:
        return not_applicable("state", SAYS, "only checked over everything")
    people = [f"person:{person_id}" for person_id in history.differences(session)]
    numbers = [f"number:{number_id}" for number_id in history.number_differences(session)]
    return found("state", SAYS, [*people, *numbers])
