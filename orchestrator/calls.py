"""The last look, the claim and the dial: at most one ring, whatever happens in between.

A message names attempts. It may come twice, late or never: only a reserved attempt can be
claimed, and claiming it is what makes it ours.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator import ground, outcomes
from orchestrator.decisions import Judged, is_clear, judge, record
from orchestrator.services import SYSTEM, Services
from orchestrator.store import facts, history, leads, reservations
from orchestrator.store.ground import Ground
from orchestrator.store.reservations import Reserved
from orchestrator.telephony.base import CarrierError, Dial

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the attempts a message named."""

    dialled: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]


# Why an attempt is given up without a last look.
NUMBER_LOST = "number.unlinked"
CALLBACK_MISSED = "callback.missed"


@dataclass(frozen=True, slots=True)
class Looked:
    """A reserved attempt with its last look."""

    attempt: Reserved
    answer: Judged
    decision_id: int


def place(services: Services, attempt_ids: Sequence[UUID], *, agent: str | None = None) -> Placed:
    """Take the last look at reserved attempts, claim the clear ones, and dial each once."""
    with services.transaction() as session:
        dials, withdrawn = claim(session, services, attempt_ids, agent=agent)
    # The claims are committed before the first packet leaves: a crash from here on loses a
    # call and never places one twice.
    for request in dials:
        dial(services, request)
    return Placed(tuple(request.attempt_id for request in dials), tuple(withdrawn))


def claim(
    session: Session, services: Services, attempt_ids: Sequence[UUID], *, agent: str | None = None
) -> tuple[list[Dial], list[UUID]]:
    """Look again at what was reserved; in this transaction claim what is clear, withdraw the rest.

    People are locked in ascending order before their facts are read, so a refusal is either in
    those facts or comes after the claim and cancels the call.
    """
    now = services.clock.now()
    history.lock(session, reservations.company_of(session, attempt_ids))
    locked = reservations.lock_reserved(session, attempt_ids, now=now, agent=agent)
    dials: list[Dial] = []
    withdrawn: list[UUID] = []
    for campaign_id, group in groupby(locked, key=lambda attempt: attempt.campaign_id):
        shared = ground.survey(session, campaign_id, settings=services.settings, now=now)
        looked, lost = look(session, shared, list(group), now=now)
        clear = [entry for entry in looked if is_clear(entry.answer)]
        claimed = set(
            reservations.claim(
                session,
                [(entry.attempt.attempt_id, entry.decision_id) for entry in clear],
                now=now,
            )
        )
        dials += [
            request_of(entry, shared) for entry in clear if entry.attempt.attempt_id in claimed
        ]
        refused = [entry for entry in looked if not is_clear(entry.answer)]
        withdrawn += withdraw(session, refused, now=now)
        withdrawn += reservations.withdraw(
            session, [(attempt.attempt_id, None, why) for attempt, why in lost], now=now
        )
    return dials, withdrawn


def look(
    session: Session, shared: Ground, attempts: Sequence[Reserved], *, now: datetime
) -> tuple[list[Looked], list[tuple[Reserved, str]]]:
    """Decide and record each attempt on the very number it was reserved for, leaving itself out.

    The second list holds attempts whose person no longer has that number, or asked for a time
    that was missed meanwhile: such a lead goes to a person, never to the dialer.
    """
    gathered = facts.gather(
        session,
        shared,
        [attempt.lead_id for attempt in attempts],
        now=now,
        leaving_out=[attempt.attempt_id for attempt in attempts],
    )
    answers: list[Judged] = []
    kept: list[Reserved] = []
    lost: list[tuple[Reserved, str]] = []
    for attempt, candidates in zip(attempts, gathered, strict=True):
        same = [candidate for candidate in candidates if candidate.number_id == attempt.number_id]
        if same and attempt.is_requested and not same[0].case.is_requested:
            lost.append((attempt, CALLBACK_MISSED))
        elif same:
            kept.append(attempt)
            answers.append(judge(same, shared.policy))
        else:
            lost.append((attempt, NUMBER_LOST))
    decision_ids = record(
        session,
        shared,
        answers,
        moment="last_look",
        by=SYSTEM.name,
        attempt_ids=[attempt.attempt_id for attempt in kept],
    )
    return [Looked(*entry) for entry in zip(kept, answers, decision_ids, strict=True)], lost


def withdraw(session: Session, refused: Sequence[Looked], *, now: datetime) -> list[UUID]:
    """Give up reservations whose last look was not clear, and say when their leads are due."""
    leads.write_due(
        session,
        [
            leads.Due(
                entry.attempt.lead_id, entry.answer.due_at, entry.answer.key, entry.decision_id
            )
            for entry in refused
        ],
        now=now,
    )
    return reservations.withdraw(
        session,
        [
            (entry.attempt.attempt_id, entry.decision_id, entry.answer.verdict.codes[0])
            for entry in refused
        ],
        now=now,
    )


def request_of(entry: Looked, shared: Ground) -> Dial:
    """Say to the carrier whom to ring."""
    candidate, attempt = entry.answer.candidate, entry.attempt
    return Dial(
        attempt.attempt_id,
        candidate.e164,
        shared.caller_id,
        shared.campaign.ring_seconds_max,
        candidate.language or shared.language,
        shared.offer_code,
        f"{candidate.e164}:{attempt.campaign_id}:{attempt.ordinal}",
    )


def dial(services: Services, request: Dial) -> None:
    """Dial a claimed attempt once; what went wrong is an outcome, never a second dial."""
    try:
        services.carrier.dial(request)
    except CarrierError as error:
        log.warning(
            "dial_failed",
            extra={"attempt_id": request.attempt_id.hex, "failure": error.failure.value},
        )
        outcomes.not_placed(services, request.attempt_id, error.failure)
