"""That the benchmark runs and tells missed bounds from kept ones; what it finds is not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_quick_run_measures_everything_to_the_end():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick"],
        cwd=ROOT, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for said in (
        "against naive",
        "against bare COPY",
        "p99 of one",
        "how much slower",
        "import of",
    ):
        assert said in done.stdout


def test_a_bound_is_held_by_the_median_of_the_repetitions():
    assert Figure("ratio", "x", (0.3, 0.5, 0.9), at_least=0.4).holds is True
    assert Figure("ratio", "x", (0.3, 0.35, 0.9), at_least=0.4).holds is False
    assert Figure("time", "ms", (30.0, 39.0, 90.0), at_most=40).holds is True


def test_a_figure_without_a_bound_is_neither_kept_nor_missed():
    assert Figure("rate", "/s", (1.0,)).holds is None
