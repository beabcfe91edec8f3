"""Run a whole installation on this machine: database, broker, API, worker, beat; watch over it.

One thread starts everything, restarts what dies, and stops everything in order: the tie between a
child and us is to the thread that started it (see `orchestrator.embedded.leash`), so it must be
one that stays. On Linux nothing outlives a launcher that is killed. Elsewhere its processes do; the
next start stops the servers among them, and API, worker and beat without servers place no call.
"""

import http
import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Protocol

from api import run_file
from api.programs import Child, Program, back_off_seconds, environment_of, programs_of
from api.run_file import Running
from orchestrator.config import Settings
from orchestrator.embedded.account import make_folder
from orchestrator.embedded.postgres import EmbeddedPostgres
from orchestrator.embedded.server import EmbeddedServer, ServerDidNotStart, lock_folder
from orchestrator.embedded.valkey import EmbeddedValkey
from orchestrator.errors import Conflict, Unavailable

WATCH_SECONDS = 0.2
POLL_SECONDS = 0.05
HEALTHY_SECONDS_MAX = 60.0
READY_PATH = "/v1/health/ready"


class PortTaken(Conflict):
    """Another program listens where the API should."""

    code = "launcher.port_taken"


class NotHealthy(Unavailable):
    """The installation started, but does not work."""

    code = "launcher.not_healthy"


class Programs(Protocol):
    """Says which programs belong to an installation whose API listens on `port`."""

    def __call__(self, settings: Settings, *, port: int) -> Sequence[Program]:
        """List them in the order in which they start."""
        ...


