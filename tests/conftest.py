"""What every test may ask for: a PostgreSQL of its own, a home, seeded chance, no outside network.

`database` is an address of a fresh, migrated database. It costs a tenth of a second, so a test
that does not touch the database should not ask for it. Plain objects with harmless defaults are
in `tests/make.py`.
"""

import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url

import migrations
from orchestrator.clock import ManualClock
from orchestrator.config import Settings
from orchestrator.embedded.postgres import EmbeddedPostgres
from orchestrator.services import Services, connect
from orchestrator.tables import Base

# `ci` gives the same examples every time, so a red build is never bad luck; `deep` goes looking.
hypothesis.settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=100, database=None, print_blob=True
)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=5_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("TAKT_HYPOTHESIS_PROFILE", "ci"))


# ------------------------------------------------------------------------------ no outside network


def refuse_the_outside(event: str, args: tuple) -> None:
    """Let tests connect to this machine only; a test that needs more is no test of ours."""
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[1]
    if not isinstance(address, tuple):
        return  # A socket file.
    host = str(address[0])
    try:
        is_near = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        is_near = host == "localhost"
    if not is_near:
        message = f"tests reach this machine only, not {host}: hand in a double instead"
        raise ConnectionRefusedError(message)


sys.addaudithook(refuse_the_outside)


# ------------------------------------------------------------------------------ folders


MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
MEMORY_BYTES_MIN = 3 * 1024**3


def make_home(*, under: Path | None = None) -> Path:
    """Make a folder that `nobody` can reach too: pytest's own are closed to others."""
    home = Path(tempfile.mkdtemp(prefix="takt-test-", dir=under))
    home.chmod(0o711)
    return home


def roomy_memory() -> Path | None:
    """Give the folder in memory where there is one with room: copying a database is quick there."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if is_roomy and os.access(MEMORY, os.W_OK) else None


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty TAKT_HOME, removed afterwards."""
    path = make_home()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def used_home() -> Iterator[Path]:
    """A home with a migrated, empty database; not for tests, but to be copied."""
    path = make_home()
    maker = EmbeddedPostgres(path, settings={"fsync": "off"})
    bring_to_newest(maker.start())
    maker.stop()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def lived_in_home(home: Path, used_home: Path) -> Path:
    """A TAKT_HOME with a migrated, empty database: making one is what takes long."""
    subprocess.run(["/bin/cp", "-a", str(used_home / "postgres"), str(home)], check=True)
    (home / "postgres" / "port").unlink()  # Tests run side by side.
    return home


# ------------------------------------------------------------------------------ PostgreSQL


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The address of a PostgreSQL where databases may be made: one given, else an embedded one."""
    given = os.environ.get("TAKT_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server_home = make_home(under=roomy_memory())
    # Killing a process does not lose what it wrote, with or without fsync; only a power cut does.
    quick = {"fsync": "off", "full_page_writes": "off", "max_connections": "120"}
    server = EmbeddedPostgres(server_home, settings=quick)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(server_home)


def named(address: str, database_name: str) -> str:
    """Give the address of another database on the same server."""
    url = make_url(address).set(database=database_name)
    return url.render_as_string(hide_password=False)


def administer(server: str, statement: str, *names: str) -> None:
    """Run a statement about whole databases."""
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def bring_to_newest(address: str) -> None:
    """Migrate, or make the tables as the models describe them while there is no migration yet."""
    if any(Path(migrations.__file__).parent.glob("versions/[0-9]*.py")):
        migrations.upgrade(address)
        return
    engine = create_engine(address)
    Base.metadata.create_all(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def template_database(database_server: str) -> Iterator[str]:
    """The name of a migrated, empty database that others are copied from."""
    name = f"takt_template_{os.getpid()}"
    administer(database_server, "DROP DATABASE IF EXISTS {}", name)
    administer(database_server, "CREATE DATABASE {}", name)
    bring_to_newest(named(database_server, name))
    yield name
    administer(database_server, "DROP DATABASE {}", name)


numbers = count(1)


@pytest.fixture
def database(database_server: str, template_database: str) -> Iterator[str]:
    """The address of a fresh, migrated, empty database; dropped afterwards, whoever is in it."""
    name = f"takt_test_{os.getpid()}_{next(numbers)}"
    administer(database_server, "CREATE DATABASE {} TEMPLATE {}", name, template_database)
    yield named(database_server, name)
    administer(database_server, "DROP DATABASE {} WITH (FORCE)", name)


# ------------------------------------------------------------------------------ services


@pytest.fixture
def settings(home: Path) -> Settings:
    """The settings of an installation that reads nothing from the environment."""
    return Settings(home=home, simulated_seed=1)


@pytest.fixture
def services(database: str, settings: Settings) -> Iterator[Services]:
    """A fresh database, a clock that stands at a Tuesday morning, a carrier that rings nobody."""
    from orchestrator.telephony.simulated import SimulatedCarrier  # noqa: PLC0415
    from tests import make  # noqa: PLC0415

    sessions = connect(database, pool_size=10)
    clock = ManualClock(make.NOON)
    carrier = SimulatedCarrier.from_settings(settings, sessions=sessions, clock=clock)
    yield Services(sessions, carrier, clock, settings)
    sessions.kw["bind"].dispose()
