"""End what nobody reports about any more: lost messages, silent calls, missed callbacks."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from guardrails.facts import CALLBACK_GRACE
from orchestrator.outcomes.reading import doubt
from orchestrator.outcomes.receiving import cancel
from orchestrator.outcomes.settling import settle
from orchestrator.services import SYSTEM, Services
from orchestrator.store import attempts, history, progress

log = logging.getLogger(__name__)

BATCH: Final = 200
RESEND_AFTER: Final = timedelta(seconds=20)
# Between the latest instant at which a call should have ended and doubting that we were told.
REPORT_GRACE: Final = timedelta(minutes=1)
# After ring limit and longest call, before a doubt ends as `unknown`.
DOUBT_LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How much one sweep found."""

    expired: int
    doubted: int
    unknown: int
    missed_callbacks: int
    cancelled: int


def reconcile(services: Services) -> Reconciled:
    """Sweep once: a bounded number of each kind, in transactions of their own.

    Several processes may sweep at the same time; each row is taken by one of them.
    """
    now = services.clock.now()
    talk = timedelta(seconds=services.settings.talk_seconds_max)
    with services.transaction() as session:
        leads = attempts.withdraw_expired(session, now=now, limit=BATCH)
        progress.due_again(session, leads, now=now)
    with services.transaction() as session:
        doubted = attempts.doubt_silent(
            session, now=now, grace=REPORT_GRACE, talk=talk, limit=BATCH
        )
    longest = talk + DOUBT_LASTS
    with services.transaction() as session:
        over = attempts.over_for_certain(session, now=now, longest=longest, limit=BATCH)
    unknown = sum(_end_as_unknown(services, attempt_id, now=now) for attempt_id in over)
    with services.transaction() as session:
        missed = progress.hand_over_missed_callbacks(
            session, promised_before=now - CALLBACK_GRACE, limit=BATCH
        )
    with services.transaction() as session:
        ringing = attempts.ringing_at_suppressed(session, limit=BATCH)
    cancel(services, ringing)
    found = Reconciled(len(leads), len(doubted), unknown, len(missed), len(ringing))
    if found != Reconciled(0, 0, 0, 0, 0):
        log.info(
            "reconciled",
            extra={"expired": found.expired, "doubted": found.doubted, "unknown": found.unknown},
        )
    return found


def to_resend(session: Session, now: datetime, *, rate: float = 1.0) -> list[UUID]:
    """Name reservations whose message to the workers may be lost.

    Messages travel in real time: under a clock that is `rate` times as fast, a message is given
    that much more of the clock's time before it is believed lost.
    """
    return attempts.unsent(session, now=now, older_than=RESEND_AFTER * rate, limit=BATCH)


def _end_as_unknown(services: Services, attempt_id: UUID, *, now: datetime) -> bool:
    """End one call nobody can say anything about; it counts as a conversation."""
    with services.transaction() as session:
        subject = attempts.read_subject(session, attempt_id)
        if subject is None:
            return False
        history.lock(session, [subject.person_id])
        attempt = attempts.lock_attempt(session, attempt_id)
        if attempt.state not in attempts.IN_FLIGHT:
            return False  # Somebody reported its end, or swept it, a moment ago.
        after = doubt(now)
        settle(session, subject, attempt, before=None, after=after, words=None, by=SYSTEM, now=now)
        return True
