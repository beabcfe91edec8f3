"""The answer to one case: every objection, when each one ends, and nothing hidden."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

Value: TypeAlias = str | int | float | bool | datetime | None

NOTHING: Mapping[str, Value] = MappingProxyType({})


class Ruling(IntEnum):
    """May the call be placed; a larger ruling is a stricter one."""

    CLEAR = 0
    HELD = 1
    BLOCKED = 2

    def __str__(self) -> str:
        """Read as people write it: clear, held, blocked."""
        return self.name.lower()


class Reason(NamedTuple):
    """One objection.

    `until` is the instant from which this objection is gone if no fact changes; without one it
    does not end by time. `values` fill the sentence and never carry a name, a number or words.
    """

    code: str
    until: datetime | None = None
    values: Mapping[str, Value] = NOTHING
    pack: str = ""

    @property
    def family(self) -> str:
        """Give the part of the code before the dot."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every objection to one call. No objections means the call is clear."""

    reasons: tuple[Reason, ...]
    policy: str  # Hash of the policy that was asked.

    @property
    def until(self) -> datetime | None:
        """Give the instant from which none of these objections stands, or None."""
        untils = [reason.until for reason in self.reasons]
        known = [until for until in untils if until is not None]
        return max(known) if known and len(known) == len(untils) else None

    @property
    def ruling(self) -> Ruling:
        """Say whether the call is clear, held until an instant, or blocked."""
        if not self.reasons:
            return Ruling.CLEAR
        return Ruling.BLOCKED if self.until is None else Ruling.HELD

    @property
    def codes(self) -> tuple[str, ...]:
        """Give the codes of all objections, in the order of the policy."""
        return tuple(reason.code for reason in self.reasons)
