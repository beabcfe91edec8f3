"""When to try a lead again after a call that settled nothing: a plan per outcome, as data.

A plan only proposes; whatever it says, the guardrails are asked again before every call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from orchestrator.dispositions import MEANINGS
from orchestrator.errors import Invalid

HOURS_MIN: Final = 0.05
HOURS_MAX: Final = 24.0 * 90
PAUSES_MAX: Final = 10
ATTEMPTS_MIN: Final = 1
ATTEMPTS_MAX: Final = 20

# Outcomes after which trying again makes sense; the others settle the lead or need a person.
RETRIED: Final = tuple(word for word, meaning in MEANINGS.items() if meaning.step == "retry")


class BadRetryPlan(Invalid):
    """A retry plan names an outcome that is not retried, or a pause or count out of bounds."""

    code = "campaign.bad_retry_plan"


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """Pauses after the first, second … time a lead's call had an outcome, and calls at most."""

    pauses_hours: Mapping[str, tuple[float, ...]]
    attempts_max: int

    @property
    def document(self) -> dict[str, Any]:
        """Give the plan as the plain data it could be read from again."""
        pauses = {outcome: list(hours) for outcome, hours in self.pauses_hours.items()}
        return {"attempts_max": self.attempts_max, "pauses_hours": pauses}


DEFAULT: Final = RetryPlan(
    pauses_hours={
        "not_sent": (0.25, 0.25, 1, 4),
        "failed": (0.25, 4, 24),
        "cancelled": (1, 24),
        "busy": (0.5, 4, 24),
        "no_answer": (24, 72, 168),
        "silent": (24,),
        "machine": (48, 96),
        "voicemail_left": (72,),
        "declined": (168,),
        "undecided": (720,),
    },
    attempts_max=4,
)


def read_plan(document: Mapping[str, Any]) -> RetryPlan:
    """Read a campaign's own plan over the default one; an empty document is the default.

    Outcomes it does not name keep the default pauses; an empty list means no second try.
    Raises BadRetryPlan.
    """
    unknown = sorted(set(document) - {"attempts_max", "pauses_hours"})
    if unknown:
        message = f"`{unknown[0]}` is no part of a retry plan; it has `attempts_max` and"
        raise BadRetryPlan(f"{message} `pauses_hours`", field=unknown[0])
    attempts_max = document.get("attempts_max", DEFAULT.attempts_max)
    if type(attempts_max) is not int or not ATTEMPTS_MIN <= attempts_max <= ATTEMPTS_MAX:
        message = f"`{attempts_max}` is not a whole number from {ATTEMPTS_MIN} to {ATTEMPTS_MAX}"
        raise BadRetryPlan(message, field="attempts_max")
    given = document.get("pauses_hours", {})
    if not isinstance(given, Mapping):
        raise BadRetryPlan("pauses are a list of hours for each outcome", field="pauses_hours")
    own = {outcome: _read_pauses(outcome, pauses) for outcome, pauses in given.items()}
    return RetryPlan({**DEFAULT.pauses_hours, **own}, attempts_max)


def _read_pauses(outcome: str, pauses: object) -> tuple[float, ...]:
    """Check the pauses of one outcome; raises BadRetryPlan."""
    field = f"pauses_hours.{outcome}"
    if outcome not in RETRIED:
        known = ", ".join(RETRIED)
        raise BadRetryPlan(f"`{outcome}` is never retried; these are: {known}", field=field)
    if not isinstance(pauses, list | tuple) or len(pauses) > PAUSES_MAX:
        raise BadRetryPlan(f"at most {PAUSES_MAX} pauses, as a list of hours", field=field)
    for pause in pauses:
        is_number = isinstance(pause, int | float) and not isinstance(pause, bool)
        if not is_number or not HOURS_MIN <= pause <= HOURS_MAX:
            message = f"`{pause}` is not a pause from {HOURS_MIN} to {HOURS_MAX:g} hours"
            raise BadRetryPlan(message, field=field)
    return tuple(float(pause) for pause in pauses)


def next_try(
    plan: RetryPlan, outcome: str, *, times: int, attempts: int, now: datetime
) -> datetime | None:
    """Give the instant before which the lead rests, or None when there is no further try.

    `times` counts how often this lead's calls had this outcome, the present one included;
    `attempts` counts all calls placed for this lead. A call that never left this machine used up
    nothing of the lead, so its last pause is repeated however long the carrier is away.
    """
    pauses = plan.pauses_hours.get(outcome, ())
    if outcome == "not_sent":
        times = min(times, len(pauses))
    if not pauses or times > len(pauses) or attempts >= plan.attempts_max:
        return None
    return now + timedelta(hours=pauses[times - 1])
