"""How long `takt up` takes until everything answers."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figure

HEALTHY = "healthy after"


def measure(*, repetitions: int) -> list[Figure]:
    """Start in an empty home, then again in the same."""
    first, again = [], []
    for _ in range(repetitions):
        home = Path(tempfile.mkdtemp(prefix="takt-bench-up-"))
        home.chmod(0o711)
        try:
            first.append(seconds_until_healthy(home))
            again.append(seconds_until_healthy(home))
        finally:
            shutil.rmtree(home)
    return [
        Figure("`takt up` healthy, first start", "s", tuple(first), at_most=5),
        Figure("`takt up` healthy, later starts", "s", tuple(again), at_most=5),
    ]


def seconds_until_healthy(home: Path) -> float:
    """Start an installation, wait until its API is ready, stop it."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("takt")), "up"],
        env={**os.environ, "TAKT_HOME": str(home), "TAKT_API_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        heard = []
        for line in process.stdout:
            heard.append(line)
            if HEALTHY in line:
                return time.monotonic() - begun
        message = "takt up ended: " + "".join(heard[-3:])
        raise AssertionError(message)
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=60)
