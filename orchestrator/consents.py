"""Record what a person said about being called: a consent with its evidence, or its withdrawal."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from guardrails.facts import Purpose
from orchestrator import audit
from orchestrator.errors import Invalid, NotFound
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import history
from orchestrator.store import refusals as store
from orchestrator.tables import Consent, Person

SOURCE: Final = "officer"
EVIDENCE: Final = ("how", "wording", "evidence")


class ConsentWithoutEvidence(Invalid):
    """A consent is recorded with when and how it was given, its exact text, and its evidence."""

    code = "consent.without_evidence"


class ConsentInTheFuture(Invalid):
    """Nobody has consented tomorrow."""

    code = "consent.in_the_future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person said: a consent, or with `given` false its withdrawal."""

    given: bool
    given_at: datetime
    purpose: Purpose | None = None  # None covers every purpose.
    how: str | None = None
    wording: str | None = None
    evidence: str | None = None
    expires_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Identify the statement, so that the same one is kept once."""
        plain = json.dumps(asdict(self), sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


def record(
    session: Session, person_id: int, said: Statement, *, by: Actor, now: datetime
) -> Consent:
    """Keep one statement of one person; the same statement again is kept once.

    A consent needs an officer and all of its evidence; a withdrawal needs neither and acts at
    once, because whatever is queued is asked about again. It lifts nothing by itself.
    """
    _demand(said, by=by, now=now)
    if session.get(Person, person_id) is None:
        raise NotFound("person", person_id)
    history.lock(session, history.company_of(session, [person_id]))
    row = asdict(said) | {
        "person_id": person_id, "source": SOURCE, "fingerprint": said.fingerprint,
        "recorded_by": by.name, "recorded_at": now,
    }  # fmt: skip
    is_new = store.add_consent(session, row) is not None
    consent = store.find_consent(session, person_id=person_id, fingerprint=said.fingerprint)
    if is_new:
        history.refresh(session, [person_id])
        history.touch_leads(session, [person_id], now)
        audit.note(
            session, "consent.recorded", f"consent:{consent.id}", by=by, now=now,
            person=person_id, given=said.given, purpose=said.purpose,
        )  # fmt: skip
    return consent


def _demand(said: Statement, *, by: Actor, now: datetime) -> None:
    """Refuse a consent nobody could show, and a statement nobody has made yet."""
    if said.given_at > now:
        raise ConsentInTheFuture("`given_at` lies in the future", field="given_at")
    if not said.given:
        demand(by, "officer", "manager", "agent", to="record a withdrawal")
        return
    demand(by, "officer", to="record a consent")
    missing = [name for name in EVIDENCE if not getattr(said, name)]
    if missing:
        raise ConsentWithoutEvidence(f"a consent needs {', '.join(missing)}", missing=missing)
