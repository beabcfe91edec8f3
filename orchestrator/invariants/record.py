"""P10: the record is append-only and chained, and decisions can be taken again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from orchestrator import sealing
from orchestrator.decisions import replay
from orchestrator.invariants.finding import Finding, found
from orchestrator.tables import Decision, PolicyVersion

SAYS = "the record is append-only and chained, and its decisions can be replayed"
LINKS_LATELY = 5_000
REPLAYED_MAX = 200


def check(session: Session, *, since: datetime | None) -> Finding:
    """Walk the chain (only its end, when asked about lately) and replay the newest decisions."""
    last = None if since is None else LINKS_LATELY
    report = sealing.verify(session, last=last)
    offenders = [f"altered {name}" for name in report.altered]
    offenders += [f"removed {name}" for name in report.removed]
    offenders += [f"inserted {name}" for name in report.inserted]
    newest = (
        select(Decision.id, PolicyVersion.id.is_not(None))
        .outerjoin(PolicyVersion, PolicyVersion.hash == Decision.policy_hash)
        .order_by(Decision.id.desc())
        .limit(REPLAYED_MAX)
    )
    for decision_id, is_known in session.execute(newest).all():
        if not is_known:
            offenders.append(f"under an unknown policy decision:{decision_id}")
            continue
        outcome = replay(session, decision_id).outcome
        if outcome in ("different", "inputs altered"):
            offenders.append(f"{outcome} decision:{decision_id}")
    note = f"{report.sealed} links walked, {report.unsealed} records wait for their seal"
    return found("P10", SAYS, offenders, note=note)
