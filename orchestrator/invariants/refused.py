"""P1: no call starts after a refusal or suppression that covers it has been recorded."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from guardrails.facts import FINAL_REFUSALS
from guardrails.rules.refusal import RefusalCooldown
from orchestrator import policies
from orchestrator.invariants.finding import Finding, found

SAYS = "no call starts after a refusal or suppression that covers it"

# Whom a call may reach: the person, and everybody who shared the number at the time.
_REACHED = """
    WITH reached AS (
        SELECT a.id, a.claimed_at, a.person_id FROM attempt a WHERE a.claimed_at >= :since
        UNION SELECT a.id, a.claimed_at, h.person_id FROM attempt a
        JOIN person_number h ON h.number_id = a.number_id AND h.linked_at <= a.claimed_at
        WHERE a.claimed_at >= :since
    )
"""
_SUPPRESSED = f"""{_REACHED}
    SELECT a.id FROM reached a JOIN suppression s ON s.person_id = a.person_id
    WHERE a.claimed_at > s.recorded_at AND a.claimed_at < coalesce(s.lifted_at, 'infinity')
    UNION SELECT a.id FROM attempt a JOIN suppression s ON s.number_id = a.number_id
    WHERE a.claimed_at > s.recorded_at AND a.claimed_at < coalesce(s.lifted_at, 'infinity')
        AND a.claimed_at >= :since
"""  # noqa: S608 - made of constants
_FINAL = f"""{_REACHED}
    SELECT DISTINCT a.id FROM reached a JOIN refusal r ON r.person_id = a.person_id
    WHERE r.kind = ANY(:kinds) AND a.claimed_at > r.recorded_at
        AND a.claimed_at < coalesce(r.lifted_at, 'infinity')
"""  # noqa: S608
# A rung of the ladder: so many days of rest for the offer, the topic, or everything.
_RESTING = """
    SELECT DISTINCT a.id FROM attempt a JOIN campaign c ON c.id = a.campaign_id
    JOIN offer o ON o.id = c.offer_id JOIN refusal r ON r.person_id = a.person_id
    JOIN policy_version v ON v.id = :version_id
    WHERE r.kind = ANY(:kinds) AND a.claimed_at > r.recorded_at AND a.claimed_at > r.at
        AND a.claimed_at < coalesce(r.lifted_at, 'infinity')
        AND (CAST(:days AS int) IS NULL OR a.claimed_at < r.at + make_interval(hours => :days * 24))
        AND (:scope = 'everything' OR (:scope = 'offer' AND r.offer_id = c.offer_id)
            OR (:scope = 'topic' AND r.topic_id = o.topic_id))
        AND a.claimed_at >= greatest(v.activated_at, :since)
        AND a.claimed_at < coalesce(v.superseded_at, 'infinity')
"""
_BEGINNING = "1970-01-01Z"


def check(session: Session, *, since: datetime | None) -> Finding:
    """Look for calls to whoever had said no, or was suppressed, by then."""
    values = {"since": since or _BEGINNING}
    offenders = set(session.scalars(text(_SUPPRESSED), values))
    final = {"kinds": sorted(FINAL_REFUSALS), **values}
    offenders |= set(session.scalars(text(_FINAL), final))
    for version_id, policy in policies.ever_in_force(session):
        for rule, _ in policy.placed:
            if isinstance(rule, RefusalCooldown):
                rung = {
                    "version_id": version_id, "kinds": list(rule.kinds), "scope": rule.scope,
                    "days": rule.rest_days, **values,
                }  # fmt: skip
                offenders |= set(session.scalars(text(_RESTING), rung))
    return found("P1", SAYS, sorted(f"attempt:{attempt}" for attempt in offenders))
