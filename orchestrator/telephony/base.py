"""What Takt asks of whoever really dials, and what it hears back.

A carrier is told to dial once, with an id that is ours (`Dial.attempt_id`), and reports later
with events that name this id. Reports may come twice, late, out of order or never.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

EventKind = Literal["ringing", "answered", "ended", "turn"]

# How a call ended, as a carrier or an agent says it. Which of them are noes is in `dispositions`.
Disposition = Literal[
    "no_answer",
    "busy",
    "declined",
    "failed",
    "not_sent",
    "cancelled",
    "machine",
    "voicemail_left",
    "silent",
    "accepted",
    "refused",
    "refused_calls",
    "do_not_call",
    "complaint",
    "callback",
    "wrong_person",
    "undecided",
    "unwanted",
    "unknown",
]


class Failure(StrEnum):
    """Why a call was not placed, by what may be done next."""

    NOT_SENT = "not_sent"  # Nothing left this machine. Safe to try again.
    UNKNOWN = "unknown"  # It may be ringing. Never dial again on our own.
    REJECTED = "rejected"  # The network says this number is not to be called.


class CarrierError(Exception):
    """The carrier did not take the call; `failure` says what may be done next."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(detail or failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Dial:
    """One request to ring one number once."""

    attempt_id: UUID
    e164: str
    caller_id: str | None
    ring_seconds_max: int
    language: str
    offer: str
    seed: str  # What a simulated person's behaviour hangs on; real carriers ignore it.


@dataclass(frozen=True, slots=True)
class CarrierReport:
    """Something that happened to a call, as a carrier tells it.

    `ended` carries a disposition and, where known, talk seconds, the customer's words, the
    language, and the time a callback was asked for.
    """

    carrier: str
    event_id: str
    attempt_id: UUID
    kind: EventKind
    at: datetime
    disposition: Disposition | None = None
    talk_seconds: int = 0
    words: str | None = None
    callback_at: datetime | None = None
    cause: int | None = None  # SIP status where there is one.


class Carrier(Protocol):
    """Rings telephones."""

    name: str

    def dial(self, request: Dial) -> None:
        """Ring once. Raises CarrierError when it could not, or is not known to have."""
        ...

    def cancel(self, attempt_id: UUID) -> bool:
        """Stop a call that still rings; says whether the carrier can and did."""
        ...
