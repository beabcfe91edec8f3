"""P7: every imported row is accounted for."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.invariants.finding import Finding, found

SAYS = "every imported row is a lead, a known duplicate, or a rejection with row, field and reason"
_BEGINNING = "1970-01-01Z"

_UNACCOUNTED = """
    SELECT j.id FROM import_job j WHERE j.created_at >= :since AND (
        j.rows <> j.accepted + j.rejected + j.duplicates
        OR j.rejected <> (SELECT count(DISTINCT f.row_number) FROM import_finding f
            WHERE f.import_id = j.id AND f.severity = 'rejection')
        OR (j.kind = 'leads' AND (SELECT count(*) FROM lead l WHERE l.import_id = j.id)
            > j.accepted)
        OR EXISTS (SELECT FROM import_finding f WHERE f.import_id = j.id
            AND f.severity = 'rejection' AND (f.field = '' OR f.code = '' OR f.text_en = ''))
    ) ORDER BY j.id
"""


def check(session: Session, *, since: datetime | None) -> Finding:
    """Compare what each import counted with what it left behind."""
    rows = session.scalars(text(_UNACCOUNTED), {"since": since or _BEGINNING})
    return found("P7", SAYS, [f"import:{import_id}" for import_id in rows])
