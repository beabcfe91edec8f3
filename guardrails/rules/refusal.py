"""A no is heard, counted and remembered: the rungs of the refusal ladder."""

from datetime import datetime, timedelta
from functools import cached_property

from guardrails.facts import PURPOSES, Case
from guardrails.guardrail import Guardrail, choice, choices, limit
from guardrails.ladder import (
    KINDS,
    NOES,
    SCOPES,
    is_final,
    is_to_offer,
    is_to_topic,
    latest_of_many,
)
from guardrails.verdict import Reason, Value


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

    def check(self, case: Case) -> Reason | None:
        """Object until the latest matching refusal has rested long enough."""
        for refusal in reversed(case.refusals):
            if refusal.kind not in self.kinds:
                continue
            if self.scope == "offer" and not is_to_offer(refusal, case.campaign):
                continue
            if self.scope == "topic" and not is_to_topic(refusal, case.campaign):
                continue
            values: dict[str, Value] = {"refused_at": refusal.at, "kind": self.scope}
            return rest(self.code, case.now, refusal.at, rest_days=self.rest_days, values=values)
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
        filled_at = latest_of_many(noes, self.times, self.within)
        if filled_at is None:
            return None
        values: dict[str, Value] = {"times": self.times, "refused_at": filled_at}
        return rest(self.code, case.now, filled_at, rest_days=self.rest_days, values=values)


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
        filled_at = latest_of_many(noes, self.times, self.within)
        if filled_at is None:
            return None
        values: dict[str, Value] = {"times": self.times, "refused_at": filled_at}
        return rest(self.code, case.now, filled_at, rest_days=self.rest_days, values=values)


def rest(
    code: str,
    now: datetime,
    since: datetime,
    *,
    rest_days: int | None,
    values: dict[str, Value],
) -> Reason | None:
    """Object until a rest of so many days is over; without a number, for good."""
    if rest_days is None:
        return Reason(code, values=values)
    until = since + timedelta(days=rest_days)
    return Reason(code, until, values) if now < until else None
