"""Read a JSON body before anything believes it."""

import json
import re
from typing import Any, NoReturn

from api.errors import BodyUnreadable, RequestInvalid

DEPTH_MAX = 24
INTEGER_MAX = 2**63 - 1
SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(raw: bytes) -> object:
    """Parse a body; refuses what JSON parsers disagree on and what cannot be stored.

    That is: text that is not UTF-8, repeated keys, NaN and Infinity, integers beyond 64 bits,
    NUL and half characters in text, and nesting deeper than 24.
    """
    try:
        value: object = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=unrepeated,
            parse_constant=no_constant,
            parse_int=integer,
        )
    except UnicodeDecodeError:
        raise BodyUnreadable("the body is not UTF-8") from None
    except RecursionError:
        raise BodyUnreadable("the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg.lower()} at character {error.pos}"
        raise BodyUnreadable(message) from None
    look_through(value)
    return value


def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; of a key that comes twice nobody knows which was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyUnreadable("a key of an object comes twice")
    return found


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which JSON does not have."""
    message = f"`{name}` is not JSON"
    raise BodyUnreadable(message)


def integer(digits: str) -> int:
    """Read a whole number that a database can hold."""
    if len(digits) > len(str(INTEGER_MAX)) + 1 or abs(int(digits)) > INTEGER_MAX:
        raise RequestInvalid("a number has more digits than can be kept")
    return int(digits)


def look_through(value: object) -> None:
    """Walk a parsed body for depth and for text that cannot be stored."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise BodyUnreadable("the body is nested too deeply")
        if isinstance(each, dict):
            for key in each:
                check_text(key)
            waiting.extend((inner, depth + 1) for inner in each.values())
        elif isinstance(each, list):
            waiting.extend((inner, depth + 1) for inner in each)
        elif isinstance(each, str):
            check_text(each)


def check_text(text: str) -> None:
    """Refuse text with a NUL or half a character in it."""
    if "\x00" in text:
        raise RequestInvalid("text must not contain NUL")
    if SURROGATE.search(text):
        raise RequestInvalid("text must not contain half a character")
