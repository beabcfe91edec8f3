"""The demonstration's day: a Tuesday that begins at ten in Moscow and runs fast."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from orchestrator.clock import SystemClock
from orchestrator.store.clock import set_clock

MOSCOW: Final = ZoneInfo("Europe/Moscow")
LAUNCH_AT: Final = datetime(2026, 11, 24, 10, 0, tzinfo=MOSCOW)
# Everything is got ready in the half hour before, at the pace of real time.
PREPARE_AT: Final = LAUNCH_AT - timedelta(minutes=30)
# Nobody who asked to be called back asked for a time before this, and no closed hour opens.
END_AT: Final = LAUNCH_AT + timedelta(minutes=45)
RATE: Final = 30.0
# Every process reads the clock's row again within a second.
REREAD_SECONDS: Final = 1.5


class Day:
    """Moves the clock of the installation; only ever forwards."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._real = SystemClock()

    def prepare(self) -> None:
        """Show half past nine, and go on at the pace of real time."""
        self._set(PREPARE_AT, 1.0)

    def run(self) -> None:
        """Run fast, so that it is ten when every process has noticed."""
        self._set(LAUNCH_AT - timedelta(seconds=REREAD_SECONDS * RATE), RATE)

    def end(self, shown: datetime) -> None:
        """Show the end, or what it shows already if it is later; real time from here."""
        self._set(max(shown, END_AT), 1.0)

    def _set(self, shown: datetime, rate: float) -> None:
        with self._sessions.begin() as session:
            set_clock(session, real=self._real.now(), shown=shown, rate=rate)
