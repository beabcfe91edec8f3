"""The one source of time. Nothing else in Takt asks what time it is.

All processes of an installation share a clock: the machine's own, or, for a demonstration or a
simulation, one database row that says when it started, at what instant, and how fast it runs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in UTC."""

    @property
    def rate(self) -> float:
        """Say how many seconds it shows in one real second."""
        ...

    def now(self) -> datetime:
        """Give the present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    rate = 1.0

    def now(self) -> datetime:
        """Give the machine's time."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved; for tests and the simulator."""

    rate = 1.0

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Give the instant it was last set to."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move forward."""
        self._now += step

    def set(self, now: datetime) -> None:
        """Move to an instant."""
        self._now = now.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """How a shifted clock runs: at `real` it showed `shown`, and it is `rate` times as fast."""

    real: datetime
    shown: datetime
    rate: float

    def at(self, real: datetime) -> datetime:
        """Give the shown time at a real instant."""
        return self.shown + (real - self.real) * self.rate


class SharedClock:
    """The installation's clock: the shared setting if there is one, else the machine's.

    The setting is read again every second, so that changing it reaches every process.
    """

    REREAD_SECONDS = 1.0

    def __init__(self, read: Callable[[], ClockSetting | None]) -> None:
        self._read = read
        self._system = SystemClock()
        self._setting: ClockSetting | None = None
        self._read_at: float | None = None

    @property
    def rate(self) -> float:
        """Say how fast the installation's time runs."""
        self.now()
        return 1.0 if self._setting is None else self._setting.rate

    def now(self) -> datetime:
        """Give the installation's time; raises when the setting cannot be read."""
        monotonic = time.monotonic()
        if self._read_at is None or monotonic - self._read_at >= self.REREAD_SECONDS:
            self._setting, self._read_at = self._read(), monotonic
        real = self._system.now()
        return real if self._setting is None else self._setting.at(real)
