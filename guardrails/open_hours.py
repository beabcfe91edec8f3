"""When the phone may ring: opening times a weekday and holiday, and the instants they make.

The opening instants of two years are worked out once for each set of zones and kept, so that a
decision is a search in a sorted list.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from guardrails.facts import Calendar, ZoneEvidence
from guardrails.zones import DAY, UNIX_EPOCH, candidate_zones, stretches

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
HOLIDAY = 7
SEARCH = timedelta(days=400)
TIMES = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")

Span = tuple[int, int]  # Half open, in seconds.


@dataclass(frozen=True)
class OpenHours:
    """The opening times of each weekday and of holidays, half open, in seconds of local time."""

    days: tuple[tuple[Span, ...], ...]  # As in DAYS.

    @cached_property
    def _hash(self) -> int:
        return hash(self.days)

    def __hash__(self) -> int:
        """Hash once: the days never change and every decision asks."""
        return self._hash

    @property
    def document(self) -> dict[str, list[str]]:
        """Write the opening times as they are read."""
        return {
            day: [f"{write_time(start)}-{write_time(end)}" for start, end in spans]
            for day, spans in zip(DAYS, self.days, strict=True)
        }

    def is_within(self, other: "OpenHours") -> bool:
        """Say whether these hours are open only when the others are too."""
        return all(
            any(start >= wider[0] and end <= wider[1] for wider in theirs)
            for ours, theirs in zip(self.days, other.days, strict=True)
            for start, end in ours
        )


class Openings(NamedTuple):
    """The instants at which a call may start: from each `starts` until its `ends`."""

    starts: "array[float]"
    ends: "array[float]"

    def opens_at(self, now: datetime) -> datetime | None:
        """Give `now` when a call may start now, else the next instant it may; None if never."""
        instant = now.timestamp()
        following = bisect_right(self.starts, instant)
        if following and instant < self.ends[following - 1]:
            return now
        if following == len(self.starts):
            return None
        opens = datetime.fromtimestamp(self.starts[following], UTC)
        return opens if opens <= now + SEARCH else None


def read_hours(value: object) -> OpenHours:
    """Read `{mon-fri = ["09:00-20:00"], holiday = []}`; a day not named is closed.

    Raises ValueError for an unknown day, a day named twice, or times that cannot be read.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"`{value}` is not a table of days")  # noqa: TRY004 - as every reader
    spans: dict[str, tuple[Span, ...]] = {}
    for name, times in value.items():
        if not isinstance(times, list | tuple):
            raise ValueError(f"`{times}` is not a list of times")  # noqa: TRY004 - likewise
        for day in named_days(name):
            if day in spans:
                raise ValueError(f"`{day}` is named twice")
            spans[day] = tuple(join(read_times(time) for time in times))
    return OpenHours(tuple(spans.get(day, ()) for day in DAYS))


def named_days(name: str) -> Iterable[str]:
    """Give the days of `sat`, `holiday` or `mon-fri`; raises ValueError."""
    first, dash, last = name.partition("-")
    ends = (first, last if dash else first)
    if not all(day in DAYS for day in ends) or (dash and "holiday" in ends):
        raise ValueError(f"`{name}` is no day: use {', '.join(DAYS)} or mon-fri")
    begin, end = (DAYS.index(day) for day in ends)
    if begin > end:
        raise ValueError(f"`{name}` runs backwards")
    return DAYS[begin : end + 1]


def read_times(value: object) -> Span:
    """Read `09:00-20:00`; raises ValueError. A day ends at 24:00."""
    match = TIMES.fullmatch(value) if isinstance(value, str) else None
    if match:
        hours, minutes, hours_end, minutes_end = map(int, match.groups())
        span = (hours * 3600 + minutes * 60, hours_end * 3600 + minutes_end * 60)
        if span[0] < span[1] <= DAY:
            return span
    raise ValueError(f"`{value}` is no time of day such as 09:00-20:00")


def write_time(seconds: int) -> str:
    """Write seconds of a day as hours and minutes."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def join(spans: Iterable[Span]) -> list[Span]:
    """Sort spans and make one of those that touch or overlap."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def both(left: list[Span], right: list[Span]) -> list[Span]:
    """Give the spans open in both lists."""
    shared: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            shared.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return shared


@lru_cache(maxsize=16_384)
def openings_for(
    hours: OpenHours,
    evidence: tuple[ZoneEvidence, ...],
    calendars: tuple[Calendar, ...],
    ring_seconds: int,
    year: int,
) -> Openings | None:
    """Give when a call to this person may start; None when their zone cannot be told."""
    zones = candidate_zones(evidence)
    return None if zones is None else openings(hours, zones, calendars, ring_seconds, year)


@lru_cache(maxsize=1024)
def openings(
    hours: OpenHours,
    zones: tuple[str, ...],
    calendars: tuple[Calendar, ...],
    ring_seconds: int,
    year: int,
) -> Openings:
    """Work out when a call may start in all zones at once, for any instant of a UTC year.

    A call may start from the opening until so long before the closing that it has stopped ringing
    by then. Zones that keep the same clock are worked out once.
    """
    start = (datetime(year, 1, 1, tzinfo=UTC).toordinal() - UNIX_EPOCH - 3) * DAY
    end = start + 800 * DAY
    holidays = frozenset(
        date.toordinal() - UNIX_EPOCH
        for calendar in calendars
        for date in calendar.holidays
        if date <= calendar.horizon
    )
    spans: list[Span] = [(start, end)]
    for clock in {stretches(zone, start, end) for zone in zones}:
        local = [
            (max(part.start, opens - part.offset), min(part.end, closes - part.offset))
            for part in clock
            for opens, closes in local_spans(hours, holidays, part.start + part.offset,
                                             part.end + part.offset)
        ]  # fmt: skip
        spans = both(spans, join(span for span in local if span[0] < span[1]))
    long_enough = [(opens, closes - ring_seconds) for opens, closes in spans]
    allowed = [span for span in long_enough if span[0] < span[1]]
    return Openings(
        array("d", (opens for opens, _ in allowed)), array("d", (closes for _, closes in allowed))
    )


def local_spans(hours: OpenHours, holidays: frozenset[int], start: int, end: int) -> Iterable[Span]:
    """Give the opening spans of the local days between two readings of a local clock."""
    for day in range(start // DAY, (end - 1) // DAY + 1):
        kind = HOLIDAY if day in holidays else (day + 3) % 7
        for opens, closes in hours.days[kind]:
            yield day * DAY + opens, day * DAY + closes
