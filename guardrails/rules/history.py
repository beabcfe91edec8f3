"""What happened with this person before is considered before they are called again."""

from datetime import datetime, timedelta

from guardrails.facts import CHANNELS, Case
from guardrails.guardrail import Guardrail, choice, choices, limit
from guardrails.verdict import Reason


class HistoryOwned(Guardrail, code="history.owned"):
    """Do not offer what the person already has."""

    def check(self, case: Case) -> Reason | None:
        """Object while the person owns the campaign's product."""
        product = case.campaign.product
        return Reason(self.code) if product is not None and product in case.person.owned else None


class HistoryOpenCase(Guardrail, code="history.open_case"):
    """Do not sell to somebody whose complaint, claim or repair is still open."""

    def check(self, case: Case) -> Reason | None:
        """Object while a case of the person is open."""
        return None if case.person.open_case is None else Reason(self.code)


class HistoryRecentTouch(Guardrail, code="history.recent_touch"):
    """Leave some time after any contact, in whatever channel and whoever began it."""

    rest_hours: int = limit(
        24, unit="hours", between=(1, 8760), stricter="higher", says="how long to wait"
    )
    channels: tuple[str, ...] = choices(
        CHANNELS, of=CHANNELS, stricter="more", says="the channels that count"
    )
    inbound: bool = choice(
        True,  # noqa: FBT003 - a default, not an argument
        stricter="true", says="contacts the person began count too",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object until the latest contact is long enough ago."""
        for touch in reversed(case.touches):
            if touch.channel in self.channels and (touch.outbound or self.inbound):
                until = touch.at + timedelta(hours=self.rest_hours)
                if case.now >= until:
                    return None
                return Reason(self.code, until, {"rest_hours": self.rest_hours})
        return None


class HistoryTalkTime(Guardrail, code="history.talk_time"):
    """Do not take more of a person's time than this, however few calls it took."""

    minutes_max: int = limit(
        30, unit="minutes", between=(1, 1440), stricter="lower", says="how much talk at most"
    )
    within_days: int = limit(
        30, unit="days", between=(1, 366), stricter="higher", says="within which span"
    )

    def check(self, case: Case) -> Reason | None:
        """Object until enough of the time we took lies far enough back."""
        span, seconds = timedelta(days=self.within_days), 0
        full_since: datetime | None = None
        for touch in reversed(case.touches):
            if touch.outbound and case.now < touch.at + span:
                seconds += touch.talk_seconds
                if seconds >= self.minutes_max * 60:
                    full_since = touch.at
                    break
        if full_since is None:
            return None
        values = {"minutes_max": self.minutes_max, "within_days": self.within_days}
        return Reason(self.code, full_since + span, values)
