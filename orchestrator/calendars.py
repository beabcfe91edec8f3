"""The non-working days of a place, from the `holidays` package and an officer's corrections.

A working Saturday that a government moved stays a Saturday here: its weekend hours are the
stricter ones. Days that governments move by yearly decree are known only so far ahead; the
calendar's `horizon` says how far.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from guardrails.facts import Calendar

DAYS_BACK = 40
DAYS_AHEAD = 430
NO_OVERRIDES: Mapping[date, bool] = {}
# Where the country's own list lacks holidays that hold in most of it, all its parts are asked.
ASKED_BY_PARTS = {"GB": ("ENG", "SCT", "WLS", "NIR")}
CALENDARS_KEPT = 512


class Calendars:
    """Calendars by region; the same question gives the same object, so others may cache by it."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, date, frozenset[tuple[date, bool]]], Calendar] = {}

    def for_region(
        self, region: str, overrides: Mapping[date, bool] = NO_OVERRIDES, *, today: date
    ) -> Calendar:
        """Give the calendar of a region (`RU`, `US-FL`) from 40 days ago to 430 days ahead.

        A place without a calendar gets one without holidays whose horizon is today, so that
        nobody takes silence for knowledge.
        """
        key = (region, today, frozenset(overrides.items()))
        calendar = self._made.get(key)
        if calendar is None:
            if len(self._made) >= CALENDARS_KEPT:
                self._made.clear()
            calendar = self._made[key] = _make(region, overrides, today)
        return calendar


def _make(region: str, overrides: Mapping[date, bool], today: date) -> Calendar:
    """Make one calendar: the published days in range, then what officers declared."""
    start, end = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    days: set[date] = set()
    horizon: date | None = end
    for year in range(start.year, end.year + 1):
        published = _published(region, year)
        if published is None:
            horizon = None
            break
        days |= published
    if horizon is not None:
        decreed = _last_decreed_year(region)
        horizon = end if decreed is None else min(end, date(decreed, 12, 31))
    days |= {day for day, is_holiday in overrides.items() if is_holiday}
    days -= {day for day, is_holiday in overrides.items() if not is_holiday}
    inside = frozenset(day for day in days if start <= day <= end)
    return Calendar(region, inside, today if horizon is None else horizon)


@lru_cache(maxsize=2048)
def _published(region: str, year: int) -> frozenset[date] | None:
    """Give the holidays of one year as published, or None when the package has no such country.

    A part of a country keeps the country's days even where it does not observe them: more days
    of silence, never fewer.
    """
    # Importing the package takes a while, and only processes that judge need it.
    import holidays  # noqa: PLC0415

    country, _, part = region.partition("-")
    parts: tuple[str | None, ...] = (
        None,
        *ASKED_BY_PARTS.get(country, ()),
        *([part] if part else []),
    )
    days: set[date] = set()
    for subdivision in parts:
        try:
            days |= set(holidays.country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            if subdivision is None:
                return None
            # A part the package does not know keeps at least the country's days.
    return frozenset(days)


@lru_cache(maxsize=256)
def _last_decreed_year(region: str) -> int | None:
    """Give the last year whose moved days are known, or None where no days are moved by decree."""
    import holidays  # noqa: PLC0415

    country = holidays.country_holidays(region.partition("-")[0])
    if not country.has_substituted_holidays:
        return None
    return max(getattr(country, "special_public_holidays", {}), default=None)
