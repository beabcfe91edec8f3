"""Make attempts as admission and the last look would leave them."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from orchestrator.tables import Attempt, PersonNumber
from tests import make


def an_attempt(session, campaign, *, lead=None, state="reserved", **facts):
    """Make an attempt at a lead of the campaign, a new one unless given, with its decisions."""
    lead = lead or make.a_lead(session, campaign)
    number_id = session.query(PersonNumber.number_id).filter_by(person_id=lead.person_id).first()[0]
    attempt_id = uuid4()
    at = facts.pop("claimed_at", make.NOON)
    decided = {
        "attempt": attempt_id,
        "lead": lead.id,
        "person": lead.person_id,
        "number": number_id,
        "at": at,
        "campaign": campaign.id,
        "hash": facts.pop("policy_hash", "none"),
    }
    facts = {
        "ordinal": 1,
        "carrier": "simulated",
        "ring_seconds_max": 25,
        "reserved_at": at,
        "expires_at": at + timedelta(seconds=120),
        "admission_id": a_decision(session, decided, "admission"),
        **facts,
    }
    if state not in ("reserved", "withdrawn"):
        facts = {
            "claimed_at": at,
            "last_look_id": a_decision(session, decided, "last_look"),
            **facts,
        }
    if state in ("ended", "unknown"):
        facts.setdefault("ended_at", at + timedelta(seconds=60))
    attempt = Attempt(
        id=attempt_id,
        lead_id=lead.id,
        campaign_id=campaign.id,
        person_id=lead.person_id,
        number_id=number_id,
        state=state,
        **facts,
    )
    session.add(attempt)
    session.flush()
    return attempt


def a_decision(session, decided, moment):
    """Record a clear decision about an attempt; gives its id."""
    return session.scalar(
        text(
            "INSERT INTO decision (at, moment, campaign_id, lead_id, person_id, number_id,"
            " attempt_id, ruling, codes, reasons, policy_hash, input_digest, requested_by)"
            " VALUES (:at, :moment, :campaign, :lead, :person, :number, :attempt, 'clear', '{}',"
            " '[]', :hash, '\\x00', 'takt') RETURNING id"
        ),
        {**decided, "moment": moment},
    )
