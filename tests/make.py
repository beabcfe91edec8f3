"""Make things for tests: plain functions on a session, every default harmless.

Rows are written as a use case would leave them; what a test is about, it says itself.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from orchestrator.services import Actor
from orchestrator.store import history
from orchestrator.tables import (
    Attempt,
    Campaign,
    Consent,
    JurisdictionAcceptance,
    Lead,
    MergeProposal,
    Number,
    Offer,
    Person,
    PersonNumber,
    ScriptVersion,
    Topic,
)

# A Tuesday, 10:00 in Moscow: calling hours, no holiday, no change of clocks near.
NOON = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
MANAGER = Actor("Mira", "manager")
OFFICER = Actor("Olga", "officer")
ADMIN = Actor("Anton", "admin")
AGENT = Actor("Agata", "agent")

_ordinals = count(1)


def a_mobile(ordinal: int | None = None) -> str:
    """Give a fictional Russian mobile number; another one each time."""
    return f"+7912000{(ordinal or next(_ordinals)) % 10_000:04d}"


def a_person(
    session: Session, *, name: str | None = "Анна Петрова", e164: str | None = None, **facts: Any
) -> Person:
    """Make a person in Moscow with one mobile number."""
    facts = {"language": "ru", "region": "RU", "declared_zone": "Europe/Moscow", **facts}
    person = Person(name=name, created_at=NOON, **facts)
    session.add(person)
    session.flush()
    a_number(session, person, e164=e164)
    return person


def a_number(session: Session, person: Person, *, e164: str | None = None, rank: int = 0) -> Number:
    """Give a person a number, a new one or one that others hold."""
    e164 = e164 or a_mobile()
    number = session.query(Number).filter_by(e164=e164).one_or_none()
    if number is None:
        number = Number(
            e164=e164,
            kind="mobile",
            region="RU",
            prefix_zones=["Europe/Moscow"],
            holders=0,
            created_at=NOON,
        )
        session.add(number)
        session.flush()
    number.holders += 1
    session.add(PersonNumber(person_id=person.id, number_id=number.id, rank=rank, linked_at=NOON))
    session.flush()
    return number


def a_topic(session: Session, *, code: str | None = None) -> Topic:
    """Make a topic."""
    code = code or f"topic-{next(_ordinals)}"
    topic = Topic(code=code, title=code, created_by="Olga", created_at=NOON)
    session.add(topic)
    session.flush()
    return topic


def an_offer(session: Session, *, topic: Topic | None = None, **facts: Any) -> Offer:
    """Make a marketing offer."""
    code = f"offer-{next(_ordinals)}"
    facts = {"title": "Сим-карта для дома", "purpose": "marketing", **facts}
    topic = topic or a_topic(session)
    offer = Offer(code=code, topic_id=topic.id, created_by="Olga", created_at=NOON, **facts)
    session.add(offer)
    session.flush()
    return offer


SCRIPT_BODY: dict[str, Any] = {
    "id": "short",
    "lang": "ru",
    "domain": "telecom",
    "title": "Короткий сценарий",
    "campaign": {"variables": [{"name": "first_name", "fill_rate": 1.0, "fallback": None}]},
    "start": "a1",
    "nodes": [
        {
            "id": "a1",
            "type": "say",
            "purpose": "offer",
            "text": "{first_name}, добрый день!",
            "next": "end",
        },
        {"id": "end", "type": "end", "purpose": "close", "text": "Всего доброго!"},
    ],
}


def a_script(session: Session, **facts: Any) -> ScriptVersion:
    """Make a script version that needs nothing but a first name."""
    name = f"script-{next(_ordinals)}"
    facts = {
        "version": 1,
        "title": "Короткий сценарий",
        "language": "ru",
        "body": SCRIPT_BODY,
        "hash": name,
        "variables": ["first_name"],
        "required": ["first_name"],
        **facts,
    }
    script = ScriptVersion(script=name, created_by="Mira", created_at=NOON, **facts)
    session.add(script)
    session.flush()
    return script


def a_campaign(session: Session, *, offer: Offer | None = None, **facts: Any) -> Campaign:
    """Make a campaign, running unless said otherwise."""
    facts = {
        "name": f"campaign {next(_ordinals)}",
        "state": "running",
        "retry_plan": {},
        "script_review": "none",
        "script_accepted_by": "Olga",
        **facts,
    }
    offer = offer or an_offer(session)
    facts.setdefault("script_version_id", None)
    facts["script_version_id"] = facts["script_version_id"] or a_script(session).id
    campaign = Campaign(offer_id=offer.id, created_by="Mira", created_at=NOON, **facts)
    session.add(campaign)
    session.flush()
    return campaign


def a_lead(
    session: Session, campaign: Campaign, *, person: Person | None = None, **facts: Any
) -> Lead:
    """Make a lead nothing speaks against."""
    facts = {
        "reason": "Ваш домашний интернет подключён 3 марта",
        "reason_facts": 1,
        "variables": {},
        "score": 0.08,
        "level": 3,
        "source": "crm",
        **facts,
    }
    person = person or a_person(session)
    lead = Lead(campaign_id=campaign.id, person_id=person.id, created_at=NOON, **facts)
    session.add(lead)
    session.flush()
    return lead


def a_consent(session: Session, person: Person, **facts: Any) -> Consent:
    """Make a consent that can be shown, given a month ago; the state row follows."""
    facts = {
        "given": True,
        "given_at": NOON - timedelta(days=30),
        "how": "form on the web site",
        "wording": "Я согласен получать предложения по телефону",
        "evidence": "document 17",
        "source": "crm",
        "fingerprint": f"consent {next(_ordinals)}",
        "recorded_by": "takt",
        **facts,
    }
    consent = Consent(person_id=person.id, recorded_at=NOON, **facts)
    session.add(consent)
    session.flush()
    history.refresh(session, [person.id])
    return consent


def an_acceptance(session: Session, *, region: str = "RU") -> None:
    """Have an officer answer for calls to a region, unless one does already."""
    if not session.query(JurisdictionAcceptance).filter_by(region=region).count():
        session.add(
            JurisdictionAcceptance(
                region=region, why="our own customers", accepted_by="Olga", accepted_at=NOON
            )
        )
        session.flush()


def a_due_lead(
    session: Session, campaign: Campaign, *, person: Person | None = None, **facts: Any
) -> Lead:
    """Make a lead that may be called at NOON and is due then; consent and region included."""
    an_acceptance(session)
    person = person or a_person(session)
    if not session.query(Consent).filter_by(person_id=person.id).count():
        a_consent(session, person)
    lead = a_lead(session, campaign, person=person, **facts)
    history.touch_leads(session, [person.id], NOON)
    return lead


def an_attempt(session: Session, lead: Lead, *, state: str = "dialing", **facts: Any) -> Attempt:
    """Make a call to a lead's first number, claimed unless it is only reserved."""
    number_id = (
        session.query(PersonNumber.number_id)
        .filter_by(person_id=lead.person_id)
        .order_by(PersonNumber.rank, PersonNumber.number_id)
        .limit(1)
        .scalar()
    )
    is_claimed = state not in {"reserved", "withdrawn"}
    facts = {
        "number_id": number_id,
        "ordinal": 1,
        "carrier": "simulated",
        "ring_seconds_max": 25,
        "admission_id": 1,
        "reserved_at": NOON,
        "expires_at": NOON + timedelta(seconds=120),
        "last_look_id": 2 if is_claimed else None,
        "claimed_at": NOON if is_claimed else None,
        **facts,
    }
    attempt = Attempt(
        id=uuid4(),
        lead_id=lead.id,
        campaign_id=lead.campaign_id,
        person_id=lead.person_id,
        state=state,
        **facts,
    )
    session.add(attempt)
    session.flush()
    return attempt


def first_number(session: Session, person_id: int) -> str:
    """Give the number a person is tried on first."""
    return (
        session.query(Number.e164)
        .join(PersonNumber, PersonNumber.number_id == Number.id)
        .filter(PersonNumber.person_id == person_id)
        .order_by(PersonNumber.rank, Number.id)
        .limit(1)
        .scalar()
    )


def a_merge_proposal(session: Session, person_id: int, other_id: int) -> int:
    """Propose that two records are one person; gives the proposal's id."""
    number_id = session.query(PersonNumber.number_id).filter_by(person_id=person_id).scalar()
    pair = sorted((person_id, other_id))
    proposal = MergeProposal(
        person_id=pair[0], other_id=pair[1], number_id=number_id, created_at=NOON
    )
    session.add(proposal)
    session.flush()
    return proposal.id
