"""Say a reason as a sentence that a called person understands, in English or Russian."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from guardrails.verdict import Reason, Value

Language = Literal["en", "ru"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ru")

MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
        "октября", "ноября", "декабря",
    ),
}  # fmt: skip
ROLLING: Final = re.compile(r"rolling\(PT?(\d+)([DH])\)")


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Read every sentence once."""
    file = resources.files("guardrails").joinpath("sentences.toml")
    return tomllib.loads(file.read_text("utf-8"))


def sentence(reason: Reason, language: Language, zone: str | None = None) -> str:
    """Say why a call may not be made now, and from when it may if that is known.

    Instants are read off the clock of `zone`, else given in UTC. The end is rounded up to the
    minute, so that nobody is promised a call too early.
    """
    entry = texts()[reason.code]
    kind = reason.values.get("kind")
    template: str = entry.get(kind, entry)[language] if isinstance(kind, str) else entry[language]
    said = {key: say(key, value, language, zone) for key, value in reason.values.items()}
    text = template.format_map(said)
    if reason.until is not None:
        until = say_instant(round_up(reason.until), language, zone)
        text += texts()["again"][language].format(until=until)
    return f"{text}."


def say(key: str, value: Value, language: Language, zone: str | None) -> str:
    """Say one value of a reason: a day, a share, a window, a word."""
    if isinstance(value, datetime):
        return say_day(value, language, zone)
    if isinstance(value, float):
        return f"{value * 100:.3g} %" if language == "ru" else f"{value * 100:.3g}%"
    if key == "window":
        return say_window(str(value), language)
    if key == "unit":
        said: str = texts()["units"][str(value)][language]
        return said
    return str(value)


def say_window(window: str, language: Language) -> str:
    """Say a window of counting; a calendar day is never called 24 hours."""
    words = texts()["windows"]
    rolling = ROLLING.fullmatch(window)
    if rolling is None:
        said: str = words[window][language]
        return said
    amount, unit = rolling.groups()
    return str(words["days" if unit == "D" else "hours"][language].format(amount=amount))


def say_day(at: datetime, language: Language, zone: str | None) -> str:
    """Say the day of an instant: 3 March 2026."""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    return f"{local.day} {MONTHS[language][local.month - 1]} {local.year}"


def say_instant(at: datetime, language: Language, zone: str | None) -> str:
    """Say an instant to the minute: 1 June 2026, 10:00."""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    clock = f"{local.hour:02d}:{local.minute:02d}"
    return f"{say_day(at, language, zone)}, {clock}" + ("" if zone else " UTC")


def round_up(at: datetime) -> datetime:
    """Give the first whole minute that is not before an instant."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
