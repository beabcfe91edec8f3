"""Call scripts are kept as immutable versions; a change is a new version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from guardrails.script import ScriptError, read_script
from orchestrator import audit
from orchestrator.errors import Invalid, NotFound
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import scripts as store
from orchestrator.tables import ScriptVersion


class ScriptUnreadable(Invalid):
    """A call script cannot be read; the path says where."""

    code = "script.unreadable"


def add(
    session: Session, document: Mapping[str, Any], *, by: Actor, now: datetime
) -> ScriptVersion:
    """Keep a script as its next version; the same document again gives the version it has."""
    demand(by, "manager", "officer", "admin", to="add a script")
    try:
        script = read_script(document)
    except ScriptError as error:
        raise ScriptUnreadable(str(error), path=error.path, why=error.why) from None
    store.lock_script(session, script.name)
    known = store.version_by_hash(session, script.name, script.hash)
    if known is not None:
        return known
    version = store.add_version(session, script, body=dict(document), by=by.name, now=now)
    audit.note(
        session,
        "script.add",
        f"script:{version.id}",
        by=by,
        now=now,
        script=script.name,
        version=version.version,
        hash=script.hash,
    )
    return version


def version(session: Session, script_version_id: int) -> ScriptVersion:
    """Give one version."""
    found = store.version(session, script_version_id)
    if found is None:
        raise NotFound("script version", script_version_id)
    return found


def versions(
    session: Session, *, script: str | None = None, before_id: int | None = None, limit: int = 100
) -> Sequence[ScriptVersion]:
    """Give versions, newest first, a page at a time."""
    return store.versions(session, script=script, before_id=before_id, limit=limit)
