"""Change what a contact was said to be: stronger at once, weaker only with an officer's word."""

from datetime import datetime

from sqlalchemy.orm import Session

from guardrails.facts import Reach
from orchestrator import ledger
from orchestrator.audit import note
from orchestrator.dispositions import FURTHER, STRENGTH, meaning_of
from orchestrator.errors import Conflict, Forbidden, Invalid, NotFound
from orchestrator.refusals.hearing import record
from orchestrator.refusals.lifting import lift_refusal
from orchestrator.services import Actor
from orchestrator.store import attempts, history, progress
from orchestrator.store import ledger as ledger_store
from orchestrator.store import refusals as store
from orchestrator.store.attempts import Subject
from orchestrator.tables import Correction, Refusal, Touch


class EvidenceNeeded(Invalid):
    """A no becomes weaker only on evidence that it was not said."""

    code = "correction.evidence_needed"


class NotYourOwn(Forbidden):
    """Nobody settles a correction they asked for themselves, and only an officer settles one."""

    code = "correction.not_yours"


class AlreadySettled(Conflict):
    """This correction was settled before."""

    code = "correction.already_settled"


def correct(
    session: Session, touch_id: int, disposition: str, *, why: str, by: Actor, now: datetime
) -> Touch | Correction:
    """Say that a contact ended otherwise than recorded.

    Gives the new ledger entry, or, when it would weaken a no, a correction that waits for an
    officer; until then the no stands. Raises UnknownDisposition.
    """
    meaning = meaning_of(disposition)
    touch, entries = _contact(session, touch_id)
    noes = _noes(session, entries)
    stronger = max(noes, key=_strength, default=None)
    if stronger is not None and STRENGTH[meaning.refusal] < _strength(stronger):
        waiting = Correction(
            touch_id=touch.id, refusal_id=stronger.id, becomes=disposition, why=why,
            asked_by=by.name, asked_at=now,
        )  # fmt: skip
        session.add(waiting)
        session.flush()
        note(
            session, "correction.asked", f"correction:{waiting.id}", by=by, now=now,
            touch=touch.id, refusal=stronger.id, becomes=disposition, why=why,
        )  # fmt: skip
        return waiting
    entry = _append(session, entries, disposition, by=by, now=now)
    is_new = meaning.refusal not in {no.kind for no in noes}
    if meaning.refusal is not None and is_new:
        record(
            session, person_id=entry.person_id, number_id=entry.number_id, kind=meaning.refusal,
            at=entry.at, offer_id=entry.offer_id, topic_id=entry.topic_id,
            campaign_id=entry.campaign_id, taken_by=by.name, source="takt",
            external_id=f"touch:{entry.id}", attempt_id=entry.attempt_id, touch_id=entry.id,
            by=by, now=now,
        )  # fmt: skip
    subject = _lead_call(session, entry)
    if subject is not None and meaning.closed_because is not None:
        progress.close_lead(session, subject.lead_id, because=meaning.closed_because)
    note(
        session, "touch.corrected", f"touch:{touch.id}", by=by, now=now,
        entry=entry.id, becomes=disposition, why=why,
    )  # fmt: skip
    return entry


