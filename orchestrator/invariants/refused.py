"""P1: no call starts after a refusal or suppression that covers it has been recorded."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from guardrails.facts import FINAL_REFUSALS
from guardrails.rules.refusal import RefusalCooldown
from orchestrator import policies
from orchestrator.invariants.finding import Finding, found

SAYS = "no call starts after a refusal or suppression that covers it"

# Whom an attempt may reach: the person, and everybody who shared the number at the time.
_REACHED = """
    (SELECT a.person_id UNION SELECT h.person_id FROM person_number h
     WHERE h.number_id = a.number_id AND h.linked_at <= a.claimed_at)
"""
_SUPPRESSED = f"""
    SELECT DISTINCT a.id FROM attempt a JOIN suppression s
        ON s.number_id = a.number_id OR s.person_id IN {_REACHED}
    WHERE a.claimed_at > s.recorded_at AND a.claimed_at < coalesce(s.lifted_at, 'infinity')
        AND a.claimed_at >= :since
"""  # noqa: S608 - made of constants
_FINAL = f"""
    SELECT DISTINCT a.id FROM attempt a JOIN refusal r ON r.person_id IN {_REACHED}
    WHERE r.kind = ANY(:kinds) AND a.claimed_at > r.recorded_at
        AND a.claimed_at < coalesce(r.lifted_at, 'infinity') AND a.claimed_at >= :since
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
