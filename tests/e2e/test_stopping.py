"""Ctrl-C stops `takt up` cleanly, whatever goes on, and the next start finds everything again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import Installation, eventually

pytestmark = pytest.mark.e2e

DIALLED = "SELECT count(*) FROM attempt WHERE campaign_id = :id AND claimed_at IS NOT NULL"
UP = "from api.cli import app; app(['up'])"


def test_ctrl_c_in_the_middle_of_a_campaign_loses_nothing_and_leaves_nothing(lived_in_home):
    home = lived_in_home
    with up(home) as (installation, process):
        installation.begin()
        campaign_id = installation.campaign_of(people=40, calls_per_second_max=0.5)
        installation.launch(campaign_id)
        eventually(lambda: installation.one(DIALLED, id=campaign_id), lambda n: n >= 5)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        installation.sessions.kw["bind"].dispose()
        assert processes_about(home) == []
    with up(home) as (again, process):
        again.reconnect()
        eventually(lambda: again.one(DIALLED, id=campaign_id), lambda n: n == 40)
        assert again.broken() == []
        again.sessions.kw["bind"].dispose()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@contextmanager
def up(home: Path) -> Iterator[tuple[Installation, subprocess.Popen[bytes]]]:
    """Run `takt up` as somebody at a terminal does."""
    environment = {**os.environ, "TAKT_HOME": str(home), "TAKT_API_PORT": "0"}
    with (home / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", UP], env=environment, stdout=log, stderr=log
        )
    installation = Installation(home)
    try:
        eventually((home / "run.json").exists, bool)
        eventually(installation.is_ready, bool)
        yield installation, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(60)


def processes_about(home: Path) -> list[str]:
    """List what still runs whose command line or home names this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(home) in words:
            found.append(words)
    return found
