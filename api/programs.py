"""The processes of an installation beside its servers: API, worker and beat."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.config import PREFIX, Settings
from orchestrator.embedded.leash import leashed

BACK_OFF_SECONDS = 0.5
BACK_OFF_SECONDS_MAX = 30.0
# After so long a life a death is bad luck again, not a pattern.
SOUND_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command that should be running as long as the installation does."""

    name: str
    command: tuple[str, ...]
    # A warm stop finishes the work in hand.
    stop_seconds_max: float = 10.0


def programs_of(settings: Settings, *, port: int) -> list[Program]:
    """List what runs: the API on this port, the Celery worker, and beat."""
    python, level = sys.executable, settings.log_level.lower()
    return [
        Program(
            "api",
            (
                *(python, "-m", "uvicorn", "api.app:create", "--factory"),
                *("--host", settings.api_host, "--port", str(port)),
                *("--no-access-log", "--log-level", level, "--timeout-graceful-shutdown", "5"),
            ),
        ),
        Program("worker", (python, "-m", "orchestrator.worker"), stop_seconds_max=40.0),
        Program("beat", (python, "-m", "orchestrator.beat")),
    ]


def environment_of(settings: Settings, *, port: int, urls: Mapping[str, str]) -> dict[str, str]:
    """Give children our own settings, wherever they came from, and the addresses we chose."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            secret = getattr(value, "get_secret_value", None)
            inherited[PREFIX + name.upper()] = str(secret() if secret else value)
    chosen = {f"{PREFIX}API_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    return {**inherited, **chosen, **{PREFIX + key: url for key, url in urls.items()}}


class Child:
    """One program as a process of ours."""

    def __init__(self, program: Program, *, log: Path, environment: Mapping[str, str]) -> None:
        self.program = program
        self.log = log
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._deaths = 0

    def start(self) -> None:
        """Start it; what it prints is appended to its log."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed(list(self.program.command), signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self.log.parent,
                # A session of its own: Ctrl-C reaches only us, and what it leaves can be found.
                start_new_session=True,
            )
        self._started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """The process id while it lives."""
        alive = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process and alive else None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it lives."""
        return self._process.poll() if self._process else None

    def rest_seconds(self) -> float:
        """Count one more death and say how long to wait before the next life."""
        lived_seconds = time.monotonic() - self._started_at
        self._deaths = 0 if lived_seconds > SOUND_SECONDS else self._deaths + 1
        return back_off_seconds(self._deaths)

    def clear(self) -> None:
        """End what a killed process left of its session: a worker's pool must not work on alone."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """Ask it once to finish what it is doing: asked twice, Celery drops its work."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        """Wait for it to end as it was asked to, then insist; leaves nothing of its session."""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.program.stop_seconds_max)
            self.clear()
            self._process.wait()

    def last_words(self) -> str:
        """Give the end of its log, to say why it died."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def back_off_seconds(deaths: int) -> float:
    """Wait twice as long after every death that follows soon, and not at all after a long life."""
    if deaths == 0:
        return 0.0
    return float(min(BACK_OFF_SECONDS_MAX, BACK_OFF_SECONDS * 2 ** min(deaths - 1, 10)))
