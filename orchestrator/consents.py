"""Record what a person said about being called: a consent with its evidence, or its withdrawal."""

import hashlib
import json
from datetime import datetime

from sqlalchemy.orm import Session

from guardrails.facts import Purpose
from orchestrator import audit
from orchestrator.errors import Invalid, NotFound
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import history
from orchestrator.store import refusals as store
from orchestrator.tables import Consent, Person

SOURCE = "officer"
EVIDENCE = ("given_at", "how", "wording", "evidence")


class ConsentWithoutEvidence(Invalid):
    """A consent is recorded with when and how it was given, its exact text, and its evidence."""

    code = "consent.without_evidence"


class ConsentInTheFuture(Invalid):
    """Nobody has consented tomorrow."""

    code = "consent.in_the_future"


def record(
    session: Session,
    person_id: int,
    *,
    given: bool,
    given_at: datetime,
    purpose: Purpose | None,
    how: str | None,
    wording: str | None,
    evidence: str | None,
    expires_at: datetime | None,
    by: Actor,
    now: datetime,
) -> Consent:
    """Keep one statement of one person; the same statement again is kept once.

    A consent needs an officer and all of its evidence; a withdrawal needs neither and acts at
    once, because whatever is queued is asked about again. It lifts nothing by itself.
    """
    if given:
        demand(by, "officer", to="record a consent")
        told = {"given_at": given_at, "how": how, "wording": wording, "evidence": evidence}
        missing = [name for name in EVIDENCE if not told[name]]
        if missing:
            message = f"a consent needs {', '.join(missing)}"
            raise ConsentWithoutEvidence(message, missing=missing)
    else:
        demand(by, "officer", "manager", "agent", to="record a withdrawal")
    if given_at > now:
        raise ConsentInTheFuture("`given_at` lies in the future", field="given_at")
    if session.get(Person, person_id) is None:
        raise NotFound("person", person_id)
    history.lock(session, history.company_of(session, [person_id]))
    statement = {
        "given": given, "given_at": given_at, "purpose": purpose, "how": how,
        "wording": wording, "evidence": evidence, "expires_at": expires_at, "source": SOURCE,
    }  # fmt: skip
    fingerprint = fingerprint_of(statement)
    consent_id = store.add_consent(
        session,
        {
            **statement,
            "person_id": person_id,
            "fingerprint": fingerprint,
            "recorded_by": by.name,
            "recorded_at": now,
        },
    )
    consent = store.find_consent(session, person_id=person_id, fingerprint=fingerprint)
    if consent_id is None:
        return consent
    history.refresh(session, [person_id])
    history.touch_leads(session, [person_id], now)
    audit.note(
        session, "consent.recorded", f"consent:{consent.id}", by=by, now=now,
        person=person_id, given=given, purpose=purpose,
    )  # fmt: skip
    return consent


def fingerprint_of(statement: dict[str, object]) -> str:
    """Identify a statement, so that the same one is kept once."""
    plain = json.dumps(statement, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
