"""What a check of one promise found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

OFFENDERS_NAMED_MAX = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise, and whether it holds; offenders are named `attempt:…`, `import:…`."""

    promise: str
    says: str
    result: Literal["ok", "broken", "not applicable"]
    count: int = 0
    offenders: tuple[str, ...] = ()
    note: str = ""


def found(promise: str, says: str, offenders: Sequence[str], *, note: str = "") -> Finding:
    """Report a promise: kept when nothing offends against it."""
    if not offenders:
        return Finding(promise, says, "ok", note=note)
    named = tuple(offenders[:OFFENDERS_NAMED_MAX])
    return Finding(promise, says, "broken", len(offenders), named, note)


def not_applicable(promise: str, says: str, note: str) -> Finding:
    """Report a promise whose part is not built or that has nothing to be checked on."""
    return Finding(promise, says, "not applicable", note=note)
