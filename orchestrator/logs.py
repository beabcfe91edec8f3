"""Log lines: a constant event name and fields, never a telephone number or a name.

Numbers are masked here once more whatever a line carries, tracebacks included.
"""

import logging
import re
import sys

E164 = re.compile(r"\+?\d[\d\s()-]{6,}\d")
DIGITS_KEPT = 2
DIGITS_OF_A_NUMBER = 9
DIGITS_MAX = 15
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(text: str) -> str:
    """Hide every run of digits long enough to be a telephone number, but its last two."""

    def hide(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found.group())
        is_too_long = "+" not in found.group() and len(digits) > DIGITS_MAX  # An id or a time.
        if len(digits) < DIGITS_OF_A_NUMBER or is_too_long:
            return found.group()
        return f"…{digits[-DIGITS_KEPT:]}"

    return E164.sub(hide, text)


class Masked(logging.Formatter):
    """Write `time level event field=value …` with numbers masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        line = super().format(record)
        fields = {key: value for key, value in vars(record).items() if key not in _PLAIN}
        extra = "".join(f" {key}={value}" for key, value in sorted(fields.items()))
        return mask(line + extra)


def configure(level: str) -> None:
    """Send this process's log to standard error, masked."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masked("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
