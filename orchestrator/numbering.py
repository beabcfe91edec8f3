"""Read telephone numbers as people write them. The only module that knows phonenumbers.

Digits are never guessed: letters that look like digits, and the decimals a spreadsheet adds
to a number, make the text unreadable instead of making it another person's number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final
from unicodedata import decimal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX


class Kind(StrEnum):
    """What a numbering plan says a number is for."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    UAN = "uan"
    PERSONAL = "personal"
    PAGER = "pager"
    UNKNOWN = "unknown"


CALLABLE: Final = frozenset({Kind.MOBILE, Kind.FIXED, Kind.FIXED_OR_MOBILE, Kind.VOIP})
"""Kinds behind which a person answers at nobody's surprise expense."""


class Problem(StrEnum):
    """Why a text is not a number."""

    MISSING = "missing"
    LETTERS = "letters"
    FLOAT = "float"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Number:
    """A valid number in E.164, with what its digits alone tell about it.

    `zones` are all time zones the person may be in; none when the plan does not say.
    An extension is kept for whoever dials; it makes no other number.
    """

    e164: str
    region: str | None
    kind: Kind
    zones: tuple[str, ...]
    extension: str | None = None

    @property
    def is_callable(self) -> bool:
        """True when a person may be expected to answer at no cost to them."""
        return self.kind in CALLABLE


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that is not a number, and why."""

    text: str
    problem: Problem


KINDS: Final = {
    PhoneNumberType.MOBILE: Kind.MOBILE,
    PhoneNumberType.FIXED_LINE: Kind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Kind.FIXED_OR_MOBILE,
    PhoneNumberType.VOIP: Kind.VOIP,
    PhoneNumberType.TOLL_FREE: Kind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Kind.PREMIUM,
    PhoneNumberType.SHARED_COST: Kind.SHARED_COST,
    PhoneNumberType.UAN: Kind.UAN,
    PhoneNumberType.PERSONAL_NUMBER: Kind.PERSONAL,
    PhoneNumberType.PAGER: Kind.PAGER,
}

# The library is wrong about these area codes (and knows one zone of Yakutia's three).
ZONES_BY_PREFIX: Final = {
    "+7401": ("Europe/Kaliningrad",),
    "+7845": ("Europe/Saratov",),
    "+7411": ("Asia/Yakutsk", "Asia/Vladivostok", "Asia/Srednekolymsk"),
}
# Country code 7 is shared, and the library answers with the zones of both countries.
ZONES_OF_SEVEN: Final = {
    "KZ": ("Asia/Almaty", "Asia/Aqtobe"),
    "RU": (
        "Europe/Kaliningrad",
        "Europe/Moscow",
        "Europe/Samara",
        "Asia/Yekaterinburg",
        "Asia/Omsk",
        "Asia/Krasnoyarsk",
        "Asia/Novosibirsk",
        "Asia/Irkutsk",
        "Asia/Yakutsk",
        "Asia/Vladivostok",
        "Asia/Magadan",
        "Asia/Sakhalin",
        "Asia/Srednekolymsk",
        "Asia/Anadyr",
        "Asia/Kamchatka",
    ),
}

SEVEN: Final = 7  # The country code of Russia and Kazakhstan …
SEVEN_DIGITS: Final = 10  # … and the length of their national numbers.
TEXT_LENGTH_MAX: Final = 400
PUNCTUATION: Final = {ord(sign): None for sign in " ()-\u00a0\u2010\u2011\u2012\u2013\u2014"}
FLOAT: Final = re.compile(r"\+?\d+[.,]?\d*[eE][+-]?\d+|\+?\d{7,}[.,]\d{1,2}")
LABEL: Final = re.compile(r"^(?:tel|phone|mob|тел|моб|т)[.:\s]+(?=[+\d(])", re.IGNORECASE)
EXTENSION: Final = re.compile(
    r"(?:;\s*ext\s*=|[,;]?\s*(?:доб(?:авочный)?|вн(?:утр)?|ext(?:ension)?|x|#)[.:\s]*)(\d{1,7})\s*$",
    re.IGNORECASE,
)
SEPARATOR: Final = re.compile(r"[,;/|\r\n]+")
STRAY: Final = re.compile(r"[^\d+().\-/\s\u2010-\u2014]")


def read(text: str, *, region: str) -> tuple[tuple[Number, ...], tuple[Unread, ...]]:
    """Read every number of one cell: those that are numbers, and the texts that are not.

    Several numbers may stand in one cell, parted by comma, semicolon, slash, line or space.
    `region` is the country whose national notation is meant, as in `8 (912) ...` for RU.
    """
    quick = _seven(text, region)
    if quick is not None:
        return (quick,), ()
    text = text.strip()
    if not text:
        return (), (Unread(text, Problem.MISSING),)
    if len(text) > TEXT_LENGTH_MAX:
        return (), (Unread(text[:TEXT_LENGTH_MAX], Problem.INVALID),)
    good: dict[str, Number] = {}
    bad: list[Unread] = []
    for answer in _answers(text, region):
        if isinstance(answer, Number):
            good.setdefault(answer.e164, answer)
        else:
            bad.append(answer)
    return tuple(good.values()), tuple(bad)


def read_one(text: str, *, region: str) -> Number | Unread:
    """Read a text that is meant to be one number."""
    quick = _seven(text, region)
    if quick is not None:
        return quick
    text = text.strip()
    if not text:
        return Unread(text, Problem.MISSING)
    if FLOAT.fullmatch(text):
        return Unread(text, Problem.FLOAT)
    extension = EXTENSION.search(text)
    bare = LABEL.sub("", text[: extension.start()] if extension else text).strip()
    if STRAY.search(bare):
        return Unread(text, Problem.LETTERS)
    digits = "".join(str(decimal(sign)) if sign.isdecimal() else sign for sign in bare)
    if re.match(r"00[1-9]", digits):
        digits = "+" + digits[2:]
    try:
        parsed = phonenumbers.parse(digits, region)
    except NumberParseException:
        return Unread(text, Problem.INVALID)
    # A number has a type exactly when it is valid, and asking once costs half.
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.UNKNOWN:
        return Unread(text, Problem.INVALID)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    country = phonenumbers.region_code_for_number(parsed)
    country_code = parsed.country_code or 0
    geographic = phonenumbers.is_number_type_geographical(kind, country_code)
    zones = _zones(e164[: TIMEZONE_LONGEST_PREFIX + 1], country_code, geographic, country)
    return Number(
        e164, country, KINDS.get(kind, Kind.UNKNOWN), zones, extension[1] if extension else None
    )


def _answers(text: str, region: str) -> Iterator[Number | Unread]:
    """Answer for each number in a cell, however its numbers are parted."""
    whole = read_one(text, region=region)
    if isinstance(whole, Number) or whole.problem is Problem.FLOAT:
        yield whole
        return
    pieces = [piece for piece in SEPARATOR.split(text) if piece.strip()]
    for piece in pieces:
        answer = read_one(piece, region=region)
        if isinstance(answer, Number):
            yield answer
        else:
            yield from _spaced(piece, answer, region)


def _spaced(piece: str, unread: Unread, region: str) -> Iterator[Number | Unread]:
    """Look for numbers parted by nothing but space, as in `89120001234 89120001235`."""
    words = piece.split()
    for cut in range(1, len(words)):
        head = read_one(" ".join(words[:cut]), region=region)
        if isinstance(head, Number):
            yield head
            yield from _answers(" ".join(words[cut:]), region)
            return
    tail = read_one(words[-1], region=region) if len(words) > 1 else unread
    if isinstance(tail, Number):
        yield from _answers(" ".join(words[:-1]), region)
        yield tail
    else:
        yield unread


def _seven(text: str, region: str) -> Number | None:
    """Read the plain ten-digit forms of country code 7 without the library's parser.

    None means only that this short way does not know; the long way decides.
    """
    digits = text.translate(PUNCTUATION)
    length = len(digits)
    if length == SEVEN_DIGITS + 2 and digits.startswith("+7"):
        national = digits[2:]
        leads = "3479"
    elif region == "RU" and length == SEVEN_DIGITS + 1 and digits[0] in "78":
        national = digits[1:]
        leads = "349"
    elif region == "RU" and length == SEVEN_DIGITS:
        national = digits
        leads = "349"
    else:
        return None
    if national[0] not in leads or not (national.isascii() and national.isdigit()):
        return None
    block = _block_of_seven(national[:6])
    return block and Number("+7" + national, *block)


@lru_cache(maxsize=131_072)
def _block_of_seven(six: str) -> tuple[str, Kind, tuple[str, ...]] | None:
    """Describe ten thousand neighbours at once: the plans of RU and KZ end in four free digits."""
    sample = PhoneNumber(country_code=SEVEN, national_number=int(six + "0000"))
    kind = phonenumbers.number_type(sample)
    if kind == PhoneNumberType.UNKNOWN:
        return None
    country = phonenumbers.region_code_for_number(sample)
    if country is None:
        return None
    geographic = phonenumbers.is_number_type_geographical(kind, SEVEN)
    zones = _zones("+7" + six, SEVEN, geographic, country)
    return country, KINDS.get(kind, Kind.UNKNOWN), zones


@lru_cache(maxsize=32_768)
def _zones(
    prefix: str, country_code: int, geographic: object, country: str | None
) -> tuple[str, ...]:
    """List the zones of a prefix, our corrections first."""
    for corrected, zones in ZONES_BY_PREFIX.items():
        if prefix.startswith(corrected):
            return zones
    longest = prefix[1:] if geographic else str(country_code)
    found: tuple[str, ...] = ()
    for length in range(len(longest), 0, -1):
        if longest[:length] in TIMEZONE_DATA:
            found = tuple(TIMEZONE_DATA[longest[:length]])
            break
    if country_code == SEVEN and len(found) > 1:
        return ZONES_OF_SEVEN[country or "RU"]
    return tuple(zone for zone in found if zone != "Etc/Unknown")
