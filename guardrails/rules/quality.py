"""Only leads good enough to be worth a stranger's time are called."""

from datetime import timedelta
from functools import lru_cache
from math import sqrt
from typing import Final

from guardrails.facts import Case
from guardrails.guardrail import Guardrail, limit
from guardrails.verdict import Reason

LEVELS: Final = (1, 2, 3, 4, 5)
LEVEL_WITH_SIGNAL: Final = 4
# What a campaign must be able to show for each lead before it may call itself category 1 or 2.
LEVEL_OF_CATEGORY: Final = {1: 5, 2: 3}
Z_95: Final = 1.959963984540054
FLOOR: Final = 0.05


class QualityScore(Guardrail, code="quality.score"):
    """Do not call somebody who will hardly accept.

    The score is the calibrated probability that this person accepts this offer. A lead without
    one is judged by its level and by how its source did; with neither it is not called.
    """

    floor: float = limit(
        FLOOR, unit="probability", between=(0, 1), stricter="higher", says="the least score"
    )

    def check(self, case: Case) -> Reason | None:
        """Object to a score under the floor, and to a lead nothing is known of."""
        lead = case.lead
        score = lead.score
        if score is None:
            is_observed = lead.source is not None and lead.source.conversations > 0
            if lead.level is not None or is_observed:
                return None
            return Reason(self.code, values={"kind": "unknown", "floor": self.floor})
        if self.floor <= score <= 1:
            return None
        return Reason(self.code, values={"score": score, "floor": self.floor})


class QualityLevel(Guardrail, code="quality.level"):
    """Do not call leads of a lower level than this, or than the campaign's category promises.

    1 is a bought or scraped list, 2 a partner's list, 3 an own customer without a signal, 4 a
    dated signal of the person's own interest, 5 their own request. A category 1 campaign needs
    level 5 of every lead, a category 2 campaign level 3; there is no other category to declare.
    """

    level_min: int = limit(
        3, unit="level", between=(1, 5), stricter="higher", says="the least level"
    )

    def check(self, case: Case) -> Reason | None:
        """Object to a level under the stricter of both minimums."""
        level, category = case.lead.level, case.campaign.category
        if category is None:
            if level is None:
                return None  # Judged by its score or source; quality.score sees that it is.
            needed = self.level_min
        elif category in LEVEL_OF_CATEGORY:
            needed = max(self.level_min, LEVEL_OF_CATEGORY[category])
        else:
            return Reason(self.code, values={"kind": "category"})
        if level in LEVELS and level >= needed:
            return None
        return Reason(self.code, values={"level_min": needed})


class QualityStale(Guardrail, code="quality.stale"):
    """Do not call upon a signal of interest that is missing or old.

    A level 4 lead rests on a dated signal of the person's own interest; without one, or with one
    that is older than the limit, it is no lead of that level.
    """

    age_max_days: int = limit(
        180, unit="days", between=(1, 3650), stricter="lower", says="how old the signal may be"
    )

    def check(self, case: Case) -> Reason | None:
        """Object to a level 4 lead without a signal younger than the limit."""
        lead = case.lead
        if lead.level != LEVEL_WITH_SIGNAL:
            return None
        if lead.signal_at is None:
            return Reason(self.code, values={"kind": "missing"})
        if case.now - lead.signal_at < timedelta(days=self.age_max_days):
            return None
        return Reason(self.code, values={"age_max_days": self.age_max_days})


class QualitySource(Guardrail, code="quality.source"):
    """Do not call leads of a source that has shown not to be worth it.

    A source is judged as a whole by its conversations: even the hopeful end of what its rate of
    acceptance may be (Wilson's 95 % interval) lies under the floor.
    """

    floor: float = limit(
        FLOOR, unit="probability", between=(0, 1), stricter="higher",
        says="the least rate of acceptance the source may have",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object when the source's rate is surely under the floor."""
        source = case.lead.source
        if source is None or source.conversations <= 0:
            return None
        hopeful = wilson_upper(source.acceptances, source.conversations)
        if hopeful >= self.floor:
            return None
        return Reason(self.code, values={"rate_max": hopeful, "floor": self.floor})


@lru_cache(maxsize=4096)
def wilson_upper(successes: int, trials: int) -> float:
    """Give the upper end of Wilson's 95 % interval for a rate; raises ValueError beyond 1."""
    rate = successes / trials
    spread = Z_95 * sqrt(rate * (1 - rate) / trials + Z_95**2 / (4 * trials**2))
    return (rate + Z_95**2 / (2 * trials) + spread) / (1 + Z_95**2 / trials)
