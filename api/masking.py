"""Show a person's number and name in full, or only enough to recognise them by."""

DIGITS_SHOWN_BEFORE = 4
DIGITS_SHOWN_AFTER = 2


def number(e164: str, *, full: bool) -> str:
    """Give a number, or `+7912•••••34` of it."""
    if full:
        return e164
    start = DIGITS_SHOWN_BEFORE + 1
    hidden = max(len(e164) - start - DIGITS_SHOWN_AFTER, 0)
    return e164[:start] + "•" * hidden + e164[len(e164) - DIGITS_SHOWN_AFTER :]


def name(full_name: str | None, *, full: bool) -> str | None:
    """Give a name, or its initials."""
    if full or full_name is None:
        return full_name
    return " ".join(f"{word[0]}." for word in full_name.split())
