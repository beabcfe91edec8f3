"""P2: no cap of the policy in force is exceeded, across campaigns and workers.

Counted from attempts and the ledger, one query a cap, without the state rows. Only what surely
counts is counted: the person's own touches, known offers, one of the zones the person may be in.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from guardrails.rules.frequency import Cap
from orchestrator import policies
from orchestrator.invariants.finding import Finding, found

SAYS = "no cap of the policy in force is exceeded"
_BEGINNING = "1970-01-01Z"

# What counts as one attempt: a call placed by us, or told by another system. One that we saw not
# leave this machine counts from when somebody told us otherwise, and never if nobody did.
_ATTEMPTS = """
    SELECT b.id, b.person_id, b.number_id, b.claimed_at AS at,
        CASE WHEN EXISTS (SELECT FROM carrier_event e
            WHERE e.attempt_id = b.id AND e.carrier = 'takt')
        THEN (SELECT min(t.recorded_at) FROM touch t
            WHERE t.person_id = b.person_id AND t.attempt_id = b.id)
        ELSE b.claimed_at END AS known_at,
        c.offer_id, o.topic_id, b.campaign_id, o.purpose
    FROM attempt b JOIN campaign c ON c.id = b.campaign_id JOIN offer o ON o.id = c.offer_id
    WHERE b.claimed_at IS NOT NULL AND b.state <> 'withdrawn' AND 'call' = ANY(:channels)
    UNION ALL
    SELECT NULL, t.person_id, t.number_id, t.at, t.recorded_at, t.offer_id, t.topic_id,
        t.campaign_id, t.purpose
    FROM touch t WHERE t.attempt_id IS NULL AND t.corrects_id IS NULL AND t.outbound
        AND t.channel = ANY(:channels)
"""
# What counts as more than an attempt: touches that got so far.
_TOUCHES = """
    SELECT t.attempt_id AS id, t.person_id, t.number_id, t.at, t.recorded_at AS known_at,
        t.offer_id, t.topic_id, t.campaign_id, t.purpose
    FROM touch t WHERE t.corrects_id IS NULL AND t.outbound AND t.channel = ANY(:channels)
        AND t.reach = ANY(:reaches)
"""
_REACHES = {
    "answered": ["answered", "message", "conversation"],
    "conversation": ["conversation"],
    "message": ["message"],
}
_SUBJECTS = {
    "frequency.number": "b.number_id = a.number_id",
    "frequency.person": "b.person_id = a.person_id",
    "frequency.offer": "b.person_id = a.person_id AND b.offer_id = c.offer_id",
    "frequency.topic": "b.person_id = a.person_id AND b.topic_id = o.topic_id",
    "frequency.campaign": "b.person_id = a.person_id AND b.campaign_id = a.campaign_id",
    "frequency.purpose": "b.person_id = a.person_id AND b.purpose = o.purpose",
}
_ZONE = "coalesce(p.declared_zone, p.address_zone, n.registry_zone, n.prefix_zones[1])"
_WINDOWS = {
    "rolling": "b.at > a.claimed_at - CAST(:span AS interval)",
    "calendar": (
        "z.name IS NOT NULL AND date_trunc(:unit, b.at AT TIME ZONE z.name)"
        " = date_trunc(:unit, a.claimed_at AT TIME ZONE z.name)"
    ),
    "ever": "true",
}
_QUERY = """
    SELECT a.id FROM attempt a JOIN campaign c ON c.id = a.campaign_id
    JOIN offer o ON o.id = c.offer_id JOIN person p ON p.id = a.person_id
    JOIN number n ON n.id = a.number_id JOIN policy_version v ON v.id = :version_id
    LEFT JOIN LATERAL (SELECT {zone} AS name WHERE {zone} = ANY(:zones)) z ON true
    JOIN ({counted}) b ON {subject}
    WHERE a.claimed_at >= greatest(v.activated_at, :since)
        AND a.claimed_at < coalesce(v.superseded_at, 'infinity')
        AND a.state <> 'withdrawn' AND NOT (a.is_requested AND :waivable)
        AND (b.at < a.claimed_at OR b.at = a.claimed_at AND (b.id IS NULL OR b.id < a.id))
        AND b.known_at <= a.claimed_at
        AND {window}
    GROUP BY a.id HAVING count(*) >= :max
"""


def check(session: Session, *, since: datetime | None) -> Finding:
    """Count, for every call placed, the earlier ones that each cap counts."""
    zones = list(session.scalars(text("SELECT name FROM pg_timezone_names")))
    offenders: set[str] = set()
    for version_id, policy in policies.ever_in_force(session):
        for rule, _ in policy.placed:
            # A cap for one region holds for people who may be there; that is asked elsewhere.
            if isinstance(rule, Cap) and rule.jurisdiction is None:
                values = {
                    "version_id": version_id, "since": since or _BEGINNING, "zones": zones,
                    "max": rule.max, "waivable": rule.waivable, "span": rule.window.span,
                    "unit": rule.window.unit, "channels": list(rule.channels),
                    "reaches": _REACHES.get(rule.unit, []),
                }  # fmt: skip
                rows = session.scalars(text(_query(rule)), values)
                offenders |= {f"attempt:{attempt}" for attempt in rows}
    return found("P2", SAYS, sorted(offenders))


def _query(rule: Cap) -> str:
    """Write the query that counts for one cap."""
    counted = _ATTEMPTS if rule.unit == "attempt" else _TOUCHES
    return _QUERY.format(
        zone=_ZONE,
        counted=counted,
        subject=_SUBJECTS[rule.code],
        window=_WINDOWS[rule.window.kind],
    )
