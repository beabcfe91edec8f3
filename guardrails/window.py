"""The window in which touches are counted: rolling, calendar or ever, always named."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from guardrails.facts import ZoneEvidence
from guardrails.zones import PeriodUnit, period_end

FORM = re.compile(r"(?:rolling\((P\d{1,6}D|PT\d{1,6}H)\)|calendar\((day|week|month)\)|(ever))")
# A calendar period is never longer than this in any zone, clock changes included.
LONGEST: Final[dict[PeriodUnit, timedelta]] = {
    "day": timedelta(days=3), "week": timedelta(days=9), "month": timedelta(days=33),
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """How long a touch counts: `rolling(PT24H)`, `calendar(week)` or `ever`."""

    kind: Literal["rolling", "calendar", "ever"]
    span: timedelta | None = None  # How far back a touch can still count; None for ever.
    unit: PeriodUnit | None = None
    document: str = ""

    def counts_until(self, at: datetime, evidence: tuple[ZoneEvidence, ...]) -> datetime | None:
        """Give the first instant at which a touch of this instant counts no more, or None.

        A rolling window is elapsed time. A calendar one follows the clocks of all zones the
        person may be in: the touch counts until its period has ended in every one of them.
        """
        if self.unit is not None:
            return period_end(at, self.unit, evidence)
        return None if self.span is None else at + self.span


def read_window(value: object) -> Window:
    """Read a window from its written form; raises ValueError."""
    match = FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None or not isinstance(value, str):
        raise ValueError(
            f"`{value}` is none of rolling(P30D), rolling(PT24H), calendar(day|week|month), ever"
        )
    duration, word, ever = match.groups()
    if ever:
        return Window("ever", document=value)
    if word:
        unit = cast("PeriodUnit", word)
        return Window("calendar", LONGEST[unit], unit, value)
    amount = int(duration.strip("PTDH"))
    span = timedelta(hours=amount) if duration.endswith("H") else timedelta(days=amount)
    if not timedelta(0) < span <= timedelta(days=3660):
        raise ValueError(f"`{value}` is not between one hour and ten years")
    return Window("rolling", span, None, value)
