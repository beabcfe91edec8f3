"""The record of deeds: adding to it. It is never changed; sealing and checking it come later."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from orchestrator.services import Actor
from orchestrator.tables import AuditEvent


def add_audit_event(
    session: Session,
    action: str,
    subject: str,
    *,
    by: Actor,
    at: datetime,
    details: Mapping[str, object],
) -> None:
    """Append one audit event."""
    session.execute(
        insert(AuditEvent).values(
            at=at, by=by.name, role=by.role, action=action, subject=subject, details=dict(details)
        )
    )
