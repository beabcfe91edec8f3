"""Versions of call scripts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from guardrails.script import Script
from orchestrator.tables import ScriptVersion

# Any fixed number would do; it means "somebody is adding a version of a script".
SCRIPT_LOCK = 7_265_420_263


def lock_script(session: Session, name: str) -> None:
    """Let one transaction at a time number the versions of a script."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, SCRIPT_LOCK))))


def version_by_hash(session: Session, name: str, script_hash: str) -> ScriptVersion | None:
    """Give the version of a script that has exactly this document."""
    statement = select(ScriptVersion).where(
        ScriptVersion.script == name, ScriptVersion.hash == script_hash
    )
    return session.scalar(statement)


def add_version(
    session: Session, script: Script, *, body: dict[str, Any], by: str, now: datetime
) -> ScriptVersion:
    """Keep a document as the next version of its script."""
    newest = session.scalar(
        select(func.max(ScriptVersion.version)).where(ScriptVersion.script == script.name)
    )
    version = ScriptVersion(
        script=script.name,
        version=(newest or 0) + 1,
        title=script.title,
        language=script.language,
        body=body,
        hash=script.hash,
        variables=list(script.variables),
        required=list(script.required),
        created_by=by,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def version(session: Session, script_version_id: int) -> ScriptVersion | None:
    """Give one version."""
    return session.get(ScriptVersion, script_version_id)


def versions(
    session: Session, *, script: str | None, before_id: int | None, limit: int
) -> Sequence[ScriptVersion]:
    """Give versions, newest first, a page at a time, of one script or of all."""
    statement = select(ScriptVersion).order_by(ScriptVersion.id.desc()).limit(limit)
    if script is not None:
        statement = statement.where(ScriptVersion.script == script)
    if before_id is not None:
        statement = statement.where(ScriptVersion.id < before_id)
    return session.scalars(statement).all()
