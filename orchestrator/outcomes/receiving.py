"""Take in one report about a call: from a carrier, from our own dialling, from a person."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator import refusals
from orchestrator.audit import note
from orchestrator.dispositions import MEANINGS, meaning_of, of_cause, read
from orchestrator.errors import Conflict, NotFound
from orchestrator.outcomes import settling
from orchestrator.outcomes.reading import doubt, is_same, read_call
from orchestrator.services import SYSTEM, Actor, Services
from orchestrator.store import attempts, history
from orchestrator.store.attempts import Subject
from orchestrator.telephony.base import CarrierError, CarrierReport, Disposition, Failure

log = logging.getLogger(__name__)

Effect: TypeAlias = Literal["applied", "late", "repeated", "unknown_call"]

# What a carrier's own refusal to place a call amounts to.
OF_FAILURE: Final[dict[Failure, Disposition]] = {
    Failure.NOT_SENT: "not_sent",
    Failure.REJECTED: "unwanted",
}
BY_PERSON: Final = "person"


class NothingToResolve(Conflict):
    """Only a call in doubt is resolved by a person; a known end is corrected instead."""

    code = "call.nothing_to_resolve"


def receive(services: Services, report: CarrierReport) -> Effect:
    """Take in a report, once, whatever comes before, after or again.

    `applied` moved the call or told something new about its end; `late` changed nothing any
    more; `repeated` had been here; `unknown_call` names no call of ours and is kept all the same.
    """
    with services.transaction() as session:
        effect, to_cancel = hear(session, report, by=SYSTEM, now=services.clock.now())
    cancel(services, to_cancel)
    log.info(
        "carrier_event_received",
        extra={"attempt_id": report.attempt_id.hex, "kind": report.kind, "effect": effect},
    )
    return effect


def not_placed(services: Services, attempt_id: UUID, failure: Failure) -> None:
    """End, or doubt, a claimed call that the carrier did not take.

    A doubt only marks the call as unresolved: it may be ringing, and reports may still come.
    """
    now = services.clock.now()
    with services.transaction() as session:
        if failure is Failure.UNKNOWN:
            attempts.doubt_one(session, attempt_id)
            return
        report = CarrierReport(
            carrier="takt", event_id=f"{attempt_id.hex}:{failure}", attempt_id=attempt_id,
            kind="ended", at=now, disposition=OF_FAILURE[failure],
        )  # fmt: skip
        hear(session, report, by=SYSTEM, now=now)


def resolve(
    session: Session, attempt_id: UUID, disposition: str, *, by: Actor, now: datetime
) -> None:
    """Say how a call in doubt went, on a person's word; kept as evidence like a carrier's.

    Raises UnknownDisposition, NothingToResolve. A call that may ring is not cancelled by it.
    """
    word = read(disposition)
    subject = attempts.read_subject(session, attempt_id)
    if subject is None:
        raise NotFound("call", attempt_id)
    history.lock(session, history.company_of(session, [subject.person_id]))
    state = attempts.lock_attempt(session, attempt_id).state
    if state not in {"unresolved", "unknown"} or word in {"unknown", "not_sent"}:
        raise NothingToResolve(f"call {attempt_id.hex} is {state}", state=state)
    report = CarrierReport(
        carrier=BY_PERSON, event_id=f"{attempt_id.hex}:{word}", attempt_id=attempt_id,
        kind="ended", at=now, disposition=word,
    )  # fmt: skip
    hear(session, report, by=by, now=now)
    note(session, "call.resolved", f"call:{attempt_id.hex}", by=by, now=now, disposition=word)


def hear(
    session: Session, report: CarrierReport, *, by: Actor, now: datetime
) -> tuple[Effect, list[UUID]]:
    """Take in one report in this transaction; gives what it did and the calls to cancel.

    People are locked before the attempt, in ascending order. Ringing and answering touch only
    the attempt: they change nothing that deciding looks at.
    """
    event_id = attempts.add_event(session, _row(report, now))
    if event_id is None:
        return "repeated", []
    if report.kind in ("ringing", "answered") and attempts.advance(
        session, report.attempt_id, to=report.kind, at=report.at
    ):
        return "applied", []
    subject = attempts.read_subject(session, report.attempt_id)
    if subject is None:
        attempts.set_effect(session, event_id, "unknown_call")
        return "unknown_call", []
    if report.kind == "turn":
        return "applied", []
    is_news, to_cancel = _weigh(session, subject, event_id, report, by=by, now=now)
    if not is_news:
        attempts.set_effect(session, event_id, "late")
    return ("applied" if is_news else "late"), to_cancel


def _weigh(
    session: Session,
    subject: Subject,
    event_id: int,
    report: CarrierReport,
    *,
    by: Actor,
    now: datetime,
) -> tuple[bool, list[UUID]]:
    """Compare what was known of a call with what is known now, and settle the difference."""
    people = {subject.person_id}
    if _may_be_no(report):
        people = history.company_of(session, people)
    history.lock(session, people)
    attempt = attempts.lock_attempt(session, subject.attempt_id)
    events = attempts.events_of(session, subject.attempt_id)
    after = read_call(events)
    others = [event for event in events if event.id != event_id]
    before = read_call(others)
    if after is None and attempt.claimed_at is None:
        # Nobody of ours dialled, and yet it rang: never lose that.
        before, after = (doubt(report.at) if others else None), doubt(report.at)
    if after is None or is_same(before, after):
        return False, []
    settling.settle(
        session, subject, attempt, before=before, after=after, words=report.words, by=by, now=now
    )
    kind = MEANINGS[after.disposition].refusal
    if kind is None:
        return True, []
    return True, refusals.still_ringing(session, person_ids=[subject.person_id])


def _may_be_no(report: CarrierReport) -> bool:
    """Say whether a report may carry a no, which concerns everybody on the person's numbers."""
    if report.kind != "ended":
        return False
    word = report.disposition or of_cause(report.cause, was_answered=False)
    return meaning_of(word).refusal is not None


def _row(report: CarrierReport, now: datetime) -> dict[str, Any]:
    """Write a report down; the customer's words are kept with the refusal alone."""
    body = {
        "disposition": report.disposition, "cause": report.cause,
        "talk_seconds": report.talk_seconds,
        "callback_at": report.callback_at.isoformat() if report.callback_at else None,
    }  # fmt: skip
    return {
        "carrier": report.carrier, "event_id": report.event_id, "attempt_id": report.attempt_id,
        "kind": report.kind, "at": report.at, "received_at": now, "effect": "applied",
        "body": {key: value for key, value in body.items() if value is not None},
    }  # fmt: skip


def cancel(services: Services, attempt_ids: Iterable[UUID]) -> None:
    """Ask the carrier to stop calls that ring at somebody who has just said no.

    One it cannot reach is asked again by the sweep; the no itself was recorded before.
    """
    for attempt_id in attempt_ids:
        try:
            was_cancelled = services.carrier.cancel(attempt_id)
        except CarrierError:
            was_cancelled = False
        extra = {"attempt_id": attempt_id.hex, "cancelled": was_cancelled}
        log.info("call_cancel_asked", extra=extra)
