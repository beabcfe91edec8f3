"""A carrier that rings nobody: simulated people behind a network that can misbehave by seed.

It keeps what it saw (`simulated_call`, a row for every dial, even a second one of the same call)
and what it will report (`simulated_event`) in the database, so that it outlives any process.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from orchestrator.clock import Clock
from orchestrator.config import Settings
from orchestrator.errors import TaktError
from orchestrator.outcomes.receiving import cancel, hear
from orchestrator.services import SYSTEM, Services
from orchestrator.store import network
from orchestrator.tables import SimulatedEvent
from orchestrator.telephony.base import CarrierError, CarrierReport, Dial, EventKind, Failure
from orchestrator.telephony.people import Scene, Temper, chance, play

log = logging.getLogger(__name__)

NAME = "simulated"
QUARTER_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong on the way to the person, as shares from 0 to 1 of all dials."""

    not_sent: float = 0  # The carrier cannot be reached; nothing rings.
    rejected: float = 0  # The network refuses the number; nothing rings.
    unknown: float = 0  # No answer to our request: every second one rings all the same.


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """How the network reports: shares of events lost and doubled, and the longest delay."""

    lose: float = 0
    repeat: float = 0
    delay_seconds_max: float = 0


class SimulatedCarrier:
    """Rings simulated people; what they do hangs on the seed and on `Dial.seed` alone."""

    name = NAME

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        clock: Clock,
        seed: int = 1,
        temper: Temper | None = None,
        faults: Faults | None = None,
        misbehaviour: Misbehaviour | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._seed = seed
        self._temper = temper or Temper()
        self._faults = faults or Faults()
        self._misbehaviour = misbehaviour or Misbehaviour()

    @classmethod
    def from_settings(
        cls, settings: Settings, *, sessions: sessionmaker[Session], clock: Clock
    ) -> "SimulatedCarrier":
        """Make the carrier an installation is set to."""
        misbehaviour = Misbehaviour(
            lose=settings.simulated_lose,
            repeat=settings.simulated_repeat,
            delay_seconds_max=settings.simulated_delay_seconds_max,
        )
        return cls(
            sessions=sessions, clock=clock, seed=settings.simulated_seed, misbehaviour=misbehaviour
        )

    def dial(self, request: Dial) -> None:
        """Let it ring, in a transaction of its own: the packet leaves whatever the caller does.

        Raises CarrierError as `Faults` ask for.
        """
        roll = chance("fault", self._seed, request.seed)
        mark = roll.random()
        faults = self._faults
        if mark < faults.not_sent:
            raise CarrierError(Failure.NOT_SENT, "carrier unreachable")
        if mark < faults.not_sent + faults.rejected:
            raise CarrierError(Failure.REJECTED, "number refused by the network")
        is_doubtful = mark < faults.not_sent + faults.rejected + faults.unknown
        if not (is_doubtful and roll.random() < 0.5):  # noqa: PLR2004 - every second one
            self._ring(request)
        if is_doubtful:
            raise CarrierError(Failure.UNKNOWN, "no answer to our request")

    def cancel(self, attempt_id: UUID) -> bool:
        """Stop a call that still rings; one that was answered or has ended goes on."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            if not network.cancel(session, attempt_id, now=now):
                return False
            ended = SimulatedEvent(
                event_id=f"{attempt_id.hex}:cancelled", attempt_id=attempt_id, kind="ended",
                at=now, deliver_at=now, body={"disposition": "cancelled"},
            )  # fmt: skip
            session.add(ended)
        return True

    def _ring(self, request: Dial) -> None:
        """Write down the call and everything the network is going to say about it."""
        now = self._clock.now()
        scene = play(
            self._seed, request.seed, language=request.language,
            ring_seconds_max=request.ring_seconds_max, temper=self._temper,
        )  # fmt: skip
        with self._sessions.begin() as session:
            network.add_call(session, request.attempt_id, e164=request.e164, at=now)
            session.add_all(self._reports(request, scene, now))

    def _reports(self, request: Dial, scene: Scene, now: datetime) -> Iterator[SimulatedEvent]:
        """Turn a scene into events: some lost, some doubled, some late."""
        roll = chance("network", self._seed, request.seed)
        bad = self._misbehaviour
        for position, (kind, after, body) in enumerate(_timeline(scene, now)):
            at = now + timedelta(seconds=after)
            is_lost, is_doubled = roll.random() < bad.lose, roll.random() < bad.repeat
            for _ in range(0 if is_lost else 2 if is_doubled else 1):
                late = timedelta(seconds=roll.uniform(0, bad.delay_seconds_max))
                yield SimulatedEvent(
                    event_id=f"{request.attempt_id.hex}:{position}",
                    attempt_id=request.attempt_id, kind=kind, at=at, deliver_at=at + late,
                    body=body,
                )  # fmt: skip


def _timeline(scene: Scene, now: datetime) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """Give what happens, after how many seconds, and what is said about it."""
    if scene.ringing_at is not None:
        yield "ringing", scene.ringing_at, {}
    if scene.answered_at is not None:
        yield "answered", scene.answered_at, {}
    body: dict[str, Any] = {"disposition": scene.disposition, "talk_seconds": scene.talk_seconds}
    if scene.words is not None:
        body["words"] = scene.words
    if scene.cause is not None:
        body["cause"] = scene.cause
    if scene.callback_hours is not None:
        asked = now + timedelta(seconds=scene.ended_at, hours=scene.callback_hours)
        # People name a quarter of an hour, not a second.
        over = timedelta(seconds=asked.timestamp() % QUARTER_SECONDS)
        body["callback_at"] = (asked - over + timedelta(seconds=QUARTER_SECONDS)).isoformat()
    yield "ended", scene.ended_at, body


def report_of(event: SimulatedEvent) -> CarrierReport:
    """Read a stored event as the report a real carrier would send."""
    body = event.body
    callback_at = body.get("callback_at")
    return CarrierReport(
        carrier=NAME, event_id=event.event_id, attempt_id=event.attempt_id,
        kind=cast("EventKind", event.kind),
        at=event.at, disposition=body.get("disposition"),
        talk_seconds=body.get("talk_seconds", 0), words=body.get("words"),
        callback_at=datetime.fromisoformat(callback_at) if callback_at else None,
        cause=body.get("cause"),
    )  # fmt: skip


def deliver_due(services: Services, *, limit: int = 500) -> int:
    """Deliver reports whose time has come, oldest first; gives how many were delivered.

    Each is received and marked in one transaction, so one that could not be received comes again
    next time. Several processes may deliver at once: each report is taken by one of them.
    """
    now = services.clock.now()
    with services.transaction() as session:
        due = network.due_events(session, now=now, limit=limit)
    delivered = 0
    for event_id in due:
        try:
            delivered += _deliver(services, event_id, now=now)
        except (TaktError, OperationalError) as error:
            extra = {"event_id": event_id, "error": type(error).__name__}
            log.warning("simulated_event_not_received", extra=extra)
    return delivered


def _deliver(services: Services, event_id: int, *, now: datetime) -> bool:
    """Deliver one report unless somebody else is at it."""
    with services.transaction() as session:
        event = network.take_event(session, event_id, now=now)
        if event is None:
            return False
        _, to_cancel = hear(session, report_of(event), by=SYSTEM, now=now)
    cancel(services, to_cancel)
    return True
