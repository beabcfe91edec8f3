"""Whether a text is the name of a person: letters, not a placeholder, a company or a number."""

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Final, Literal

Fault = Literal["missing", "number", "placeholder", "company"]

LISTS: Final = tomllib.loads(
    resources.files("guardrails").joinpath("names.toml").read_text("utf-8")
)
PLACEHOLDERS: Final = frozenset(LISTS["words"])
PHRASES: Final = frozenset(LISTS["phrases"])
LEGAL_FORMS: Final = frozenset(LISTS["legal_forms"])
BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def fault_of_name(name: str | None, company: str) -> Fault | None:
    """Say why this text cannot be used to address a person, or None when it can."""
    words = words_of(name or "")
    if not words:
        return "missing"
    telling = [word for word in words if not has_digit(word)]
    if not telling:
        return "number"
    if " ".join(words) in PHRASES or PLACEHOLDERS.issuperset(telling):
        return "placeholder"
    if not LEGAL_FORMS.isdisjoint(telling) or is_company(words, company):
        return "company"
    letters = [letter for word in telling for letter in word if letter.isalpha()]
    if len(letters) < 2:  # noqa: PLR2004 - a name is two or more letters
        return "missing"
    return "placeholder" if len(set(letters)) == 1 else None


def is_company(words: tuple[str, ...], company: str) -> bool:
    """Say whether these words are the company's name, whatever its legal form."""
    return bool(company) and set(words) == set(words_of(company)) - LEGAL_FORMS


def has_digit(word: str) -> bool:
    """Say whether a word holds a digit."""
    return any(letter.isdigit() for letter in word)


def words_of(text: str) -> tuple[str, ...]:
    """Cut a text into words without case, `ё` read as `е`."""
    plain = text.casefold().replace("ё", "е")
    return tuple(word for word in BETWEEN_WORDS.split(plain) if word)
