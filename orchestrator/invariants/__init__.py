"""The promises, each as one check: used by tests, the simulator, production and `takt audit`.

A check reads what was done (attempts, the ledger, decisions) and never the state rows that
decided it, so that a mistake in those does not hide itself. A promise whose part is not built
says `not applicable`, never `ok`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from orchestrator.invariants import caps, decided, imports, inputs, record, refused, rings, state
from orchestrator.invariants.finding import Finding, not_applicable

__all__ = ["Finding", "check_all", "check_lately"]

LATELY = timedelta(hours=24)
ABANDONED = "abandoned calls stay under the limit, and an abandoned person is left alone"


def check_all(session: Session, now: datetime) -> list[Finding]:  # noqa: ARG001
    """Check every promise over everything that was ever done; in order of the promises."""
    return _check(session, since=None)


def check_lately(session: Session, now: datetime) -> list[Finding]:
    """Check every promise over the last 24 hours: cheap enough for every minute."""
    return _check(session, since=now - LATELY)


def _check(session: Session, *, since: datetime | None) -> list[Finding]:
    seen = inputs.look(session, since=since)
    findings: Sequence[Finding] = (
        refused.check(session, since=since),
        caps.check(session, since=since),
        rings.check(session, since=since),
        decided.check(session, since=since),
        inputs.hours(seen),
        inputs.personal(seen),
        imports.check(session, since=since),
        inputs.silence(session, seen, since=since),
        not_applicable("P9", ABANDONED, "abandoned calls are counted once there is live pacing"),
        record.check(session, since=since),
        state.check(session, since=since),
    )
    return list(findings)
