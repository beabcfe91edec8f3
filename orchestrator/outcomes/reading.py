"""What the reports about one call amount to, whatever order and however often they came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from guardrails.facts import Reach
from orchestrator.dispositions import FURTHER, MEANINGS, of_cause, read
from orchestrator.tables import CarrierEvent
from orchestrator.telephony.base import Disposition

SEEN_FROM_HERE = ("takt", "person")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a call ended, how far it got, and when."""

    disposition: Disposition
    reach: Reach
    at: datetime
    talk_seconds: int = 0
    callback_at: datetime | None = None


def read_call(events: Iterable[CarrierEvent]) -> Reading | None:
    """Say how a call ended, or None while nobody reported an end.

    A pure function of the set of events. Of two ends the heavier one holds, so a no is never
    overwritten; a call that was picked up got at least that far, however it is said to have ended;
    one that rang although we believed it was never sent is a doubt.
    """
    known = list(events)
    was_answered = any(event.kind == "answered" for event in known)
    ends = [
        (MEANINGS[disposition].weight, event.at, event.event_id, disposition, event)
        for event in known
        if event.kind == "ended"
        for disposition in [end_of(event, was_answered=was_answered)]
    ]
    if not ends:
        return None
    *_, disposition, event = max(ends, key=lambda end: end[:3])
    if disposition == "not_sent" and any(event.kind != "ended" for event in known):
        return doubt(event.at)
    reach = MEANINGS[disposition].reach
    if was_answered and FURTHER[reach] < FURTHER["answered"]:
        reach = "answered"
    callback_at = event.body.get("callback_at")
    return Reading(
        disposition, reach, event.at, event.body.get("talk_seconds", 0),
        datetime.fromisoformat(callback_at) if callback_at else None,
    )  # fmt: skip


def is_same(one: Reading | None, other: Reading | None) -> bool:
    """Say whether two readings of a call amount to the same, whenever it ended exactly."""
    if one is None or other is None:
        return one is other
    return (one.disposition, one.reach, one.callback_at) == (
        other.disposition,
        other.reach,
        other.callback_at,
    )


def end_of(event: CarrierEvent, *, was_answered: bool) -> Disposition:
    """Name the disposition of a reported end; without a word the cause decides.

    Only we know that nothing left this machine. A carrier that took a call and then says it was
    never sent has failed to place it, as far as anybody can tell, and the attempt counts.
    """
    word = event.body.get("disposition")
    if word == "not_sent" and event.carrier not in SEEN_FROM_HERE:
        return "failed"
    if word is None:
        return of_cause(event.body.get("cause"), was_answered=was_answered)
    return read(word)


def doubt(at: datetime) -> Reading:
    """Give the reading of a call that nobody can say anything certain about."""
    return Reading("unknown", MEANINGS["unknown"].reach, at)
