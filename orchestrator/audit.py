"""The audit record: who did what, when, to which thing, and why."""

from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator.services import Actor
from orchestrator.store import record


def note(
    session: Session, action: str, subject: str, *, by: Actor, now: datetime, **details: object
) -> None:
    """Put one deed on the record, in the transaction that does it.

    `action` is `noun.verb`, `subject` is `noun:id`. Details are plain data; never a name, a
    number or anybody's words, because this record is chained and cannot be erased.
    """
    plain = {key: _plain(value) for key, value in details.items()}
    record.add_audit_event(session, action, subject, by=by, at=now, details=plain)


def _plain(value: object) -> object:
    """Turn instants into text and leave everything JSON knows as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
