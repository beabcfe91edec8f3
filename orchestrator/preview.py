"""Before a launch: how many leads may be called, and why not the rest.

Every lead is judged as it would be if the campaign ran at the stated instant, by the same
functions that screen and admit. Nothing is written.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from guardrails import Reason
from guardrails.sentences import Language, sentence
from orchestrator import campaigns, policies, screening
from orchestrator.decisions import Judged
from orchestrator.services import Services
from orchestrator.store import campaigns as store

SAMPLE_MAX: Final = 5
CAVEAT: Final[dict[Language, str]] = {
    "en": (
        "As of the stated instant and with the facts known then. The calls the campaign itself"
        " makes are new facts: they fill caps, and change the answer for those who follow."
    ),
    "ru": (
        "На указанный момент и по известным тогда фактам. Звонки самой кампании — новые факты:"
        " они заполняют лимиты и меняют ответ для следующих."
    ),
}


@dataclass(slots=True)
class ReasonCount:
    """How many leads one reason keeps from being called, with a few of them to look at."""

    code: str
    example: Reason
    leads: int = 0
    sample: list[int] = field(default_factory=list)

    def says(self, language: Language) -> str:
        """Say the reason as it stands for the first of these leads."""
        return sentence(self.example, language)


@dataclass(slots=True)
class Preview:
    """What a launch would find. Each lead is counted once among the four, and in `first_*`."""

    campaign_id: int
    at: datetime
    policy_hash: str
    leads: int = 0
    clear_now: int = 0
    clear_later: int = 0  # Within the campaign's dates, if no fact changes.
    first_later_at: datetime | None = None
    not_callable: int = 0
    settled: int = 0  # Closed, or waiting for a person's decision.
    # Why leads that can only be called later, and leads that cannot, may not be called now: by
    # the reason that binds longest, and by every reason there is.
    first_of_later: list[ReasonCount] = field(default_factory=list)
    first_of_not: list[ReasonCount] = field(default_factory=list)
    every: list[ReasonCount] = field(default_factory=list)

    def says(self, language: Language) -> str:
        """Sum up in one sentence."""
        callable_ = self.clear_now + self.clear_later
        if language == "ru":
            return (
                f"Можно звонить {callable_} из {self.leads}: сейчас {self.clear_now},"
                f" позже {self.clear_later}. Нельзя: {self.not_callable}."
                f" Уже решено: {self.settled}."
            )
        return (
            f"{callable_} of {self.leads} may be called: {self.clear_now} now,"
            f" {self.clear_later} later; {self.not_callable} may not;"
            f" {self.settled} are settled already."
        )


class Tally:
    """Counts reasons by code, in the order of first sight; each lead once a code."""

    def __init__(self) -> None:
        self._counts: dict[str, ReasonCount] = {}

    def add(self, reason: Reason, lead_id: int) -> None:
        """Count one lead."""
        count = self._counts.setdefault(reason.code, ReasonCount(reason.code, reason))
        count.leads += 1
        if len(count.sample) < SAMPLE_MAX:
            count.sample.append(lead_id)

    def largest_first(self) -> list[ReasonCount]:
        """Give the counts, most leads first."""
        return sorted(self._counts.values(), key=lambda count: (-count.leads, count.code))


def preview(services: Services, campaign_id: int, *, at: datetime | None = None) -> Preview:
    """Judge every lead of a campaign as if it ran at an instant; now, when none is given."""
    with services.transaction() as session:
        return preview_in(session, services, campaign_id, at=at or services.clock.now())


def preview_in(session: Session, services: Services, campaign_id: int, *, at: datetime) -> Preview:
    """Judge every lead within a transaction that somebody else began."""
    ends_at = campaigns.get(session, campaign_id).ends_at
    seen = Preview(campaign_id, at, policies.in_force(session).hash)
    settled = store.settled_leads(session, campaign_id)
    later, never, every = Tally(), Tally(), Tally()
    for answer in screening.judged(
        session, campaign_id, settings=services.settings, now=at, as_if_running=True
    ):
        seen.leads += 1
        lead_id = answer.candidate.lead_id
        if lead_id in settled:
            seen.settled += 1
            continue
        for reason in {reason.code: reason for reason in answer.verdict.reasons}.values():
            every.add(reason, lead_id)
        clear_at = clear_from(answer, ends_at=ends_at)
        if not answer.verdict.reasons:
            seen.clear_now += 1
        elif clear_at is not None:
            seen.clear_later += 1
            seen.first_later_at = min(seen.first_later_at or clear_at, clear_at)
            later.add(first_binding(answer.verdict.reasons), lead_id)
        else:
            seen.not_callable += 1
            never.add(first_binding(answer.verdict.reasons), lead_id)
    seen.first_of_later = later.largest_first()
    seen.first_of_not = never.largest_first()
    seen.every = every.largest_first()
    return seen


def clear_from(answer: Judged, *, ends_at: datetime | None) -> datetime | None:
    """Give the first instant within the campaign's dates at which the call is clear, or None."""
    clear_at = answer.next_clear
    if clear_at is None or (ends_at is not None and clear_at >= ends_at):
        return None
    return clear_at


def first_binding(reasons: tuple[Reason, ...]) -> Reason:
    """Give the reason that binds longest: one without an end first, then the latest end.

    Among equals the order of the policy decides.
    """
    for reason in reasons:
        if reason.until is None:
            return reason
    return max(reasons, key=lambda reason: reason.until.timestamp() if reason.until else 0.0)
