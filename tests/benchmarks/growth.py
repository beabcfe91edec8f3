"""Whether screening slows down as the ledger grows: the same people, called the same for longer.

Both worlds hold the same touches of the last weeks; the old one holds older ones as well, at the
same rate. Decisions look back thirty days, so what is older should cost nothing.
"""

from orchestrator.services import Services
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Place, Server, leave
from tests.benchmarks.screening import Reel
from tests.benchmarks.world import Sizes, live

YOUNG_DAYS = 35.0
GROWTH = 30
BATCH = 5_000


def build(server: Server, people: Place, sizes: Sizes) -> tuple[Place, Place]:
    """Make the young world, and the old one from it; `sizes` are those of the young."""
    leave(people)
    young = server.make("young", like="people")
    live(young.services, sizes, from_days=0, to_days=YOUNG_DAYS, prefix="young")
    leave(young)
    old = server.make("old", like="young")
    older = Sizes(sizes.people, sizes.touches * (GROWTH - 1))
    live(old.services, older, from_days=YOUNG_DAYS, to_days=YOUNG_DAYS * GROWTH, prefix="old")
    return young, old


def measure(young: Services, old: Services, *, leads: int, repetitions: int) -> list[Figure]:
    """Screen in both worlds in turn."""
    reels = [Reel(young), Reel(old)]
    for reel in reels:
        reel.rate(leads // 5, batch=BATCH)
    pairs = [
        [reel.rate(leads, batch=min(BATCH, leads)) for reel in reels] for _ in range(repetitions)
    ]
    slower = tuple(before / after for before, after in pairs)
    return [
        Figure("screening, young ledger", "leads/s", tuple(pair[0] for pair in pairs)),
        Figure(f"screening, {GROWTH} times the touches", "leads/s", tuple(p[1] for p in pairs)),
        Figure("  how much slower", "x", slower, at_most=1.25),
    ]
