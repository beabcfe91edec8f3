"""Let a month pass: beat's ticks in beat's order, on a clock that jumps to what comes next."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from guardrails.facts import CALLBACK_GRACE
from orchestrator import admission, calls, campaigns, invariants, outcomes, screening, sealing
from orchestrator.clock import ManualClock
from orchestrator.config import Settings
from orchestrator.invariants import Finding
from orchestrator.outcomes.reconciling import DOUBT_LASTS, REPORT_GRACE
from orchestrator.services import Services
from orchestrator.sim import life
from orchestrator.sim.faults import Crash, Death, MortalCarrier, MortalServices, Post
from orchestrator.sim.population import Settled, populate
from orchestrator.sim.world import BEGINS, World
from orchestrator.store import simulation as store
from orchestrator.telephony import simulated
from orchestrator.telephony.simulated import SimulatedCarrier

TICK: Final = timedelta(seconds=5)
# Two calls placed in one tick are still placed one after the other.
MOMENT: Final = timedelta(milliseconds=1)
DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Month:
    """What came of a world: its diary, its figures, and whether every promise held."""

    world: World
    lines: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Identify the month: the SHA-256 of its diary."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    @property
    def broken(self) -> list[Finding]:
        """Give the promises that did not hold."""
        return [finding for finding in self.findings if finding.result == "broken"]

    def note(self, now: datetime, what: str, *facts: object) -> None:
        """Write a line into the diary and count it."""
        self.counts[what] += 1
        self.lines.append(" ".join(map(str, (now.isoformat(), what, *facts))))


def run(
    world: World,
    sessions: sessionmaker[Session],
    settings: Settings,
    *,
    on_day: Callable[[int, Month], None] = lambda _day, _month: None,
) -> Month:
    """Let a world run its days on an empty, migrated database; gives what came of it."""
    machine = Machine(world, sessions, settings)
    machine.begin()
    for day in range(1, world.days + 1):
        machine.pass_until(BEGINS + day * DAY)
        on_day(day, machine.month)
    return machine.finish()


class Machine:
    """Every process of an installation, one at a time, on a clock that stands still."""

    def __init__(self, world: World, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.world = world
        self.month = Month(world)
        self.clock = ManualClock(BEGINS)
        self.death = Death(world.crash, Random(f"death {world.seed}"))
        self.post = Post(world.lose, world.repeat, world.late, Random(f"post {world.seed}"))
        self.chance = Random(f"lies {world.seed}")
        carrier = SimulatedCarrier(
            sessions=sessions, clock=self.clock, seed=world.seed, temper=world.temper,
            faults=world.faults, misbehaviour=world.misbehaviour,
        )  # fmt: skip
        self.carrier = MortalCarrier(carrier, self.death.may_come)
        # What nobody may die of: looking on, and what people do besides.
        self.immortal = Services(sessions, carrier, self.clock, settings)
        self.services = MortalServices(
            sessions, self.carrier, self.clock, settings, may_die=self.death.may_come
        )
        self.settled = Settled((), ())
        self.deeds: list[life.Deed] = []

    def begin(self) -> None:
        """Fill the database and screen everybody once, as a launch does."""
        with self.immortal.transaction() as session:
            self.settled = populate(session, self.world, now=self.clock.now())
        for campaign_id in self.settled.campaign_ids:
            screened = screening.screen(self.immortal, campaign_id)
            self.month.note(self.clock.now(), "screened", screened.leads, screened.clear)
        self.deeds = life.plan(self.world, now=self.clock.now())

    def pass_until(self, end: datetime) -> None:
        """Tick whenever there is something to do, until an instant."""
        while (now := self.next_instant()) < end:
            self.clock.set(now)
            self.tick()
        self.clock.set(end)
        self.alive(lambda: sealing.seal(self.services))
        with self.immortal.transaction() as session:
            for finding in invariants.check_lately(session, end):
                if finding.result == "broken":
                    self.month.note(end, "broken", finding.promise, *finding.offenders)

    def next_instant(self) -> datetime:
        """Say when to look next: at the earliest thing to come, and no sooner than a tick."""
        talk = timedelta(seconds=self.immortal.settings.talk_seconds_max)
        with self.immortal.transaction() as session:
            known = store.next_instant(
                session, talk=talk, grace=REPORT_GRACE, doubt=DOUBT_LASTS, missed=CALLBACK_GRACE
            )
        deed_at = self.deeds[0].at if self.deeds else None
        coming = [at for at in (known, self.post.next_at, deed_at) if at is not None]
        soonest = min(coming, default=self.clock.now() + DAY)
        return max(soonest, self.clock.now() + TICK)

    def tick(self) -> None:
        """Do once what beat has done, in its order."""
        self.live()
        self.alive(lambda: campaigns.finish_due(self.services))
        reserved: list[UUID] = []
        self.alive(lambda: admission.admit(self.services, on_reserved=reserved.extend))
        self.send("admitted", reserved)
        self.deliver_messages()
        self.alive(lambda: simulated.deliver_due(self.services))
        self.lie()
        found = self.alive(lambda: outcomes.reconcile(self.services))
        if found is not None and any(vars_of(found)):
            self.month.note(self.clock.now(), "reconciled", *vars_of(found))
        with self.immortal.transaction() as session:
            waiting = outcomes.to_resend(session, self.clock.now())
        self.send("resent", waiting)

    def live(self) -> None:
        """Do what somebody does besides calling."""
        while self.deeds and self.deeds[0].at <= self.clock.now():
            deed = self.deeds.pop(0)
            done = life.do(self.immortal, self.settled, deed)
            self.month.note(self.clock.now(), deed.kind if done else "nothing", deed.kind)

    def send(self, what: str, attempt_ids: Iterable[UUID]) -> None:
        """Give messages to the post."""
        ids = list(attempt_ids)
        if not ids:
            return
        with self.immortal.transaction() as session:
            ids = store.by_lead(session, ids)
        self.month.note(self.clock.now(), what, len(ids))
        self.post.send(ids, now=self.clock.now())

    def deliver_messages(self) -> None:
        """Let workers have what the post brings, one attempt at a time."""
        for attempt_id in self.post.arriving(self.clock.now()):
            self.clock.advance(MOMENT)
            placed = self.alive(partial(calls.place, self.services, [attempt_id]))
            if placed is None:
                self.post.send_again(attempt_id, now=self.clock.now())
            elif placed.dialled:
                self.month.note(self.clock.now(), "dialled")
            elif placed.withdrawn:
                self.month.note(self.clock.now(), "withdrawn at last look")
            else:
                self.month.note(self.clock.now(), "void message")

    def lie(self) -> None:
        """Let the network say what is not so, about what was dialled and what was not."""
        self.clock.advance(MOMENT)  # What is said now was not known when the last call was placed.
        with self.immortal.transaction() as session:
            about = [*self.carrier.asked[-3:], *store.reserved(session)[:1]]
        for report in life.lies(self.world, iter(about), self.chance, now=self.clock.now()):
            self.alive(partial(life.hear, self.services, report))
            self.month.note(self.clock.now(), "lie", report.kind, report.disposition)

    def alive(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the work gives
        """Let a process work; None when it died of it, and another one takes its place."""
        try:
            return work()
        except Crash as crash:
            self.month.note(self.clock.now(), "crash", crash)
            return None

    def finish(self) -> Month:
        """Seal, check every promise over everything, and write down what came of it."""
        sealing.seal(self.immortal)
        with self.immortal.transaction() as session:
            self.month.findings = invariants.check_all(session, self.clock.now())
            diary = store.diary(session)
        for line in diary:
            self.month.lines.append(" ".join(map(str, line)))
        self.month.counts.update(f"{line[0]}: {line[7]}" for line in diary if line[0] == "call")
        self.month.counts["rings"] = sum(line[0] == "ring" for line in diary)
        return self.month


def vars_of(found: outcomes.Reconciled) -> tuple[int, ...]:
    """Give the figures of one sweep."""
    return (
        found.expired, found.doubted, found.unknown, found.missed_callbacks, found.cancelled,
    )  # fmt: skip
