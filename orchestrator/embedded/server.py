"""One embedded server: its folder, its secret, its port, and one process at a time.

The folder holds `password` (0600), `port`, `lock`, `server.log` and `data`. The lock says that a
living process owns the server; a server found running while the lock is free was left behind by an
owner that was killed, and is stopped before ours starts. So one home never has two.
"""

import contextlib
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar

from orchestrator.embedded.account import make_folder, server_account
from orchestrator.embedded.leash import leashed
from orchestrator.errors import Conflict, Unavailable

POLL_SECONDS = 0.02
LOG_BYTES_MAX = 10_000_000
LOOPBACK = "127.0.0.1"


class ServerDidNotStart(Unavailable):
    """A server that Takt starts for itself did not come up."""

    code = "embedded.did_not_start"


class AlreadyRunning(Conflict):
    """Another Takt is running in this home."""

    code = "embedded.already_running"


class EmbeddedServer(ABC):
    """A server that runs on loopback as our child and keeps its data when it is killed."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    # A long crash recovery is no failure; a process that keeps dying is.
    start_seconds_max: ClassVar[float] = 600.0
    dying_seconds_max: ClassVar[float] = 10.0
    stop_seconds_max: ClassVar[float] = 20.0

    def __init__(self, home: Path) -> None:
        self.folder = home.absolute() / self.name
        self.data = self.folder / "data"
        self.account = server_account()
        self.port = 0
        self.password = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        # From then on others know the port, so it must not change.
        self._came_up = False

    # ---- what a kind of server says about itself

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it answers, secret included; valid once it was started."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder ready; called before every start, quick when nothing is to do."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command line. It names the data folder, by which the process is known again."""

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether it takes work now."""

    @abstractmethod
    def recorded_pid(self) -> int | None:
        """Read the process id that the server itself wrote down, if any."""

    def first_words(self) -> bytes:
        """Give what the server reads from its standard input: secrets, which `ps` would show."""
        return b""

    # ---- life

    def start(self) -> str:
        """Start it and wait until it answers; give its address.

        Raises `AlreadyRunning` when a living process owns this home, `ServerDidNotStart` with the
        end of its log when it does not come up.
        """
        self.spawn()
        return self.wait()

    def spawn(self) -> None:
        """Begin to start it, without waiting; `wait` does that."""
        if self.is_running:
            return
        self._check_reach()
        make_folder(self.folder, mode=0o700 if self.account is None else 0o711)
        self._lock = self._lock or lock_folder(self.folder)
        self._stop_orphan()
        self.password = self._remembered("password") or self._remember(
            "password", secrets.token_urlsafe(24)
        )
        self.prepare()
        if not self.port:
            self.port = self._free_port()
        self._run()

    def wait(self) -> str:
        """Wait until it answers; give its address."""
        begun = time.monotonic()
        while not (self.is_running and self.answers()):
            waited_seconds = time.monotonic() - begun
            dies = not self.is_running
            if waited_seconds > (self.dying_seconds_max if dies else self.start_seconds_max):
                said = self._log_end()
                self.stop()
                raise ServerDidNotStart(f"{self.name} did not start: {said}")
            if dies:
                # A child of a killed predecessor may hold its memory, or its port, a moment longer.
                time.sleep(POLL_SECONDS * 10)
                self.port = self.port if self._came_up else self._free_port()
                self._run()
            time.sleep(POLL_SECONDS)
        self._came_up = True
        return self.url

    def stop(self) -> None:
        """Stop it cleanly, harder if it does not listen, and give the home free."""
        if self._process is not None:
            _end(self._process, self.stop_signal, patience_seconds=self.stop_seconds_max)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def is_running(self) -> bool:
        """Whether our process is alive; a server that was killed is not."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process id, while it runs."""
        return self._process.pid if self._process and self.is_running else None

    def give(self, path: Path) -> None:
        """Make a file or folder of ours belong to the account the server runs as."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    # ---- how

    def _run(self) -> None:
        command = self.command()
        account = (self.account.uid, self.account.gid) if self.account else None
        log_path = self.folder / "server.log"
        if log_path.exists() and log_path.stat().st_size > LOG_BYTES_MAX:
            log_path.replace(log_path.with_suffix(".log.1"))
        words = self.first_words()
        with log_path.open("ab") as log:
            self._process = subprocess.Popen(
                leashed(command, self.stop_signal, account=account),
                stdin=subprocess.PIPE if words else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Locale and zone of the machine must not colour the data; nor must PG* variables.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                # Ctrl-C goes to the whole terminal group: it must reach us only, who stop in order.
                start_new_session=True,
            )
        if words and self._process.stdin:
            with contextlib.suppress(BrokenPipeError), self._process.stdin as entrance:
                entrance.write(words)

    def _check_reach(self) -> None:
        if self.account and not self.account.can_reach(self.folder):
            raise ServerDidNotStart(
                f"started by root, {self.name} runs as the user `nobody`, who cannot reach "
                f"`{self.folder.parent}`; choose another folder in `TAKT_HOME`"
            )

    def _stop_orphan(self) -> None:
        """Stop a server whose owner was killed. We hold the lock, so nobody is using it."""
        pid = self.recorded_pid()
        if pid is None or not self.is_ours(pid):
            self.forget_pid()
            return
        for kind in (self.stop_signal, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            deadline = time.monotonic() + self.stop_seconds_max
            while self.is_ours(pid) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)

    @abstractmethod
    def forget_pid(self) -> None:
        """Remove the record of a process id that is nobody's, or somebody else's by now."""

    def is_ours(self, pid: int) -> bool:
        """Tell whether this process is a server on our data folder: ids are used again."""
        return str(self.data) in _command_line(pid)

    def _free_port(self) -> int:
        remembered = self._remembered("port")
        for port in (int(remembered) if remembered else 0, 0):
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((LOOPBACK, port))
                except OSError:
                    continue
                chosen: int = trial.getsockname()[1]
            self._remember("port", str(chosen))
            return chosen
        raise ServerDidNotStart(f"no free port on {LOOPBACK} for {self.name}")

    def _remembered(self, what: str) -> str | None:
        path = self.folder / what
        return path.read_text().strip() or None if path.exists() else None

    def _remember(self, what: str, value: str) -> str:
        write_secret(self.folder / what, value)
        return value

    def _log_end(self) -> str:
        path = self.folder / "server.log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return " / ".join(lines[-3:]) or "it said nothing"


def lock_folder(folder: Path) -> IO[str]:
    """Own a folder until the file given is closed, or this process ends in whatever way."""
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(f"another Takt runs in `{folder}`") from None
    return lock


def write_secret(path: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    unfinished.replace(path)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return line.replace(b"\0", b" ").decode(errors="replace")
    shown = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout


def _end(
    process: subprocess.Popen[bytes], kind: signal.Signals, *, patience_seconds: float
) -> None:
    """Ask, then insist."""
    for step in (kind, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(step)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_seconds)
