"""Which instants make sense; beyond them calendars and zones have nothing to say."""

from datetime import UTC, datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def sane(at: datetime) -> datetime:
    """Give an instant in UTC; raises ValueError with a sentence."""
    if at.tzinfo is None:
        message = "say in which zone, as in `2026-03-03T10:00:00+03:00`"
        raise ValueError(message)
    # Compared before it is moved to UTC: the ends of the calendar cannot be moved.
    if not EARLIEST <= at < LATEST:
        message = f"say an instant from {EARLIEST.year} to {LATEST.year - 1}"
        raise ValueError(message)
    return at.astimezone(UTC)
