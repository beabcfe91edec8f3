"""A no is heard, counted and remembered: the rungs of the refusal ladder."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from guardrails.facts import PURPOSES, Campaign, Case, Refusal
from guardrails.guardrail import Guardrail, choice, choices, limit
from guardrails.ladder import HITS, KINDS, NOES, SCOPES, is_final, is_to_topic, latest_of_many
from guardrails.verdict import Reason


class RefusalFinal(Guardrail, code="refusal.final"):
    """Never call a person who said not to be called.

    "Do not call", removal from the list, a refusal through the operator and a complaint end every
    call of every campaign and purpose to the person and all their numbers, for good.
    """

    def check(self, case: Case) -> Reason | None:
        """Object when any standing refusal is final."""
        for refusal in case.refusals:
            if is_final(refusal):
                return Reason(self.code, values={"refused_at": refusal.at})
        return None


class RefusalCooldown(Guardrail, code="refusal.cooldown"):
    """Let the offer, its topic or everything rest after a no.

    The rest is elapsed time from the latest such no, so asking again in spite of it only makes
    the wait longer. A no that names no offer counts against every offer.
    """

    kinds: tuple[str, ...] = choices(NOES, of=KINDS, stricter="more", says="which refusals count")
    scope: str = choice("offer", of=SCOPES, says="what rests")
    rest_days: int | None = limit(
        None, unit="days", between=(1, 3650), stricter="higher", optional=True,
        says="how long it rests; none is for good",
    )  # fmt: skip

    @cached_property
    def rest(self) -> timedelta | None:
        """Give the rest as elapsed time."""
        return None if self.rest_days is None else timedelta(days=self.rest_days)

    @cached_property
    def hits(self) -> Callable[[Refusal, Campaign], bool]:
        """Give what says whether a no is to what this guardrail lets rest."""
        return HITS[self.scope]

    def check(self, case: Case) -> Reason | None:
        """Object until the latest matching refusal has rested long enough."""
        for refusal in reversed(case.refusals):
            if refusal.kind in self.kinds and self.hits(refusal, case.campaign):
                until = None if self.rest is None else refusal.at + self.rest
                if until is not None and case.now >= until:
                    return None
                return Reason(self.code, until, {"refused_at": refusal.at, "kind": self.scope})
        return None


class RefusalTopic(Guardrail, code="refusal.topic"):
    """Drop a topic that was refused several times within a span.

    Noes to the offer and to any other offer of its topic count together, so a renamed offer
    escapes none of them. Once the number is reached the topic rests from that no on, also after
    the span has passed.
    """

    times: int = limit(2, unit="refusals", between=(1, 10), stricter="lower", says="how many noes")
    within_days: int = limit(
        365, unit="days", between=(1, 3650), stricter="higher", says="within which span"
    )
    rest_days: int | None = limit(
        None, unit="days", between=(1, 3650), stricter="higher", optional=True,
        says="how long the topic rests; none is for good",
    )  # fmt: skip
    kinds: tuple[str, ...] = choices(NOES, of=KINDS, stricter="more", says="which refusals count")

    @cached_property
    def within(self) -> timedelta:
        """Give the span as elapsed time."""
        return timedelta(days=self.within_days)

    def check(self, case: Case) -> Reason | None:
        """Object once enough noes to this topic came close enough together."""
        if len(case.refusals) < self.times:
            return None
        noes = (
            refusal.at
            for refusal in case.refusals
            if refusal.kind in self.kinds and is_to_topic(refusal, case.campaign)
        )
        return rest_from(latest_of_many(noes, self.times, self.within), self, case.now)


class RefusalRepeat(Guardrail, code="refusal.repeat"):
    """Let all calls of a purpose rest for somebody who keeps refusing.

    Every refusal counts here, of whatever offer, also a call pressed away.
    """

    times: int = limit(3, unit="refusals", between=(1, 20), stricter="lower", says="how many noes")
    within_days: int = limit(
        365, unit="days", between=(1, 3650), stricter="higher", says="within which span"
    )
    rest_days: int | None = limit(
        None, unit="days", between=(1, 3650), stricter="higher", optional=True,
        says="how long everything rests; none is for good",
    )  # fmt: skip
    kinds: tuple[str, ...] = choices(KINDS, of=KINDS, stricter="more", says="which refusals count")
    purposes: tuple[str, ...] = choices(
        ("marketing",), of=PURPOSES, stricter="more", says="the purposes that rest"
    )

    @cached_property
    def within(self) -> timedelta:
        """Give the span as elapsed time."""
        return timedelta(days=self.within_days)

    def check(self, case: Case) -> Reason | None:
        """Object once enough refusals of anything came close enough together."""
        if len(case.refusals) < self.times or case.campaign.purpose not in self.purposes:
            return None
        noes = (refusal.at for refusal in case.refusals if refusal.kind in self.kinds)
        return rest_from(latest_of_many(noes, self.times, self.within), self, case.now)


def rest_from(
    filled_at: datetime | None, rule: RefusalTopic | RefusalRepeat, now: datetime
) -> Reason | None:
    """Object until the rest after the no that made the number full is over; or for good."""
    if filled_at is None:
        return None
    until = None if rule.rest_days is None else filled_at + timedelta(days=rule.rest_days)
    if until is not None and now >= until:
        return None
    return Reason(rule.code, until, {"times": rule.times, "refused_at": filled_at})
