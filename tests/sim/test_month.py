"""A month in a hostile city: lost messages, double deliveries, crashes, a network that lies."""

from itertools import zip_longest

import pytest

from orchestrator.services import connect
from orchestrator.sim import World, run
from orchestrator.sim.world import BadWorld
from tests.conftest import administer, named


@pytest.fixture
def live_through(database, settings):
    """Let a world run on this test's database."""
    sessions = connect(database)
    yield lambda world: run(world, sessions, settings)
    sessions.kw["bind"].dispose()


@pytest.fixture
def live_through_again(database_server, template_database, settings):
    """Let the same world run on another empty database."""
    name = "takt_test_again"
    administer(database_server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    administer(database_server, "CREATE DATABASE {} TEMPLATE {}", name, template_database)
    sessions = connect(named(database_server, name))
    yield lambda world: run(world, sessions, settings)
    sessions.kw["bind"].dispose()
    administer(database_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_week_in_a_hostile_city_breaks_no_promise(live_through, seed):
    world = World(seed=seed, people=40, days=8, lose=0.1, repeat=0.2, crash=0.02, lie=0.1)
    month = live_through(world)
    assert month.broken == [], world.command
    assert month.counts["broken"] == 0, world.command


def test_the_week_put_the_promises_to_the_test(live_through):
    month = live_through(World(seed=4, people=60, days=8, crash=0.02, lie=0.1))
    for what in ("dialled", "crash", "lie", "resent", "refuse", "pause", "call: do_not_call"):
        assert month.counts[what] > 0, what


def test_the_same_seed_makes_the_same_month(live_through, live_through_again):
    world = World(seed=5, people=25, days=4, crash=0.02, lie=0.1)
    one, other = live_through(world), live_through_again(world)
    first = next((pair for pair in zip_longest(one.lines, other.lines) if pair[0] != pair[1]), None)
    assert first is None, world.command
    assert one.digest == other.digest


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_month_in_a_hostile_city_breaks_no_promise(live_through, seed):
    world = World(seed=seed)
    assert live_through(world).broken == [], world.command


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(BadWorld, match="`lose`"):
        World(seed=1, lose=share)


def test_a_world_without_people_is_refused():
    with pytest.raises(BadWorld, match="`0` people"):
        World(seed=1, people=0)


def test_a_failure_names_the_command_that_makes_it_again():
    command = World(seed=7, people=20, days=3, crash=0.5).command
    assert command.startswith("takt simulate --seed 7 --days 3 --people 20")
    assert "--crash 0.5" in command