def settle_correction(
    session: Session,
    correction_id: int,
    *,
    accept: bool,
    evidence: str,
    by: Actor,
    now: datetime,
) -> Correction:
    """Accept or refuse a correction that weakens a no; accepting lifts the no.

    Raises NotYourOwn, EvidenceNeeded, AlreadySettled.
    """
    asked = session.get(Correction, correction_id)
    if asked is None:
        raise NotFound("correction", correction_id)
    if by.role != "officer" or by.name == asked.asked_by:
        raise NotYourOwn(
            "another person, an officer, settles a correction", asked_by=asked.asked_by
        )
    if not evidence.strip():
        raise EvidenceNeeded("say what shows how the contact ended", field="evidence")
    touch, entries = _contact(session, asked.touch_id)
    correction = store.lock_correction(session, correction_id)
    if correction is None or correction.settled is not None:
        raise AlreadySettled(f"correction {correction_id} was settled before")
    settled = "accepted" if accept else "refused"
    if accept:
        _append(session, entries, correction.becomes, by=by, now=now)
        kept = STRENGTH[meaning_of(correction.becomes).refusal]
        for no in _noes(session, entries):
            # What was heard after the correction was asked for is not what it was asked about.
            if _strength(no) > kept and no.recorded_at <= correction.asked_at:
                why = f"correction {correction_id}"
                lift_refusal(session, no, consent_id=None, why=why, by=by, now=now)
        _hear_what_is_left(session, touch, correction, by=by, now=now)
        subject = _lead_call(session, touch)
        if subject is not None:
            progress.hand_over_lead(session, subject.lead_id)
    store.settle(session, correction, settled=settled, evidence=evidence, by=by.name, now=now)
    note(
        session, f"correction.{settled}", f"correction:{correction_id}", by=by, now=now,
        touch=correction.touch_id, refusal=correction.refusal_id,
    )  # fmt: skip
    return correction


def _hear_what_is_left(
    session: Session, touch: Touch, correction: Correction, *, by: Actor, now: datetime
) -> None:
    """Record the weaker no that a contact turned out to be."""
    kind = meaning_of(correction.becomes).refusal
    noes = _noes(session, [touch])
    if kind is None or kind in {no.kind for no in noes}:
        return
    record(
        session, person_id=touch.person_id, number_id=touch.number_id, kind=kind, at=touch.at,
        offer_id=touch.offer_id, topic_id=touch.topic_id, campaign_id=touch.campaign_id,
        taken_by=by.name, source="takt", external_id=f"correction:{correction.id}",
        attempt_id=touch.attempt_id, touch_id=touch.id, by=by, now=now,
    )  # fmt: skip


def _noes(session: Session, entries: list[Touch]) -> list[Refusal]:
    """Give the noes that were heard in a contact and still stand."""
    first = entries[0]
    return store.of_contact(
        session, [entry.id for entry in entries], person_id=first.person_id,
        attempt_id=first.attempt_id,
    )  # fmt: skip


def _lead_call(session: Session, touch: Touch) -> Subject | None:
    """Give the call of ours that a contact was, if it was one."""
    return None if touch.attempt_id is None else attempts.read_subject(session, touch.attempt_id)


def _strength(refusal: Refusal) -> int:
    return STRENGTH[refusal.kind]  # type: ignore[index]  # The database checks the kind.


def _contact(session: Session, touch_id: int) -> tuple[Touch, list[Touch]]:
    """Give an entry's first version and everything written about it; locks the people concerned."""
    touch = session.get(Touch, touch_id)
    if touch is None:
        raise NotFound("touch", touch_id)
    history.lock(session, history.company_of(session, [touch.person_id]))
    entries = ledger_store.entries_about(session, touch)
    return entries[0], entries


def _append(
    session: Session, entries: list[Touch], disposition: str, *, by: Actor, now: datetime
) -> Touch:
    """Append a correction of a contact; how far it reached never shrinks by somebody's word."""
    first = entries[0]
    reaches: list[Reach] = [entry.reach for entry in entries]  # type: ignore[misc]
    reaches.append(meaning_of(disposition).reach)
    new = ledger.NewTouch(
        person_id=first.person_id, number_id=first.number_id, at=first.at, source="takt",
        external_id=f"touch:{first.id}:{len(entries)}", disposition=disposition,
        reach=max(reaches, key=FURTHER.__getitem__),
        channel=first.channel,  # type: ignore[arg-type]
        outbound=first.outbound, offer_id=first.offer_id, topic_id=first.topic_id,
        campaign_id=first.campaign_id,
        purpose=first.purpose,  # type: ignore[arg-type]
        talk_seconds=first.talk_seconds, attempt_id=first.attempt_id, corrects_id=first.id,
    )  # fmt: skip
    (entry_id,) = ledger.append(session, [new], by=by, now=now)
    return session.get_one(Touch, entry_id)
