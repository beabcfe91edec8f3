"""Where on the clock a person may be: candidate time zones, and the instants their days begin.

Pure time-zone arithmetic in whole seconds since 1970. Nothing here knows what now is.
"""

from bisect import bisect_right
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from guardrails.facts import ZoneEvidence, ZoneSource

DAY = 86_400
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()

# Better evidence first.
RANKS: dict[ZoneSource, int] = {"declared": 0, "address": 1, "registry": 2, "prefix": 3}

# Where a person of unknown zone may be: every whole hour, 12 behind Greenwich to 14 ahead.
# The names are POSIX ones, whose sign is the other way round.
EVERYWHERE = tuple(f"Etc/GMT{hours:+d}" for hours in range(12, -15, -1))

# Readable names that say only that the zone is not known.
NOWHERE = frozenset(("Factory", "localtime", "posixrules"))

# A winter and a summer the time-zone data has no entry of its own for: there a zone shows what the
# rules now in force make of it.
AS_NOW_RULED = tuple(int(datetime(2037, month, 15, tzinfo=UTC).timestamp()) for month in (1, 7))

PeriodUnit = Literal["day", "week", "month"]


class Stretch(NamedTuple):
    """A stretch of time in which a zone keeps one distance from UTC."""

    start: int
    end: int
    offset: int


@lru_cache(maxsize=4096)
def read_zone(name: str) -> ZoneInfo | None:
    """Give the zone of this name, or None when nobody can say what it means."""
    if name in NOWHERE:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=16_384)
def candidate_zones(evidence: tuple[ZoneEvidence, ...]) -> tuple[str, ...] | None:
    """Give every zone the person may be in, or None when that cannot be said.

    What the person declared stands alone. Otherwise the best evidence counts, and any lesser one
    that disagrees with it counts too, because either may be right. Two agree when they share a
    zone, under whichever of its names: Saratov and Samara show the same time. One unreadable name
    among them makes the whole unknown: it never falls back to lesser evidence.
    """
    telling = sorted((item for item in evidence if item.zones), key=lambda one: RANKS[one.source])
    if not telling:
        return None
    best = {zone for item in telling if item.source == telling[0].source for zone in item.zones}
    zones = set(best)
    if telling[0].source != "declared":
        times = {time_kept(zone) for zone in best}
        for item in telling:
            if times.isdisjoint(time_kept(zone) for zone in item.zones):
                zones.update(item.zones)
    if any(read_zone(zone) is None for zone in zones):
        return None
    return tuple(sorted(zones))


@lru_cache(maxsize=4096)
def time_kept(name: str) -> tuple[int, ...] | str:
    """Identify the time a zone shows by the rules now known; an unreadable name is its own."""
    if read_zone(name) is None:
        return name
    return tuple(offset_at(name, instant) for instant in AS_NOW_RULED)


@lru_cache(maxsize=8192)
def stretches(name: str, start: int, end: int) -> tuple[Stretch, ...]:
    """Cut the time between two instants wherever the zone's clock is put forward or back."""
    found: list[Stretch] = []
    since, offset = start, offset_at(name, start)
    for tomorrow in range(start + DAY, end + DAY, DAY):
        until = min(tomorrow, end)
        if offset_at(name, until) == offset:
            continue
        same, other = until - DAY, until
        while other - same > 1:
            middle = (same + other) // 2
            if offset_at(name, middle) == offset:
                same = middle
            else:
                other = middle
        found.append(Stretch(since, other, offset))
        since, offset = other, offset_at(name, other)
    found.append(Stretch(since, end, offset))
    return tuple(found)


def offset_at(name: str, instant: int) -> int:
    """Give how many seconds a readable zone's clock is ahead of UTC at an instant."""
    ahead = datetime.fromtimestamp(instant, ZoneInfo(name)).utcoffset()
    return 0 if ahead is None else ahead.days * DAY + ahead.seconds


def period_end(at: datetime, unit: PeriodUnit, evidence: tuple[ZoneEvidence, ...]) -> datetime:
    """Give the instant by which the calendar period that holds `at` has ended in every zone.

    The zones are those the person may be in; when that cannot be said, it is everywhere. Weeks
    begin on Monday. A period ends where the next local date begins, which is not always midnight:
    some clocks go forward at midnight.
    """
    turns, ends = period_ends(unit, evidence, at.year)
    return ends[bisect_right(turns, at.timestamp())]


@lru_cache(maxsize=16_384)
def period_ends(
    unit: PeriodUnit, evidence: tuple[ZoneEvidence, ...], year: int
) -> tuple[list[float], list[datetime]]:
    """List, for one UTC year, when periods end in any zone, and when then all have ended."""
    return ends_in_all(unit, candidate_zones(evidence) or EVERYWHERE, year)


@lru_cache(maxsize=4096)
def ends_in_all(
    unit: PeriodUnit, zones: tuple[str, ...], year: int
) -> tuple[list[float], list[datetime]]:
    """Do the same for a set of zones."""
    boundaries = [period_starts(unit, zone, year) for zone in zones]
    last = min(starts[-1] for starts in boundaries)
    turns = sorted({turn for starts in boundaries for turn in starts if turn < last})
    # From one turn until the next the answer is one and the same.
    ends = [max(starts[0] for starts in boundaries)]
    ends += [max(starts[bisect_right(starts, turn)] for starts in boundaries) for turn in turns]
    return [float(turn) for turn in turns], [datetime.fromtimestamp(end, UTC) for end in ends]


@lru_cache(maxsize=4096)
def period_starts(unit: PeriodUnit, name: str, year: int) -> list[int]:
    """List when the zone's calendar periods begin, from before a UTC year until after it."""
    start = (datetime(year, 1, 1, tzinfo=UTC).toordinal() - UNIX_EPOCH - 3) * DAY
    parts = stretches(name, start, start + 440 * DAY)
    starts: list[int] = []
    seen = (parts[0].start + parts[0].offset) // DAY
    for part in parts:
        for day in range(seen + 1, (part.end + part.offset - 1) // DAY + 1):
            seen = day
            if begins(unit, day):
                starts.append(max(part.start, day * DAY - part.offset))
    return starts


def begins(unit: PeriodUnit, day: int) -> bool:
    """Say whether a period of this kind begins with this day since 1970."""
    if unit == "week":
        return (day + 3) % 7 == 0  # 1 January 1970 was a Thursday.
    return unit == "day" or datetime.fromordinal(day + UNIX_EPOCH).day == 1
