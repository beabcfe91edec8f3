"""What goes wrong in the machine room: messages lost, repeated and late; processes that die.

Nothing here reaches into a use case. A process dies where it touches the outside - at a commit,
at a dial - because those are the places handed to it, and dying anywhere in between comes to
the same.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.services import Services
from orchestrator.telephony.base import Carrier, Dial

LATE_SECONDS_MAX = 300
# How long a message of a worker that died stays invisible before another one gets it.
COMES_AGAIN_AFTER = timedelta(seconds=90)


class Crash(Exception):
    """A process died at this point."""


@dataclass(slots=True)
class Death:
    """Decides at every point that is asked about whether the process dies there."""

    share: float
    chance: Random
    times: int = 0

    def may_come(self, at: str) -> None:
        """Die here, or go on."""
        if self.chance.random() < self.share:
            self.times += 1
            raise Crash(at)


@dataclass(frozen=True)
class MortalServices(Services):
    """Services of a process that may die before a commit, which undoes it, or right after."""

    may_die: Callable[[str], None]

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Do one thing whole or not at all, and perhaps nothing after it."""
        with self.sessions.begin() as session:
            yield session
            self.may_die("before the commit")
        self.may_die("after the commit")


class MortalCarrier:
    """A carrier whose caller may die between claim and dial, or before it hears the answer."""

    def __init__(self, carrier: Carrier, may_die: Callable[[str], None]) -> None:
        self.name = carrier.name
        self._carrier = carrier
        self._may_die = may_die
        self.asked: list[UUID] = []

    def dial(self, request: Dial) -> None:
        """Ring once, if the process lives to."""
        self._may_die("between claim and dial")
        self.asked.append(request.attempt_id)
        self._carrier.dial(request)
        self._may_die("after the dial")

    def cancel(self, attempt_id: UUID) -> bool:
        """Stop a call that still rings."""
        return self._carrier.cancel(attempt_id)


@dataclass(slots=True)
class Post:
    """A broker at its worst: keeps messages by the time at which they will arrive."""

    lose: float
    repeat: float
    late: float
    chance: Random
    lost: int = 0
    repeated: int = 0
    _messages: list[tuple[datetime, int, UUID]] = field(default_factory=list)
    _ordinals: Iterator[int] = field(default_factory=count)

    def send(self, attempt_ids: Sequence[UUID], *, now: datetime) -> None:
        """Take messages of one attempt each, and perhaps mistreat them."""
        for attempt_id in attempt_ids:
            is_lost = self.chance.random() < self.lose
            is_repeated = self.chance.random() < self.repeat
            self.lost += is_lost
            self.repeated += is_repeated
            for _ in range((not is_lost) + is_repeated):
                self._keep(attempt_id, now)

    def send_again(self, attempt_id: UUID, *, now: datetime) -> None:
        """Give a message back whose worker died."""
        self._put(now + COMES_AGAIN_AFTER, attempt_id)

    def arriving(self, now: datetime) -> Iterator[UUID]:
        """Give every message whose time has come, in order of arrival."""
        while self._messages and self._messages[0][0] <= now:
            yield heapq.heappop(self._messages)[2]

    @property
    def next_at(self) -> datetime | None:
        """Say when the next message arrives."""
        return self._messages[0][0] if self._messages else None

    def _keep(self, attempt_id: UUID, now: datetime) -> None:
        is_late = self.chance.random() < self.late
        seconds = self.chance.uniform(1, LATE_SECONDS_MAX) if is_late else 0
        self._put(now + timedelta(seconds=seconds), attempt_id)

    def _put(self, at: datetime, attempt_id: UUID) -> None:
        heapq.heappush(self._messages, (at, next(self._ordinals), attempt_id))
