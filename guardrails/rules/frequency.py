"""Nobody is called too often: caps over number, person, offer, topic, campaign and purpose.

Six codes share one body. A cap counts touches that got at least so far (`unit`) inside a named
window, and may lock for a while once it is full.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property

from guardrails.facts import CHANNELS, REACHES, UNITS, Case, Touch
from guardrails.guardrail import Guardrail, choice, choices, limit
from guardrails.verdict import Reason, Value
from guardrails.window import Window, read_window

ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Cap(Guardrail):
    """At most so many touches in a window. Each kind of frequency guardrail says of what."""

    unit: str = choice("attempt", of=UNITS, says="how far a touch must have got to count")
    channels: tuple[str, ...] = choices(
        ("call",), of=CHANNELS, stricter="more", says="the channels that count"
    )
    max: int = limit(unit="touches", between=(1, 1000), stricter="lower", says="how many at most")
    window: Window = choice(read=read_window, says="in which window they count")
    lock_hours: int = limit(
        0, unit="hours", between=(0, 8760), stricter="higher",
        says="how long to wait after the touch that filled the cap, however the window frees",
    )  # fmt: skip
    inbound: bool = choice(
        False,  # noqa: FBT003 - a default, not an argument
        stricter="true", says="contacts the person began count too",
    )  # fmt: skip
    waivable: bool = choice(
        False,  # noqa: FBT003
        stricter="false", says="a call at the time the person asked for passes",
    )  # fmt: skip
    jurisdiction: str | None = choice(
        None, optional=True, says="the region whose people it protects; none is everywhere"
    )

    @cached_property
    def counted(self) -> frozenset[tuple[str, str]]:
        """Say which pairs of channel and reach count."""
        return frozenset(
            (channel, reach)
            for channel in CHANNELS
            for reach in REACHES
            if channel in self.channels
            and self.unit in Touch(ANY_TIME, channel=channel, reach=reach).units
        )

    @cached_property
    def values(self) -> dict[str, Value]:
        """Give what the sentence of an objection is filled with."""
        return {"max": self.max, "unit": self.unit, "window": self.window.document}

    @cached_property
    def lock(self) -> timedelta:
        """Give the time to wait after the cap was filled."""
        return timedelta(hours=self.lock_hours)

    @cached_property
    def reach_back(self) -> timedelta | None:
        """Give how far back a touch can still matter; None for ever."""
        return None if self.window.span is None else self.window.span + self.lock

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Say whether a touch counts against this cap's subject; a doubt says yes."""
        raise NotImplementedError

    def check(self, case: Case) -> Reason | None:
        """Object until the touch that fills the cap counts no more and no lock holds."""
        touches, reach_back = case.touches, self.reach_back
        if len(touches) < self.max:
            return None
        # Oldest first: when the touch that could fill the cap is too old, so are all before it.
        if reach_back is not None and touches[-self.max].at <= case.now - reach_back:
            return None
        if self.jurisdiction is not None and not may_be_in(case, self.jurisdiction):
            return None
        ats = self.counting(case)
        if len(ats) < self.max:
            return None
        held, until = self.full_until(case, ats)
        if not held:
            return None
        asked_at = case.lead.callback_at if self.waivable else None
        if asked_at is not None:
            if case.is_requested:
                return None
            if case.now < asked_at and (until is None or asked_at < until):
                until = asked_at
        return Reason(self.code, until, self.values)

    def counting(self, case: Case) -> list[datetime]:
        """Give when the touches that count were made, latest first."""
        reach_back = self.reach_back
        since = None if reach_back is None else case.now - reach_back
        enough = self.max if not self.lock_hours else len(case.touches)
        ats: list[datetime] = []
        for touch in reversed(case.touches):
            if since is not None and touch.at <= since:
                break
            if (
                (touch.channel, touch.reach) in self.counted
                and (touch.outbound or self.inbound)
                and self.is_about(touch, case)
            ):
                ats.append(touch.at)
                if len(ats) == enough:
                    break
        return ats

    def full_until(self, case: Case, ats: list[datetime]) -> tuple[bool, datetime | None]:
        """Say whether the cap holds now, and until when; None is for ever."""
        evidence = case.person.zones
        until = self.window.counts_until(ats[self.max - 1], evidence)
        if until is None:
            return True, None
        if self.lock_hours:
            # A touch fills the cap when the one `max - 1` before it still counted at its instant.
            for filling, first in zip(ats, ats[self.max - 1 :], strict=False):
                counted_until = self.window.counts_until(first, evidence)
                if counted_until is not None and filling < counted_until:
                    until = max(until, filling + self.lock)
                    break
        return case.now < until, until


def may_be_in(case: Case, region: str) -> bool:
    """Say whether the person may be in a region; `US` holds `US-FL`, and may be it."""
    if not case.jurisdictions:
        return True
    return any(
        place.region in (region, "ZZ")
        or place.region.startswith(f"{region}-")
        or region.startswith(f"{place.region}-")
        for place in case.jurisdictions
    )


class FrequencyNumber(Cap, code="frequency.number"):
    """Do not contact one number too often, whoever of those who share it was meant."""

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Count touches of the number to be dialled, and those of unknown number."""
        return touch.number is None or touch.number == case.number.id


class FrequencyPerson(Cap, code="frequency.person"):
    """Do not contact one person too often, on all their numbers and for all campaigns together."""

    def is_about(self, touch: Touch, case: Case) -> bool:  # noqa: ARG002 - all of them are
        """Count every touch of the person and of those who share the number."""
        return True


class FrequencyOffer(Cap, code="frequency.offer"):
    """Do not bring the same offer to one person too often."""

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Count touches for this offer, and those for an unknown one."""
        return touch.offer is None or touch.offer == case.campaign.offer


class FrequencyTopic(Cap, code="frequency.topic"):
    """Do not bring the same topic to one person too often, under whatever offer."""

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Count touches for this topic, and those for an unknown one."""
        return touch.topic is None or touch.topic == case.campaign.topic


class FrequencyCampaign(Cap, code="frequency.campaign"):
    """Do not contact one person too often within one campaign."""

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Count touches of this campaign; those of other systems belong to none of ours."""
        return touch.campaign == case.campaign.id


class FrequencyPurpose(Cap, code="frequency.purpose"):
    """Do not contact one person too often for one purpose, such as marketing or collection."""

    def is_about(self, touch: Touch, case: Case) -> bool:
        """Count touches of this purpose, and those of an unknown one."""
        return touch.purpose is None or touch.purpose == case.campaign.purpose
