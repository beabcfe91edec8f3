"""Read where somebody lives: a region code for the law, and the time zone it implies."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from orchestrator.intake.refused import Unreadable

CODE: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
COMMON: Final = frozenset(
    {"область", "обл", "край", "республика", "респ", "автономный", "автономная", "округ", "ао", "г"}
)


class Place(NamedTuple):
    """A region in ISO 3166, and its zone if it has but one."""

    code: str
    zone: str | None


@lru_cache(maxsize=4096)
def read(words: str) -> Place | None:
    """Read a region: an ISO 3166 code (`DE`, `US-FL`) or the name of a Russian region."""
    words = words.strip()
    if not words:
        return None
    known = places().get(_plain(words))
    if known:
        return known
    if CODE.fullmatch(words.upper()) and words.isascii():
        return Place(words.upper(), None)
    raise Unreadable(words)


@cache
def places() -> dict[str, Place]:
    """Load the regions that say what time it is there."""
    text = files("orchestrator.intake").joinpath("regions.toml").read_text(encoding="utf-8")
    countries: dict[str, dict[str, dict[str, list[str]]]] = tomllib.loads(text)
    return {
        _plain(name): Place(country, None if zone == "several" else zone)
        for country, zones in countries.items()
        for zone, listed in zones.items()
        for name in listed["names"]
    }


def _plain(words: str) -> str:
    """Reduce a name to what is compared; a code keeps its own form."""
    if CODE.fullmatch(words.upper()):
        return words.upper()
    parts = re.findall(r"[^\W\d_]+", words.casefold().replace("ё", "е"))
    return "".join(part for part in parts if part not in COMMON)
