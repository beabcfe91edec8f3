"""Lift a no or a suppression: an officer, one at a time, after a later consent with evidence."""

from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator.audit import note
from orchestrator.errors import Conflict, Forbidden, NotFound
from orchestrator.refusals.hearing import SUPPRESSED
from orchestrator.services import Actor
from orchestrator.store import history, progress
from orchestrator.store import refusals as store
from orchestrator.tables import Consent, Refusal, Suppression


class OfficerNeeded(Forbidden):
    """Only a compliance officer lifts a no, one person at a time."""

    code = "refusal.officer_needed"


class AlreadyLifted(Conflict):
    """This no was lifted before."""

    code = "refusal.already_lifted"


class ConsentNotEnough(Conflict):
    """Only a consent given after the no, by that person, with all its evidence, lifts it."""

    code = "refusal.consent_not_enough"


class SharedNumber(Conflict):
    """One holder's consent cannot open a number that other people answer too."""

    code = "suppression.shared_number"


def lift(
    session: Session, refusal_id: int, *, consent_id: int, why: str, by: Actor, now: datetime
) -> Refusal:
    """Lift one no of one person, because of a consent the person gave after it.

    Other noes of the person go on standing. Raises OfficerNeeded, AlreadyLifted,
    ConsentNotEnough, which lists everything that is missing.
    """
    _demand_officer(by)
    person_id = _person_of(session, refusal_id)
    history.lock(session, history.company_of(session, [person_id]))
    refusal = store.lock_refusal(session, refusal_id)
    if refusal is None:
        raise NotFound("refusal", refusal_id)
    if refusal.lifted_at is not None:
        raise AlreadyLifted(f"refusal {refusal_id} was lifted before", refusal=refusal_id)
    _demand_consent(session, consent_id, person_id=person_id, after=refusal.at, now=now)
    lift_refusal(session, refusal, consent_id=consent_id, why=why, by=by, now=now)
    return refusal


def lift_suppression(
    session: Session, suppression_id: int, *, consent_id: int, why: str, by: Actor, now: datetime
) -> Suppression:
    """Lift a suppression that came from a list or an officer, not from a no we heard.

    One that a refusal holds up falls with that refusal. Raises as `lift`, and SharedNumber.
    """
    _demand_officer(by)
    found = session.get(Suppression, suppression_id)
    if found is None:
        raise NotFound("suppression", suppression_id)
    if found.refusal_id is not None:
        message = f"suppression {suppression_id} stands on refusal {found.refusal_id}: lift that"
        raise Conflict(message, refusal=found.refusal_id)
    person_id = _only_subject(session, found)
    history.lock(session, history.company_of(session, [person_id]))
    suppression = store.lock_suppression(session, suppression_id)
    if suppression is None or suppression.lifted_at is not None:
        raise AlreadyLifted(f"suppression {suppression_id} was lifted before")
    after = suppression.recorded_at
    _demand_consent(session, consent_id, person_id=person_id, after=after, now=now)
    store.lift_suppression(session, suppression, by=by.name, consent_id=consent_id, now=now)
    if suppression.number_id is not None:
        history.refresh_numbers(session, [suppression.number_id])
    _look_again(session, person_id, now=now)
    note(
        session, "suppression.lifted", f"suppression:{suppression_id}", by=by, now=now,
        consent=consent_id, why=why,
    )  # fmt: skip
    return suppression


def lift_refusal(
    session: Session,
    refusal: Refusal,
    *,
    consent_id: int | None,
    why: str,
    by: Actor,
    now: datetime,
) -> None:
    """Lift a no for a use case that has demanded what it must; the person is locked."""
    store.lift_refusal(session, refusal, by=by.name, why=why, consent_id=consent_id, now=now)
    _look_again(session, refusal.person_id, now=now)
    note(
        session, "refusal.lifted", f"refusal:{refusal.id}", by=by, now=now,
        kind=refusal.kind, person=refusal.person_id, consent=consent_id, why=why,
    )  # fmt: skip


def _look_again(session: Session, person_id: int, *, now: datetime) -> None:
    """Remake the person's state and have leads that were closed for the no screened again."""
    history.refresh(session, [person_id])
    if not store.is_suppressed(session, person_id):
        progress.open_leads_of(session, [person_id], because=SUPPRESSED, now=now)
    history.touch_leads(session, history.company_of(session, [person_id]), now)


def _demand_officer(by: Actor) -> None:
    if by.role != "officer":
        raise OfficerNeeded(f"a {by.role} cannot lift a no", role=by.role)


def _person_of(session: Session, refusal_id: int) -> int:
    refusal = session.get(Refusal, refusal_id)
    if refusal is None:
        raise NotFound("refusal", refusal_id)
    return refusal.person_id


def _only_subject(session: Session, suppression: Suppression) -> int:
    """Name the one person a suppression is about; raises SharedNumber when there are several."""
    if suppression.person_id is not None:
        return suppression.person_id
    holders = store.holders_of(session, [suppression.number_id or 0])
    if len(holders) != 1:
        message = f"{len(holders)} people answer this number, so no one's consent opens it"
        raise SharedNumber(message, holders=len(holders))
    return holders[0]


def _demand_consent(
    session: Session, consent_id: int, *, person_id: int, after: datetime, now: datetime
) -> None:
    """Raise ConsentNotEnough with everything that a consent lacks to lift a no."""
    consent = session.get(Consent, consent_id)
    if consent is None:
        raise NotFound("consent", consent_id)
    checks = {
        "other_person": consent.person_id != person_id,
        "not_given": not consent.given,
        "no_date": consent.given_at is None,
        "not_later": consent.given_at is not None and consent.given_at <= after,
        "in_the_future": consent.given_at is not None and consent.given_at > now,
        "no_way_of_giving": not consent.how,
        "no_wording": not consent.wording,
        "no_evidence": not consent.evidence,
        "expired": consent.expires_at is not None and consent.expires_at <= now,
        "taken_back": store.withdrawn_since(session, consent),
        "not_recorded_by_officer": not store.is_recorded_by_officer(session, consent_id),
    }
    missing = [name for name, is_missing in checks.items() if is_missing]
    if missing:
        words = ", ".join(name.replace("_", " ") for name in missing)
        raise ConsentNotEnough(
            f"consent {consent_id} lifts nothing: {words}", consent=consent_id, missing=missing
        )
