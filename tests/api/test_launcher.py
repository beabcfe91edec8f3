"""An installation on one machine: started together, revived when killed, gone when told so.

The servers are real; API, worker and beat are small programs that behave as the test needs. The
same with the real ones is in the end-to-end tests.
"""

import http.client
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

import orchestrator
from api import run_file
from api.launcher import Launcher, NotHealthy, PortTaken, free_port
from api.programs import Program, back_off_seconds, environment_of, programs_of
from orchestrator.config import Settings
from orchestrator.embedded.server import AlreadyRunning

pytestmark = pytest.mark.e2e

REPOSITORY = Path(orchestrator.__file__).parents[1]

API = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[1]])
time.sleep(600)
"""

# What `takt up` is, with the small programs: a process that can be sent signals.
UP = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from orchestrator.config import Settings
from api.launcher import Launcher
from api.programs import Program
def programs(settings, *, port):
    return [Program("api", (sys.executable, "-c", sys.argv[3], str(port)))]
Launcher(Settings(home=Path(sys.argv[1]), api_port=0), out=lambda line: print(line, flush=True),
         programs=programs).up()
"""


def small_programs(settings: Settings, *, port: int) -> list[Program]:
    python = sys.executable
    return [
        Program("api", (python, "-c", API, str(port))),
        Program("worker", (python, "-c", WORKER, str(settings.home))),
    ]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def processes_about(home: Path) -> list[int]:
    """List everything whose command line names this home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except OSError:
            continue
        if str(home).encode() in line and is_alive(int(entry.parent.name)):
            found.append(int(entry.parent.name))
    return found


def eventually(claim, *, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def home(lived_in_home) -> Path:
    return lived_in_home


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def launcher(home, said) -> Launcher:
    settings = Settings(home=home, api_port=0)
    return Launcher(settings, out=said.append, programs=small_programs)


# ------------------------------------------------------------------------------ starting


def test_an_installation_is_healthy_inside_and_gone_outside(launcher, home):
    with launcher.running() as running:
        host, _, port = running.api_url.removeprefix("http://").partition(":")
        wire = http.client.HTTPConnection(host, int(port), timeout=5)
        wire.request("GET", "/v1/health/ready")
        assert wire.getresponse().status == http.client.OK
        wire.close()
    assert processes_about(home) == []


def test_the_database_it_makes_is_migrated(home, said):
    # The other tests move into a home where that was done before.
    settings = Settings(home=home / "new", api_port=0)
    launcher = Launcher(settings, out=said.append, programs=small_programs)
    with launcher.running() as running:
        address = running.database_url.replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            found = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    assert found == ("alembic_version",)


def test_commands_find_what_runs_by_a_file_for_its_owner_only(launcher, home):
    with launcher.running() as running:
        assert run_file.find(home) == running
        assert stat.S_IMODE((home / "run.json").stat().st_mode) == 0o600


def test_commands_find_nothing_after_it_stopped(launcher, home):
    with launcher.running():
        pass
    assert run_file.find(home) is None


def test_commands_find_nothing_when_the_launcher_was_killed(home):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    run_file.write(run_file.Running(str(home), "http://127.0.0.1:1", "", "", dead.pid, {}))
    assert run_file.find(home) is None


def test_data_is_still_there_after_a_restart(launcher):
    def ask(running, statement):
        with psycopg.connect(running.database_url.replace("+psycopg", "")) as connection:
            return connection.execute(statement).rowcount

    with launcher.running() as running:
        ask(running, "CREATE TABLE kept AS SELECT 1 AS id")
    with launcher.running() as running:
        assert ask(running, "SELECT * FROM kept") == 1


def test_a_home_runs_one_installation_at_a_time(launcher, home):
    second = Launcher(Settings(home=home, api_port=0), out=print, programs=small_programs)
    with launcher.running(), pytest.raises(AlreadyRunning), second.running():
        pass


def test_a_program_that_does_not_start_is_named_with_its_last_words(home):
    def broken(settings, *, port):
        return [Program("api", (sys.executable, "-c", "raise SystemExit('no such table')"))]

    launcher = Launcher(Settings(home=home, api_port=0), out=print, programs=broken)
    with pytest.raises(NotHealthy, match="api did not start: no such table"), launcher.running():
        pass
    assert processes_about(home) == []


def test_a_taken_port_is_said_before_anything_starts(home):
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match="TAKT_API_PORT"):
            free_port("127.0.0.1", port)


def test_given_servers_are_used_instead_of_our_own(database, home):
    settings = Settings(
        home=home,
        api_port=0,
        database_url=SecretStr(database),
        broker_url=SecretStr("redis://127.0.0.1:1/0"),
    )
    launcher = Launcher(settings, out=print, programs=small_programs)
    with launcher.running() as running:
        assert running.database_url == database
        assert set(running.pids) == {"api", "worker"}


# ------------------------------------------------------------------------------ watching


@pytest.mark.parametrize("name", ["api", "worker", "postgres", "valkey"])
def test_what_is_killed_comes_back(launcher, home, said, name):
    with launcher.running() as running:
        os.kill(running.pids[name], signal.SIGKILL)

        def is_back():
            now = run_file.find(home).pids
            return now.get(name, running.pids[name]) != running.pids[name]

        assert eventually(is_back)
        assert any(line.startswith(f"{name} ended") for line in said)


def test_what_a_killed_worker_leaves_is_ended_before_the_next_starts(launcher, home):
    with launcher.running() as running:
        pool = [pid for pid in processes_about(home) if b"sleep(600)" in line_of(pid)]
        os.kill(running.pids["worker"], signal.SIGKILL)
        assert eventually(lambda: run_file.find(home).pids["worker"] != running.pids["worker"])
        left = [pid for pid in pool if pid not in running.pids.values() and is_alive(pid)]
        assert left == []


def line_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_child_that_keeps_dying_is_started_ever_more_slowly():
    waits = [back_off_seconds(deaths) for deaths in (0, 1, 2, 3, 20)]
    assert waits == [0.0, 0.5, 1.0, 2.0, 30.0]


# ------------------------------------------------------------------------------ stopping


@pytest.fixture
def up(home):
    """A launcher as a process of its own, healthy."""
    process = subprocess.Popen(
        [sys.executable, "-c", UP, str(home), str(REPOSITORY), API],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home,
    )
    try:
        assert any("healthy" in line for line in iter(process.stdout.readline, ""))
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        assert eventually(lambda: processes_about(home) == [])


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(up, home, kind):
    up.send_signal(kind)
    assert up.wait(30) == 0
    assert processes_about(home) == []


def test_a_stop_is_said_when_it_is_done(up):
    up.send_signal(signal.SIGTERM)
    assert up.stdout.read().splitlines()[-1] == "stopped"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_nothing_outlives_a_launcher_that_is_killed(up, home):
    pids = json.loads((home / "run.json").read_text())["pids"].values()
    up.kill()
    assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_a_launcher_killed_is_followed_by_one_that_works(up, home, launcher):
    up.kill()
    up.wait()
    with launcher.running() as running:
        assert running.launcher_pid == os.getpid()


# ------------------------------------------------------------------------------ programs


def test_children_get_every_setting_however_we_came_by_it(home):
    settings = Settings(home=home, simulated_seed=7)
    environment = environment_of(settings, port=1, urls={"DATABASE_URL": "postgresql://"})
    assert {key: environment.get(key) for key in ("TAKT_SIMULATED_SEED", "TAKT_API_PORT")} == {
        "TAKT_SIMULATED_SEED": "7",
        "TAKT_API_PORT": "1",
    }


def test_children_are_not_confused_by_variables_we_did_not_choose(home, monkeypatch):
    monkeypatch.setenv("TAKT_TEST_DATABASE_URL", "postgresql://elsewhere")
    assert "TAKT_TEST_DATABASE_URL" not in environment_of(Settings(home=home), port=1, urls={})


def test_api_worker_and_beat_are_separate_processes(home):
    names = [program.name for program in programs_of(Settings(home=home), port=1)]
    assert names == ["api", "worker", "beat"]


def test_no_thread_stays_behind_when_it_stopped(launcher):
    before = threading.active_count()
    with launcher.running():
        pass
    assert threading.active_count() == before