class Launcher:
    """Starts Takt and keeps it up. `out` is told, in sentences, what happens."""

    def __init__(
        self, settings: Settings, *, out: Callable[[str], None], programs: Programs = programs_of
    ) -> None:
        self._settings = settings
        self._out = out
        self._programs = programs
        self._servers: list[EmbeddedServer] = []
        self._children: list[Child] = []
        self._restart_at: dict[str, float] = {}
        self._server_deaths: dict[str, int] = {}
        self._stopping = threading.Event()
        self._keeper: Future[None] | None = None

    def up(self, *, on_healthy: Callable[[Running], None] = lambda _: None) -> None:
        """Run until Ctrl-C or SIGTERM, then stop all of it cleanly; a second signal kills.

        `on_healthy` is told once where everything answers.
        """
        asked_to_stop = threading.Event()
        before = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}

        def stop(_number: int, _frame: object) -> None:
            for kind, handler in before.items():
                signal.signal(kind, handler)
            asked_to_stop.set()

        for kind in before:
            signal.signal(kind, stop)
        try:
            with self.running() as running:
                on_healthy(running)
                while not asked_to_stop.wait(WATCH_SECONDS):
                    self._raise_failure()
                self._out("stopping")
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)
        self._out("stopped")

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Have an installation for the length of a `with`: healthy at first, gone at last."""
        self._begin_anew()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher") as threads:
            healthy: Future[Running] = Future()
            self._keeper = threads.submit(self._keep, healthy)
            either: list[Future[Any]] = [healthy, self._keeper]
            try:
                wait(either, return_when=FIRST_COMPLETED)
                self._raise_failure()
                yield healthy.result()
            finally:
                self._stopping.set()
        self._raise_failure()

    def _begin_anew(self) -> None:
        self._stopping.clear()
        self._restart_at.clear()
        self._server_deaths.clear()

    def _raise_failure(self) -> None:
        """Raise what ended the keeping thread, if it has ended by an error."""
        if self._keeper is not None and self._keeper.done():
            self._keeper.result()

    # ---- the thread that owns every process

    def _keep(self, healthy: Future[Running]) -> None:
        with ExitStack() as cleanup:
            running = self._start(cleanup)
            healthy.set_result(running)
            while not self._stopping.wait(WATCH_SECONDS):
                running = self._watch(running)

    def _start(self, cleanup: ExitStack) -> Running:
        begun = time.monotonic()
        home = make_folder(self._settings.home, mode=0o711 if os.geteuid() == 0 else 0o700)
        cleanup.callback(lock_folder(home).close)
        port = free_port(self._settings.api_host, self._settings.api_port)
        # Alembic and the tables take half a second to load, just as long as the servers to start.
        with ThreadPoolExecutor(max_workers=1) as aside:
            upgrade = aside.submit(load_upgrade)
            urls = self._start_servers(cleanup)
        upgrade.result()(urls["DATABASE_URL"])
        logs = make_folder(home / "logs", mode=0o700)
        environment = environment_of(self._settings, port=port, urls=urls)
        self._children = [
            Child(program, log=logs / f"{program.name}.log", environment=environment)
            for program in self._programs(self._settings, port=port)
        ]
        cleanup.callback(self._stop_children)
        for child in self._children:
            child.start()
        self._wait_until_healthy(port)
        running = Running(
            home=str(home),
            api_url=f"http://{self._settings.api_host}:{port}",
            database_url=urls["DATABASE_URL"],
            broker_url=urls["BROKER_URL"],
            launcher_pid=os.getpid(),
            pids=self._pids(),
        )
        cleanup.callback(run_file.forget, home)
        run_file.write(running)
        self._out(f"healthy after {time.monotonic() - begun:.1f} s: {running.api_url}")
        return running

    def _start_servers(self, cleanup: ExitStack) -> dict[str, str]:
        """Start what nobody gave us an address of, both at once."""
        given = {
            "BROKER_URL": self._settings.broker_url,
            "DATABASE_URL": self._settings.database_url,
        }
        kinds = {"BROKER_URL": EmbeddedValkey, "DATABASE_URL": EmbeddedPostgres}
        ours = {
            name: kinds[name](self._settings.home) for name, url in given.items() if url is None
        }
        self._servers = list(ours.values())
        for server in self._servers:
            cleanup.callback(server.stop)
            server.spawn()
        urls = {name: url.get_secret_value() for name, url in given.items() if url is not None}
        for name, server in ours.items():
            urls[name] = server.wait()
            self._out(f"{server.name} is ready")
        return urls

    def _wait_until_healthy(self, port: int) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS_MAX
        while not answers_ready(self._settings.api_host, port):
            dead = next((child for child in self._children if child.pid is None), None)
            if dead is not None:
                raise NotHealthy(f"{dead.program.name} did not start: {dead.last_words()}")
            if time.monotonic() > deadline or self._stopping.is_set():
                raise NotHealthy(f"not healthy after {HEALTHY_SECONDS_MAX:.0f} s; see the logs")
            time.sleep(POLL_SECONDS)

    def _stop_children(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.end()

    # ---- watching

    def _watch(self, running: Running) -> Running:
        """Start again what has died, sooner or later according to how often it does."""
        changed = False
        for server in self._servers:
            if not server.is_running and self._may_restart(server.name):
                changed |= self._revive_server(server)
        for child in self._children:
            name = child.program.name
            if child.pid is not None:
                continue
            if name not in self._restart_at:
                rest_seconds = child.rest_seconds()
                self._restart_at[name] = time.monotonic() + rest_seconds
                again = f"in {rest_seconds:.1f} s" if rest_seconds else "at once"
                self._out(f"{name} ended (exit code {child.exit_code}); starting it again {again}")
            if self._may_restart(name):
                child.clear()
                child.start()
                del self._restart_at[name]
                changed = True
        if changed:
            running = replace(running, pids=self._pids())
            run_file.write(running)
        return running

    def _may_restart(self, name: str) -> bool:
        return time.monotonic() >= self._restart_at.get(name, 0.0)

    def _revive_server(self, server: EmbeddedServer) -> bool:
        self._out(f"{server.name} ended; starting it again")
        try:
            server.start()
        except ServerDidNotStart as error:
            deaths = self._server_deaths.get(server.name, 0) + 1
            self._server_deaths[server.name] = deaths
            self._restart_at[server.name] = time.monotonic() + back_off_seconds(deaths)
            self._out(str(error))
            return False
        self._server_deaths.pop(server.name, None)
        self._restart_at.pop(server.name, None)
        self._out(f"{server.name} is ready")
        return True

    def _pids(self) -> dict[str, int]:
        pids = {server.name: server.pid for server in self._servers}
        pids |= {child.program.name: child.pid for child in self._children}
        return {name: pid for name, pid in pids.items() if pid is not None}


def load_upgrade() -> Callable[[str], None]:
    """Load what brings a database to the newest schema; late, for it is only needed to start."""
    import migrations  # noqa: PLC0415
    import orchestrator.tables  # noqa: F401, PLC0415 (the migrations' environment imports it)

    return migrations.upgrade


def free_port(host: str, wanted: int) -> int:
    """Give the port itself if nobody listens there, any free one for 0."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, wanted))
        except OSError as error:
            raise PortTaken(
                f"cannot listen on `{host}:{wanted}` ({(error.strerror or 'no reason').lower()}); "
                "choose another port in `TAKT_API_PORT`, or 0 for any"
            ) from None
        port: int = trial.getsockname()[1]
    return port


def answers_ready(host: str, port: int) -> bool:
    """Ask the API whether everything it needs works."""
    wire = http.client.HTTPConnection(host, port, timeout=5)
    try:
        wire.request("GET", READY_PATH)
        return wire.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()
