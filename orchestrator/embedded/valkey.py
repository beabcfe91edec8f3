"""The embedded broker: Valkey with its append-only file on, so that a kill loses at most a second.

Messages carry ids only; what must never be lost is in PostgreSQL.
"""

import signal
import socket
from pathlib import Path

from orchestrator.embedded.account import make_folder
from orchestrator.embedded.binaries import valkey_server, within_reach
from orchestrator.embedded.server import LOOPBACK, EmbeddedServer

ANSWER_SECONDS_MAX = 0.5


class EmbeddedValkey(EmbeddedServer):
    """Valkey on loopback, with a password, refusing new work rather than forgetting old."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._program = Path()

    @property
    def url(self) -> str:
        """The address as Celery and redis clients want it."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        """Find the program and make the data folder."""
        self._program = within_reach(valkey_server(), account=self.account, shelf=self.folder)
        make_folder(self.data, mode=0o700)
        self.give(self.data)

    def command(self) -> list[str]:
        """Give the command line; the dash makes it read the rest from standard input."""
        settings = {
            "bind": LOOPBACK,
            "port": self.port,
            "dir": self.data,
            "pidfile": self.data / "pid",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
            # By its untouched command line we know it again.
            "set-proc-title": "no",
        }
        pairs = [word for key, value in settings.items() for word in (f"--{key}", str(value))]
        return [str(self._program), "-", *pairs]

    def first_words(self) -> bytes:
        """Hand over the password where no list of processes shows it."""
        return f"requirepass {self.password}\n".encode()

    def answers(self) -> bool:
        """Ask for a PONG; while the append-only file is read it answers LOADING."""
        try:
            with socket.create_connection((LOOPBACK, self.port), ANSWER_SECONDS_MAX) as wire:
                wire.sendall(f"AUTH {self.password}\r\nPING\r\nQUIT\r\n".encode())
                heard = b""
                while chunk := wire.recv(256):
                    heard += chunk
        except OSError:
            return False
        return b"+PONG" in heard

    def recorded_pid(self) -> int | None:
        """Read the id it wrote at its start."""
        path = self.data / "pid"
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text.isdigit() else None

    def forget_pid(self) -> None:
        """Remove the file; Valkey itself does not mind it."""
        (self.data / "pid").unlink(missing_ok=True)
