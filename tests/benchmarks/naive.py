"""Screening as it is usually written: for each lead a session, a query for each fact, a commit.

It decides by the same `decide`, on the same facts, and inserts the same rows; what all leads of a
campaign share it is given for nothing.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from guardrails import facts
from orchestrator.decisions import digest_of, encode_context, encode_inputs, judge
from orchestrator.services import Services
from orchestrator.store.candidates import Candidate, _jurisdiction, _regions, _zones
from orchestrator.store.decisions import reasons_json
from orchestrator.store.ground import Ground
from orchestrator.tables import (
    LIVE,
    Attempt,
    CampaignReason,
    Consent,
    Decision,
    DecisionContext,
    DecisionInput,
    Lead,
    LeadProgress,
    Number,
    Person,
    PersonNumber,
    Refusal,
    RegistryExtract,
    RegistryListing,
    Suppression,
    Touch,
)

LOOK_BACK = timedelta(days=30)


def screen_one(services: Services, shared: Ground, lead_id: int) -> tuple[str, ...]:
    """Decide one lead and write the answer; gives its codes."""
    with services.sessions.begin() as session:
        now = services.clock.now()
        lead = session.get_one(Lead, lead_id)
        answer = judge(candidates_of(session, shared, lead, now=now), shared.policy)
        verdict, case = answer.verdict, answer.candidate.case
        context = encode_context(shared, [answer])
        digest = hashlib.sha256(context).digest()
        if session.get(DecisionContext, digest) is None:
            session.add(DecisionContext(digest=digest, body=context))
        salt, body = os.urandom(16), encode_inputs(case)
        decision = Decision(
            at=now, moment="screening", campaign_id=lead.campaign_id, lead_id=lead.id,
            person_id=case.person.id, number_id=case.number.id, ruling=str(verdict.ruling),
            codes=list(verdict.codes), reasons=json.loads(reasons_json(verdict)),
            until=verdict.until, next_clear=answer.next_clear, policy_hash=verdict.policy,
            input_digest=digest_of(salt, digest, body), requested_by="naive",
        )  # fmt: skip
        session.add(decision)
        session.flush()
        session.add(DecisionInput(decision_id=decision.id, salt=salt, body=body, context=digest))
        progress = session.get(LeadProgress, lead.id)
        if progress is None:
            progress = LeadProgress(
                lead_id=lead.id, campaign_id=lead.campaign_id, person_id=lead.person_id
            )
            session.add(progress)
        progress.due_at, progress.verdict_key = answer.due_at, answer.key
        progress.decision_id, progress.screened_at = decision.id, now
        return verdict.codes


def candidates_of(
    session: Session, shared: Ground, lead: Lead, *, now: datetime
) -> list[Candidate]:
    """Ask for every fact about a lead, one query each; a case for each number."""
    numbers = session.scalars(
        select(Number)
        .join(PersonNumber, PersonNumber.number_id == Number.id)
        .where(PersonNumber.person_id == lead.person_id)
        .order_by(PersonNumber.rank, Number.id)
    ).all()
    return [candidate_of(session, shared, lead, number, now=now) for number in numbers]


def candidate_of(
    session: Session, shared: Ground, lead: Lead, number: Number, *, now: datetime
) -> Candidate:
    """Put the case together on which a lead is called on one of its numbers."""
    person = session.get_one(Person, lead.person_id)
    holders = session.scalars(
        select(PersonNumber.person_id).where(PersonNumber.number_id == number.id)
    ).all()
    regions = _regions(number.region, person.region)
    case = facts.Case(
        now,
        shared.campaign,
        lead_of(session, shared, lead, person),
        facts.Person(
            person.id, person.name, person.protected, person.region,
            _zones(person.declared_zone, person.address_zone, number.registry_zone,
                   " ".join(number.prefix_zones)),
            consents_of(session, person.id), tuple(person.owned), person.open_case,
            suppression_of(session, Suppression.person_id == person.id),
        ),
        facts.Number(
            number.id, bool(number.e164), number.kind, number.region, listings_of(session, number),
            suppression_of(session, Suppression.number_id == number.id),
            next((cause for holder in holders if holder != person.id
                  if (cause := suppression_of(session, Suppression.person_id == holder))), None),
        ),
        touches_of(session, holders, now=now),
        refusals_of(session, holders),
        tuple(_jurisdiction(region, shared.accepted) for region in regions),
        tuple(shared.calendar(region) for region in regions),
    )  # fmt: skip
    progress = session.get(LeadProgress, lead.id)
    return Candidate(
        lead.id, person.id, number.id, number.e164, person.language,
        progress.attempts if progress else 0, progress.not_before if progress else None,
        None, None, tuple(holder for holder in holders if holder != person.id), case,
    )  # fmt: skip


def lead_of(session: Session, shared: Ground, lead: Lead, person: Person) -> facts.Lead:
    """Give what is known of the lead itself."""
    same = session.get(CampaignReason, (lead.campaign_id, lead.reason_hash))
    values = {**lead.variables, "first_name": person.name}
    return facts.Lead(
        lead.id, lead.score, lead.level, lead.signal_at, shared.sources.get(lead.source or ""),
        lead.reason, lead.reason_facts, same.leads if same else 1,
        tuple(name for name in shared.campaign.script_variables if values.get(name)),
    )  # fmt: skip


def consents_of(session: Session, person_id: int) -> tuple[facts.Consent, ...]:
    """Ask what a person said about being called."""
    found = session.scalars(
        select(Consent)
        .where(Consent.person_id == person_id)
        .order_by(Consent.given_at.nulls_first(), Consent.id)
    )
    return tuple(
        facts.Consent(
            consent.given, consent.given_at, consent.purpose,
            consent.evidence is not None and consent.given_at is not None, consent.expires_at,
        )
        for consent in found
    )  # fmt: skip


def suppression_of(session: Session, whose: ColumnElement[bool]) -> str | None:
    """Ask for a standing suppression."""
    standing = select(Suppression.cause).where(whose, Suppression.lifted_at.is_(None))
    return session.scalars(standing.order_by(Suppression.id).limit(1)).one_or_none()


def listings_of(session: Session, number: Number) -> tuple[str, ...]:
    """Ask which registers list a number."""
    found = session.scalars(
        select(RegistryExtract.register)
        .join(RegistryListing, RegistryListing.extract_id == RegistryExtract.id)
        .where(RegistryListing.e164 == number.e164)
    )
    return tuple(found)


def touches_of(
    session: Session, people: Sequence[int], *, now: datetime
) -> tuple[facts.Touch, ...]:
    """Read from the ledger what happened to people, calls in progress included."""
    past = session.scalars(
        select(Touch)
        .where(Touch.person_id.in_(people), Touch.at >= now - LOOK_BACK)
        .order_by(Touch.at, Touch.id)
    )
    live = session.scalars(
        select(Attempt).where(Attempt.person_id.in_(people), Attempt.state.in_(LIVE))
    )
    found = [
        facts.Touch(
            touch.at, touch.channel, touch.outbound, touch.reach, touch.number_id, touch.offer_id,
            touch.topic_id, touch.campaign_id, touch.purpose, touch.talk_seconds,
        )
        for touch in past
    ]  # fmt: skip
    found += [facts.Touch(attempt.reserved_at, number=attempt.number_id) for attempt in live]
    return tuple(sorted(found, key=lambda touch: touch.at))


def refusals_of(session: Session, people: Sequence[int]) -> tuple[facts.Refusal, ...]:
    """Ask for the noes of people that still stand."""
    found = session.scalars(
        select(Refusal)
        .where(Refusal.person_id.in_(people), Refusal.lifted_at.is_(None))
        .order_by(Refusal.at)
    )
    return tuple(
        facts.Refusal(refusal.at, refusal.kind, refusal.offer_id, refusal.topic_id)
        for refusal in found
    )
