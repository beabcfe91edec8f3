"""The demonstration's day: a Tuesday, ten in Moscow, fast but never faster than the machine."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from orchestrator.clock import ClockSetting, SystemClock
from orchestrator.store.clock import set_clock

MOSCOW: Final = ZoneInfo("Europe/Moscow")
LAUNCH_AT: Final = datetime(2026, 11, 24, 10, 0, tzinfo=MOSCOW)
# Everything is got ready in the half hour before, at the pace of real time.
PREPARE_AT: Final = LAUNCH_AT - timedelta(minutes=30)
# The first callback anybody can have asked for is due at a quarter past eleven.
END_AT: Final = LAUNCH_AT + timedelta(hours=1)
SLOW_AT: Final = LAUNCH_AT + timedelta(minutes=45)
# While calls begin, and when only long talks go on.
DIAL_RATE: Final = 6.0
TALK_RATE: Final = 30.0
TALKS_MAX: Final = 60
SETTLED_LOOKS: Final = 4
# Households with one telephone are called once, so not everybody who may be called is.
CALLED_SHARE: Final = 0.95
# Every process reads the clock's row again within a second.
REREAD: Final = timedelta(seconds=1.5)


class Day:
    """Moves the clock of the installation, only ever forwards.

    A machine that cannot keep up gets more real time, not other figures: what people do hangs on
    who they are, and nothing new falls due before a quarter past eleven.
    """

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._real = SystemClock()
        self._setting = ClockSetting(self._real.now(), PREPARE_AT, 1.0)
        self._expected, self._placed, self._looks = 0, 0, 0

    def prepare(self) -> None:
        """Show half past nine, and go on at the pace of real time."""
        self._write()

    def run(self, expected: int) -> None:
        """Run fast, and be ten when every process has noticed; so many calls are expected."""
        self._expected = expected
        self._setting = ClockSetting(self._real.now() + REREAD, LAUNCH_AT, DIAL_RATE)
        self._write()

    def follow(self, progress: dict[str, Any]) -> None:
        """Set the pace by what goes on: faster for the last talks, slower for a slow machine."""
        live = sum(progress["live"].values())
        self._looks = self._looks + 1 if progress["placed"] == self._placed else 0
        self._placed = progress["placed"]
        if self._shown() >= SLOW_AT:
            self._go_on(1.0)
        elif self._placed >= CALLED_SHARE * self._expected and live <= TALKS_MAX:
            self._go_on(TALK_RATE if self._looks >= SETTLED_LOOKS else DIAL_RATE)

    def end(self) -> None:
        """Show the end of the demonstration, and real time from here."""
        anchor = self._real.now() + REREAD
        shown = max(self._setting.at(anchor), END_AT)
        self._setting = ClockSetting(anchor, shown, 1.0)
        self._write()

    def _shown(self) -> datetime:
        return self._setting.at(self._real.now())

    def _go_on(self, rate: float) -> None:
        """Change the pace at an instant by which every process knows, so that none goes back."""
        if rate != self._setting.rate:
            is_faster = rate > self._setting.rate
            anchor = self._real.now() + (timedelta(0) if is_faster else REREAD)
            self._setting = ClockSetting(anchor, self._setting.at(anchor), rate)
            self._write()

    def _write(self) -> None:
        real, shown, rate = self._setting.real, self._setting.shown, self._setting.rate
        with self._sessions.begin() as session:
            set_clock(session, real=real, shown=shown, rate=rate)
