"""What the last look and the claim cost, against the same reads and writes without deciding.

"Without deciding" is the same code under a policy that asks nothing: the same queries, rows and
commits, and always the answer "clear".
"""

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import quantiles
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from guardrails import Policy
from guardrails.policy import Pack
from orchestrator import admission, calls, policies, screening
from orchestrator.services import Services
from orchestrator.store import policies as store
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Place, services_at
from tests.benchmarks.screening import CAMPAIGN
from tests.benchmarks.world import INSTANT

AT_ONCE = 8
BATCH = 50
ASKS_NOTHING = Policy((Pack("asks nothing", ()),))
Kind = Literal["threads", "processes"]


@dataclass(frozen=True, slots=True)
class Span:
    """When one lane began and ended, and how long each of its claims took."""

    begun: float
    ended: float
    seconds: list[float]
    claimed: int


@dataclass(frozen=True, slots=True)
class Round:
    """Claims made by several lanes at once."""

    rate: float
    p50_ms: float
    p99_ms: float


@cache
def reached(address: str, home: Path) -> Services:
    """Give this process its own services for a database."""
    return services_at(address, home)


def lane(address: str, home: Path, ids: Sequence[UUID], batch: int) -> Span:
    """Claim attempts, so many in a transaction, one transaction after the other."""
    services = reached(address, home)
    with services.transaction() as session:  # Connected before the clock runs.
        policies.in_force(session)
    seconds, claimed = [], 0
    begun = time.monotonic()
    for first in range(0, len(ids), batch):
        started = time.monotonic()
        with services.transaction() as session:
            dials, _ = calls.claim(session, services, ids[first : first + batch])
        seconds.append(time.monotonic() - started)
        claimed += len(dials)
    return Span(begun, time.monotonic(), seconds, claimed)


class Lanes:
    """Eight lanes, as threads of this process or as processes."""

    def __init__(self, place: Place, home: Path, kind: Kind) -> None:
        self._place, self._home = place, home
        self._pool = (
            ThreadPoolExecutor(AT_ONCE)
            if kind == "threads"
            else ProcessPoolExecutor(AT_ONCE, multiprocessing.get_context("spawn"))
        )

    def close(self) -> None:
        """End the lanes."""
        self._pool.shutdown()

    def claim(self, ids: Sequence[UUID], *, batch: int) -> Round:
        """Claim all of these, spread over the lanes."""
        shares = [ids[number::AT_ONCE] for number in range(AT_ONCE)]
        spans = list(
            self._pool.map(
                lane,
                [self._place.address] * AT_ONCE,
                [self._home] * AT_ONCE,
                shares,
                [batch] * AT_ONCE,
            )
        )
        claimed = sum(span.claimed for span in spans)
        assert claimed > len(ids) * 0.99, f"only {claimed} of {len(ids)} attempts were claimed"
        begun, ended = min(span.begun for span in spans), max(span.ended for span in spans)
        cuts = quantiles([second for span in spans for second in span.seconds], n=100)
        return Round(claimed / (ended - begun), cuts[49] * 1000, cuts[98] * 1000)


def make_due(services: Services, *, leads: int) -> None:
    """Screen the last leads of the campaign, so that there is somebody to call."""
    with services.sessions() as session:
        last = session.scalars(text("SELECT max(id) FROM lead")).one()
    screening.screen(services, CAMPAIGN, after_lead_id=max(0, last - leads))


def reserve(services: Services, count: int) -> list[UUID]:
    """Reserve attempts through the one door, until there are enough."""
    found: list[UUID] = []
    while len(found) < count:
        with services.transaction() as session:
            looked_at, reserved = admission.admit_batch(session, services, CAMPAIGN, limit=100)
        assert looked_at, "no lead is due any more"
        found += reserved
    return found[:count]


def put_in_force(services: Services, policy_hash: str) -> None:
    """Have another policy in force from the next transaction on."""
    with services.transaction() as session:
        session.execute(text("UPDATE policy_version SET state = 'superseded'"))
        session.execute(
            text("UPDATE policy_version SET state = 'in_force' WHERE hash = :hash"),
            {"hash": policy_hash},
        )


def measure(place: Place, home: Path, *, claims: int, repetitions: int, kind: Kind) -> list[Figure]:
    """Claim with and without deciding, one by one and in batches, over and over in turn."""
    services = place.services
    with services.transaction() as session:
        usual = policies.in_force(session).hash
        store.add_draft(
            session, ASKS_NOTHING.hash, document=ASKS_NOTHING.document, why="to compare with",
            by="bench", now=INSTANT,
        )  # fmt: skip
    lanes = Lanes(place, home, kind)
    lanes.claim(reserve(services, AT_ONCE * 20), batch=1)  # The first of anything is slower.
    rounds: dict[str, list[Round]] = {"decided": [], "undecided": [], "batched": []}
    for _ in range(repetitions):
        ids = reserve(services, claims * 3)
        rounds["decided"].append(lanes.claim(ids[:claims], batch=1))
        put_in_force(services, ASKS_NOTHING.hash)
        rounds["undecided"].append(lanes.claim(ids[claims : 2 * claims], batch=1))
        put_in_force(services, usual)
        rounds["batched"].append(lanes.claim(ids[2 * claims :], batch=BATCH))
    lanes.close()
    return list(compared(rounds, kind))


def compared(rounds: dict[str, list[Round]], kind: Kind) -> Iterator[Figure]:
    """Hold claims that were decided against those that were not, and batches against singles."""
    rates = {name: tuple(each.rate for each in found) for name, found in rounds.items()}
    about = f"{AT_ONCE} {kind}"
    decided, undecided, batched = rates["decided"], rates["undecided"], rates["batched"]
    yield Figure(f"last look + claim, {about}", "/s", decided)
    yield Figure(f"the same without deciding, {about}", "/s", undecided)
    share = tuple(a / b for a, b in zip(decided, undecided, strict=True))
    yield Figure("  decided against undecided", "x", share, at_least=0.4)
    p99 = tuple(each.p99_ms for each in rounds["decided"])
    yield Figure("  p50 of one", "ms", tuple(each.p50_ms for each in rounds["decided"]))
    yield Figure("  p99 of one", "ms", p99, at_most=40)
    yield Figure(f"last look + claim in batches of {BATCH}, {about}", "/s", batched)
    gain = tuple(a / b for a, b in zip(batched, decided, strict=True))
    yield Figure("  batched against single", "x", gain, at_least=3)
