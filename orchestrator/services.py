"""What a use case needs from outside: database, carrier, clock. The composition root."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from orchestrator.clock import Clock, ClockSetting, SharedClock
from orchestrator.config import Settings
from orchestrator.tables import ClockRow
from orchestrator.telephony.base import Carrier


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the carrier, the clock, the settings. Tests and the simulator bring theirs."""

    sessions: sessionmaker[Session]
    carrier: Carrier
    clock: Clock
    settings: Settings

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Do one thing whole or not at all: committed at the end, undone by any exception."""
        with self.sessions.begin() as session:
            yield session


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a key of the API, a person at the command line, or Takt itself."""

    name: str
    role: str


SYSTEM = Actor("takt", "system")
RESERVATION_LIFE = timedelta(seconds=120)


def connect(database_url: str, *, pool_size: int = 5) -> sessionmaker[Session]:
    """Open a pool of connections; sessions do not forget what they loaded at commit."""
    engine = create_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # Names and words of people, which an error would tell the log.
        connect_args={"application_name": "takt", "options": "-c timezone=UTC"},
    )
    return sessionmaker(engine, expire_on_commit=False)


def shared_clock(sessions: sessionmaker[Session]) -> SharedClock:
    """Make the installation's clock, which every process reads from one row."""

    def read() -> ClockSetting | None:
        with sessions() as session:
            row = session.scalar(select(ClockRow))
            return None if row is None else ClockSetting(row.real, row.shown, row.rate)

    return SharedClock(read)


def build_services(settings: Settings, *, database_url: str, pool_size: int = 5) -> Services:
    """Put the real things together for a process: API, worker, beat or command line."""
    from orchestrator.telephony.simulated import SimulatedCarrier  # noqa: PLC0415 - only if used

    sessions = connect(database_url, pool_size=pool_size)
    clock = shared_clock(sessions)
    carrier = SimulatedCarrier.from_settings(settings, sessions=sessions, clock=clock)
    return Services(sessions, carrier, clock, settings)
