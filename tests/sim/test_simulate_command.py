"""`takt simulate`: a report, every promise, and nothing left behind."""

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from api.cli import app


@pytest.fixture
def simulate(database_server, monkeypatch):
    """Run the command against the server of the tests."""
    monkeypatch.setenv("TAKT_DATABASE_URL", database_server)
    return lambda *words: CliRunner().invoke(app, ["simulate", *words])


def test_a_simulation_prints_its_digest_and_every_promise(simulate):
    answer = simulate("--seed", "3", "--days", "1", "--people", "12")
    assert answer.exit_code == 0, answer.output
    assert "digest: " in answer.output
    for promise in ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10"):
        assert f"\n{promise} " in answer.output


def test_a_simulation_leaves_no_database_behind(simulate, database_server):
    assert simulate("--days", "1", "--people", "2").exit_code == 0
    engine = create_engine(database_server)
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT datname FROM pg_database")).all()
    engine.dispose()
    assert [name for name in names if name.startswith("takt_simulate")] == []


def test_a_world_that_cannot_be_is_not_understood(simulate):
    answer = simulate("--lose", "1.5")
    assert answer.exit_code == 2
