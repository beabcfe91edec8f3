"""A server of its own, and databases in it that begin as copies of one another."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

import migrations
from orchestrator.clock import ManualClock
from orchestrator.config import Settings
from orchestrator.embedded.postgres import EmbeddedPostgres
from orchestrator.services import Services, connect
from orchestrator.telephony.simulated import SimulatedCarrier
from tests.benchmarks.world import INSTANT

# As Takt starts it; more room for the log is only for filling it.
SETTINGS = {"max_wal_size": "8GB"}


@dataclass(frozen=True, slots=True)
class Place:
    """One database and what reaches it."""

    address: str
    services: Services


@dataclass(frozen=True, slots=True)
class Server:
    """The server all databases of a run live in."""

    home: Path
    address: str

    def make(self, name: str, *, like: str = "template1") -> Place:
        """Make a database, empty or as a copy; nobody may be in the one that is copied."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._administer(statement.format(sql.Identifier(name), sql.Identifier(like)))
        address = make_url(self.address).set(database=name).render_as_string(hide_password=False)
        if like == "template1":
            migrations.upgrade(address)
        return Place(address, services_at(address, self.home))

    def drop(self, name: str) -> None:
        """Remove a database."""
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)")
        self._administer(statement.format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.address.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def server() -> Iterator[Server]:
    """Have a PostgreSQL for the length of a run, as durable as in production."""
    home = Path(tempfile.mkdtemp(prefix="takt-bench-"))
    home.chmod(0o711)
    postgres = EmbeddedPostgres(home, settings=SETTINGS)
    try:
        yield Server(home, postgres.start())
    finally:
        postgres.stop()
        shutil.rmtree(home)


def services_at(address: str, home: Path) -> Services:
    """Put services together over a database, with a clock that stands still."""
    settings = Settings(home=home)
    sessions = connect(address, pool_size=10)
    clock = ManualClock(INSTANT)
    carrier = SimulatedCarrier.from_settings(settings, sessions=sessions, clock=clock)
    return Services(sessions, carrier, clock, settings)


def leave(place: Place) -> None:
    """Close every connection, so that the database may be copied."""
    place.services.sessions.kw["bind"].dispose()
