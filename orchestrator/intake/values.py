"""Read one cell. What cannot be read raises `Unreadable`; what is not there is None."""

import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from orchestrator.intake.refused import Unreadable

Cell: TypeAlias = str | int | float | bool | datetime | date | time | Sequence["Cell"] | None

YES: Final = frozenset({"да", "yes", "y", "true", "1", "+", "есть", "согласен", "согласна", "on"})
NO: Final = frozenset(
    {"нет", "no", "n", "false", "0", "-", "отказ", "отозвано", "отказался", "отказалась", "off"}
)
SCORE: Final = re.compile(r"(\d*[.,]\d+|\d+[.,]?)\s*(%)?")
ISO: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
DOTTED: Final = re.compile(
    r"(\d{1,2})([./])(\d{1,2})\2(\d{4})(?:\s*г\.?)?(?:[,\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
OFFSET: Final = re.compile(r"(utc|gmt|мск|msk)?\s*([+-]\s*\d{1,2})(?::?00)?(?:\s*ч)?")
TEXT_LENGTH_MAX: Final = 4000
KEY_LENGTH_MAX: Final = 200
NAME_LENGTH_MAX: Final = 120
NAME_LETTERS_MIN: Final = 2
# A word of a name: letters, inner hyphens and apostrophes, an initial with its dot.
NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*\.?(?:[^\W\d_]\.)*")
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def text(cell: Cell, *, length_max: int = TEXT_LENGTH_MAX) -> str | None:
    """Read words: spaces joined, nothing for an empty cell."""
    words = " ".join((cell if isinstance(cell, str) else written(cell)).split())
    if len(words) > length_max:
        raise Unreadable(words)
    return words or None


def key(cell: Cell) -> str | None:
    """Read an id or a name that others are found by, so it is short."""
    return text(cell, length_max=KEY_LENGTH_MAX)


def written(cell: Cell) -> str:
    """Write a cell the way its sheet shows it; a whole number never gets decimals."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, Sequence):
        return "; ".join(written(item) for item in cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def score(cell: Cell) -> float | None:
    """Read a probability: `0.05`, `0,05` or `5%`. A bare 6 is not six per cent."""
    words = written(cell).strip()
    if not words:
        return None
    match = SCORE.fullmatch(words)
    if match is None:
        raise Unreadable(words)
    value = float(match[1].replace(",", "."))
    value = value / 100 if match[2] else value
    if not 0 <= value <= 1:
        raise Unreadable(words)
    return value


def level(cell: Cell) -> int | None:
    """Read a lead's level, 1 to 5."""
    words = written(cell).strip()
    if not words:
        return None
    if words not in {"1", "2", "3", "4", "5"}:
        raise Unreadable(words)
    return int(words)


def seconds(cell: Cell) -> int | None:
    """Read a length of talk: seconds, or `m:ss` or `h:mm:ss`."""
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    words = written(cell).strip()
    if not words:
        return None
    match = re.fullmatch(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})", words)
    if match is None:
        raise Unreadable(words)
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + int(match[3])


def yes_or_no(cell: Cell) -> bool | None:
    """Read a yes or a no, in English or Russian."""
    words = written(cell).strip().casefold()
    if not words:
        return None
    if words in YES:
        return True
    if words in NO:
        return False
    raise Unreadable(words)


def instant(
    cell: Cell, *, zone: tzinfo, month_first: bool = False, end_of_day: bool = False
) -> datetime | None:
    """Read a date or an instant; one without a zone is meant in `zone`, the file's own.

    `1/2/2026` is the first of February unless `month_first`. A date alone is its first
    instant, or with `end_of_day` its last second.
    """
    if isinstance(cell, datetime):
        local = cell
        has_time = True
    elif isinstance(cell, date):
        local = datetime.combine(cell, time())
        has_time = False
    else:
        words = written(cell).strip()
        if not words:
            return None
        local, has_time = _instant(words, month_first=month_first)
    if end_of_day and not has_time:
        local = local.replace(hour=23, minute=59, second=59)
    try:
        exact = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable(written(cell)) from None
    if exact < EARLIEST:
        raise Unreadable(written(cell))
    return exact


@lru_cache(maxsize=16_384)
def _instant(words: str, *, month_first: bool) -> tuple[datetime, bool]:
    offset = None
    if match := ISO.fullmatch(words):
        year, month, day = match[1], match[2], match[3]
        clock, offset = match.group(4, 5, 6), match[7]
    elif match := DOTTED.fullmatch(words):
        day, month, year = match[1], match[3], match[4]
        if month_first and match[2] == "/":
            day, month = month, day
        clock = match.group(5, 6, 7)
    else:
        raise Unreadable(words)
    try:
        hour, minute, second = (int(part or 0) for part in clock)
        # The file's zone is added by the caller.
        local = datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
        if offset:
            local = local.replace(tzinfo=datetime.strptime(offset, "%z").tzinfo)
    except ValueError:
        raise Unreadable(words) from None
    return local, clock[0] is not None


@lru_cache(maxsize=1024)
def time_zone(words: str) -> str | None:
    """Read a time zone: an IANA name, `UTC+5`, `МСК+2`."""
    words = words.strip()
    if not words:
        return None
    if words in available_timezones() and words != "Factory":
        return words
    if words.casefold() in {"мск", "msk"}:
        return "Europe/Moscow"
    match = OFFSET.fullmatch(words.casefold())
    if match is None:
        raise Unreadable(words)
    hours = int(match[2].replace(" ", "")) + (3 if match[1] in {"мск", "msk"} else 0)
    name = f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
    if name not in available_timezones():
        raise Unreadable(words)
    return name


def file_zone(name: str) -> tzinfo:
    """Give the zone in which a file writes its times."""
    return ZoneInfo(time_zone(name) or "Etc/UTC")


@lru_cache(maxsize=4096)
def language(words: str) -> str | None:
    """Read a language code, such as `ru` or `en`."""
    plain = words.strip().casefold()
    if not plain:
        return None
    code = {"русский": "ru", "russian": "ru", "английский": "en", "english": "en"}.get(plain, plain)
    match = re.fullmatch(r"([a-z]{2})(?:[-_][a-z]{2})?", code)
    if match is None:
        raise Unreadable(words)
    return match[1]


@lru_cache(maxsize=32_768)
def name(words: str | None) -> str | None:
    """Give the name in these words, or None when they are a placeholder or no name at all."""
    if not words or len(words) > NAME_LENGTH_MAX:
        return None
    parts = words.split()
    if not all(NAME_WORD.fullmatch(part) for part in parts):
        return None
    letters = sum(sign.isalpha() for sign in words)
    fillers = placeholders()
    plain = [part.strip(".").casefold().replace("ё", "е") for part in parts]
    if letters < NAME_LETTERS_MIN or all(part in fillers for part in plain):
        return None
    return words


@cache
def placeholders() -> frozenset[str]:
    """Load the words that stand where a name should be."""
    text_ = files("orchestrator.intake").joinpath("placeholders.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text_)["words"])


def days_ahead(moment: datetime, *, now: datetime) -> bool:
    """Say whether a moment lies in the future, clocks of other systems forgiven five minutes."""
    return moment > now + timedelta(minutes=5)
