"""How commands find the installation that runs: `run.json` in its home, for its owner's eyes."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestrator.embedded.server import write_secret

NAME = "run.json"


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running installation answers, secrets included, and which processes it is."""

    home: str
    api_url: str
    database_url: str
    broker_url: str
    launcher_pid: int
    # By name: postgres and valkey if they are ours, api, worker, beat.
    pids: dict[str, int]


def write(running: Running) -> None:
    """Say where this installation is; replaces what an earlier run said."""
    write_secret(Path(running.home) / NAME, json.dumps(asdict(running), indent=2) + "\n")


def forget(home: Path) -> None:
    """Say that nothing runs here any more."""
    (home / NAME).unlink(missing_ok=True)


def find(home: Path) -> Running | None:
    """Give the installation that runs in this home; None if none does, or it was killed."""
    try:
        running = Running(**json.loads((home / NAME).read_text()))
        os.kill(running.launcher_pid, 0)
    except (FileNotFoundError, ProcessLookupError, TypeError, ValueError):
        return None
    except PermissionError:
        pass  # It lives, as another user.
    return running
