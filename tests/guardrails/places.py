"""The oracle's part on where a person may be; it knows nothing of the rules it judges."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from guardrails.facts import Case


def zone(name: str) -> ZoneInfo | None:
    try:
        return None if name in ("Factory", "localtime", "posixrules") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def shown(name: str) -> object:
    """Two names of one time are no disagreement: both solstices of a year far ahead tell."""
    place = zone(name)
    days = [datetime(2037, month, 15, tzinfo=UTC) for month in (1, 7)]
    return name if place is None else tuple(day.astimezone(place).utcoffset() for day in days)


def zones(case: Case) -> list[ZoneInfo] | None:
    """Give every zone the person may be in; None when one cannot be read or none is known."""
    said = [one for one in case.person.zones if one.zones]
    for source in ("declared", "address", "registry", "prefix"):
        best = [name for one in said if one.source == source for name in one.zones]
        if best:
            break
    else:
        return None
    names = set(best)
    if source != "declared":
        for one in said:
            if not {shown(name) for name in one.zones} & {shown(name) for name in best}:
                names |= set(one.zones)
    read = [zone(name) for name in sorted(names)]
    return None if None in read else read
