"""Act on what a call turned out to be: ledger, refusal, next step of the lead, counters."""

from datetime import datetime

from sqlalchemy.orm import Session

from guardrails.facts import CALLBACK_GRACE
from orchestrator import ledger, refusals
from orchestrator.dispositions import MEANINGS
from orchestrator.outcomes.reading import Reading
from orchestrator.retries import next_try, read_plan
from orchestrator.services import SYSTEM, Actor
from orchestrator.store import attempts, history, progress
from orchestrator.store import ledger as ledger_store
from orchestrator.store.attempts import Subject
from orchestrator.tables import Attempt, LeadProgress, Touch

SOURCE = "takt"


def settle(
    session: Session,
    subject: Subject,
    attempt: Attempt,
    *,
    before: Reading | None,
    after: Reading,
    words: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """End an attempt as `after`, where `before` was the reading until now.

    The person and the attempt are locked, and after a no everybody who shares a number. A first
    end is appended to the ledger; a later, different one is appended as a correction of it.
    """
    # After a doubt that nobody cleared up in time only a person decides on another call.
    is_left_to_person = attempt.state == "unknown" and before is None and by is SYSTEM
    entries = []
    if attempt.ended_at is not None:
        entries = ledger_store.entries_of(session, attempt.id, subject.person_id)
    attempt.state, attempt.ended_at = _state_after(attempt, after), after.at
    attempt.outcome = after.disposition
    session.flush()
    if after.disposition != "not_sent":
        touch_id = _append(session, subject, attempt, after, entries, by=by, now=now)
        if before is None or before.disposition != after.disposition:
            _refuse(session, subject, attempt, after, touch_id, words=words, by=by, now=now)
        history.refresh(session, [subject.person_id])
    history.touch_leads(session, history.company_of(session, [subject.person_id]), now)
    if not is_left_to_person or MEANINGS[after.disposition].step == "closed":
        _step(session, subject, attempt, after, now=now)
    _count(session, subject, before, after)


def _state_after(attempt: Attempt, reading: Reading) -> str:
    """Name the state a call ends in."""
    # One nobody of ours claimed stays withdrawn though it rang; one that never left this machine
    # becomes so: nobody was disturbed, and no cap counts it.
    if attempt.claimed_at is None or reading.disposition == "not_sent":
        return "withdrawn"
    return "unknown" if reading.disposition == "unknown" else "ended"


def _append(
    session: Session,
    subject: Subject,
    attempt: Attempt,
    reading: Reading,
    entries: list[Touch],
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Append the call, or what it turned out to be after all, to the ledger."""
    first = entries[0] if entries else None
    external_id = attempt.id.hex if first is None else f"{attempt.id.hex}:{len(entries)}"
    touch = ledger.NewTouch(
        person_id=subject.person_id, number_id=subject.number_id,
        at=first.at if first else attempt.claimed_at or reading.at,
        source=SOURCE, external_id=external_id, disposition=reading.disposition,
        reach=reading.reach, offer_id=subject.offer_id, topic_id=subject.topic_id,
        campaign_id=subject.campaign_id, purpose=subject.purpose,
        talk_seconds=reading.talk_seconds, attempt_id=attempt.id,
        corrects_id=first.id if first else None,
    )  # fmt: skip
    ((touch_id, _),) = ledger.write(session, [touch], by=by, now=now)
    return touch_id


def _refuse(
    session: Session,
    subject: Subject,
    attempt: Attempt,
    reading: Reading,
    touch_id: int,
    *,
    words: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Record the no that was said in the call, if one was."""
    kind = MEANINGS[reading.disposition].refusal
    if kind is None:
        return
    # Pressing a call away, or not wanting calls at all, is no word about an offer.
    is_to_offer = kind == "soft"
    # It was said between our dialling and now, whatever the carrier's clock says: one dated far
    # back would have rested long enough already.
    said_at = min(max(reading.at, attempt.claimed_at or reading.at), now)
    refusals.record(
        session, person_id=subject.person_id, number_id=subject.number_id, kind=kind,
        at=said_at, offer_id=subject.offer_id if is_to_offer else None,
        topic_id=subject.topic_id if is_to_offer else None, campaign_id=subject.campaign_id,
        taken_by=by.name, words=words, source=SOURCE, external_id=f"{attempt.id.hex}:{kind}",
        attempt_id=attempt.id, touch_id=touch_id, by=by, now=now,
    )  # fmt: skip


def _step(
    session: Session, subject: Subject, attempt: Attempt, reading: Reading, *, now: datetime
) -> None:
    """Say what becomes of the lead; one that a no or a person has closed stays closed.

    News of an earlier call than the last one can only close it.
    """
    lead = progress.lock_progress(session, subject.lead_id)
    if attempt.state != "withdrawn":
        lead.attempts = max(lead.attempts, attempt.ordinal)
    meaning = MEANINGS[reading.disposition]
    is_old_news = attempt.ordinal < lead.attempts
    if (lead.state == "closed" or is_old_news) and meaning.step != "closed":
        return
    lead.callback_at = None
    if meaning.step == "closed":
        _close(lead, meaning.closed_because or reading.disposition)
    elif meaning.step == "agent":
        _hand_over(lead)
    elif meaning.step == "callback":
        promised = reading.callback_at
        if promised is None or promised + CALLBACK_GRACE <= now:
            _hand_over(lead)
        else:
            _wait(lead, promised)
            lead.callback_at = promised
    else:
        _retry(session, lead, subject, reading)
    session.flush()


def _retry(session: Session, lead: LeadProgress, subject: Subject, reading: Reading) -> None:
    again_at = next_try(
        read_plan(subject.retry_plan),
        reading.disposition,
        times=attempts.count_outcomes(session, subject.lead_id, reading.disposition),
        attempts=lead.attempts,
        now=reading.at,
    )
    if again_at is None:
        _close(lead, "exhausted")
    else:
        _wait(lead, again_at)


def _close(lead: LeadProgress, because: str) -> None:
    lead.state, lead.closed_because = "closed", because
    lead.due_at = lead.not_before = None


def _hand_over(lead: LeadProgress) -> None:
    lead.state, lead.due_at, lead.not_before = "agent", None, None


def _wait(lead: LeadProgress, until: datetime) -> None:
    lead.state, lead.closed_because = "open", None
    lead.due_at = lead.not_before = until


def _count(session: Session, subject: Subject, before: Reading | None, after: Reading) -> None:
    """Count for the lead's source what is new: the difference to what was counted before."""
    if subject.lead_source is None:
        return
    was = MEANINGS[before.disposition] if before else None
    now = MEANINGS[after.disposition]
    conversations = now.is_conversation - (was.is_conversation if was else False)
    acceptances = now.is_acceptance - (was.is_acceptance if was else False)
    if conversations or acceptances:
        progress.count_for_source(
            session, subject.lead_source, conversations=conversations, acceptances=acceptances
        )
