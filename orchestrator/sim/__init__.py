"""A month in a minute: people, a network and a machine room that misbehave, all by one seed.

`world` says what there is and what goes wrong, `population` puts it into an empty database,
`faults` lose, repeat, delay and crash, `life` is what happens besides calling, and `run` lets
time pass. The same seed gives the same month.
"""

from orchestrator.sim.run import Month, run
from orchestrator.sim.world import World

__all__ = ["Month", "World", "run"]
