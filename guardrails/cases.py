"""The cases a pack carries: short documents that show what each of its guardrails does.

A case says what differs from one clear call (`CLEAR` below): a marketing call on Tuesday 3 March
2026 at 12:00 in Moscow, to Egor, who agreed to it, for a reason of his own. Instants are written
as "3 days ago", "in 5 minutes" or as local Moscow time, "2026-03-08 12:00".

    [[cases]]
    says = "a no rests the offer for ninety days"
    given = { refusals = [{ kind = "soft", at = "89 days ago", offer = 1 }] }
    expect = ["refusal.cooldown"]
    until = "in 1 day"
"""

import dataclasses
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from guardrails.engine import decide
from guardrails.facts import (
    Calendar,
    Campaign,
    Case,
    Consent,
    Jurisdiction,
    Lead,
    Number,
    Person,
    Refusal,
    Registry,
    Source,
    Touch,
    ZoneEvidence,
)
from guardrails.policy import Pack, Policy

PLACE: Final = ZoneInfo("Europe/Moscow")
NOON: Final = datetime(2026, 3, 3, 9, tzinfo=UTC)
AWAY: Final = re.compile(r"(in )?(\d+) (second|minute|hour|day)s?( ago)?")
CLEAR: Final = Case(
    NOON,
    Campaign(
        id=1, state="running", purpose="marketing", offer=1, topic=1, script_accepted=True,
        company="Ромашка", leads=100,
    ),
    Lead(
        score=0.06, level=4, signal_at=NOON - timedelta(days=10),
        reason="You looked at flats here", reason_facts=1,
    ),
    Person(
        name="Егор", zones=(ZoneEvidence("address", ("Europe/Moscow",)),),
        consents=(Consent(given=True, at=NOON - timedelta(days=100), evidence=True),),
    ),
    Number(id=1),
    jurisdictions=(Jurisdiction("RU", "house.default"),),
)  # fmt: skip
# Lists in a case, and what each of their tables becomes.
ROWS: Final[dict[str, Any]] = {
    "touches": Touch, "refusals": Refusal, "consents": Consent, "zones": ZoneEvidence,
    "jurisdictions": Jurisdiction, "calendars": Calendar, "registries": Registry, "source": Source,
}  # fmt: skip


def failure(pack: Pack, written: Mapping[str, Any]) -> str | None:
    """Say in what the pack's verdict differs from the one its case expects, or None."""
    case = read_case(written.get("given", {}))
    verdict = decide(case, Policy((pack,)))
    if sorted(verdict.codes) != sorted(written["expect"]):
        return f"{written['says']}: expected {written['expect']}, got {list(verdict.codes)}"
    if "until" in written and verdict.until != read_instant(written["until"], case.now):
        return f"{written['says']}: expected until {written['until']}, got {verdict.until}"
    return None


def read_case(given: Mapping[str, Any]) -> Case:
    """Build a case from what differs from the clear one; raises ValueError or TypeError."""
    now = read_instant(given.get("now", NOON.isoformat()), NOON)
    changes = {key: value for key, value in given.items() if key != "now"}
    case: Case = overlay(dataclasses.replace(CLEAR, now=now), changes, now)
    return case


def overlay(facts: Any, changes: Mapping[str, Any], now: datetime) -> Any:  # noqa: ANN401
    """Put the written values over the facts, tables within tables."""
    values: dict[str, Any] = {}
    for key, value in changes.items():
        if key in ROWS and isinstance(value, list):
            values[key] = tuple(ROWS[key](**read_row(row, now)) for row in value)
        elif key in ROWS:
            values[key] = ROWS[key](**read_row(value, now))
        elif isinstance(value, Mapping):
            values[key] = overlay(getattr(facts, key), value, now)
        else:
            values[key] = read_fact(key, value, now)
    return dataclasses.replace(facts, **values)


def read_row(row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Read one row of a list."""
    return {key: read_fact(key, value, now) for key, value in row.items()}


def read_fact(key: str, value: Any, now: datetime) -> Any:  # noqa: ANN401
    """Read one value: an instant, a set of days, a list of words, or as it stands."""
    if key == "at" or key.endswith("_at"):
        return None if value == "" else read_instant(value, now)
    if key == "holidays":
        return frozenset(date.fromisoformat(day) for day in value)
    if key == "horizon":
        return date.fromisoformat(value)
    if key in ("name", "reason", "score", "level") and value in ("", -1):
        return None  # TOML has no word for nothing.
    return tuple(value) if isinstance(value, list) else value


def read_instant(value: str, now: datetime) -> datetime:
    """Read an instant relative to now or on the Moscow clock; raises ValueError."""
    match = AWAY.fullmatch(value)
    if match is None:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=PLACE)).astimezone(UTC)
    ahead, amount, unit, ago = match.groups()
    if bool(ahead) == bool(ago):
        raise ValueError(f"`{value}` is neither ahead nor ago")
    away = timedelta(**{f"{unit}s": int(amount)})
    return now + away if ahead else now - away
