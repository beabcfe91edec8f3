"""What a simulated month is made of, and how much goes wrong in it."""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Final

from orchestrator.errors import Invalid
from orchestrator.telephony.people import Temper
from orchestrator.telephony.simulated import Faults, Misbehaviour

# A Monday. The month has two holidays in Russia and a change of clocks in New York.
BEGINS: Final = datetime(2026, 2, 16, tzinfo=UTC)
PEOPLE_MAX: Final = 100_000
DAYS_MAX: Final = 366

# Worse tempered than people are, so that a month sees every kind of no many times over.
HOSTILE: Final = Temper(
    answer=0.45, declined=0.08, silent=0.02, failed=0.04, unwanted=0.01,
    accepted=0.08, refused=0.25, refused_calls=0.08, do_not_call=0.08, complaint=0.02,
    callback=0.12, wrong_person=0.04,
)  # fmt: skip


class BadWorld(Invalid):
    """A simulated world needs people and days, and shares between 0 and 1."""

    code = "simulation.bad_world"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A seed, a size, and the share of things that go wrong; each share is from 0 to 1."""

    seed: int
    people: int = 300
    days: int = 30
    lose: float = 0.05  # Messages to workers and reports of the network that never arrive.
    repeat: float = 0.1  # Those that arrive twice.
    late: float = 0.1  # Messages that arrive after anything up to five minutes.
    crash: float = 0.01  # Points of a process' work at which it dies.
    lie: float = 0.02  # Calls about which the network says something that is not so.
    temper: Temper = field(default=HOSTILE)

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated; raises BadWorld."""
        if not 1 <= self.people <= PEOPLE_MAX:
            message = f"`{self.people}` people are not between 1 and {PEOPLE_MAX}"
            raise BadWorld(message, field="people")
        if not 1 <= self.days <= DAYS_MAX:
            raise BadWorld(f"`{self.days}` days are not between 1 and {DAYS_MAX}", field="days")
        for name in (each.name for each in fields(self) if each.type is float):
            share = getattr(self, name)
            if not 0 <= share <= 1:
                raise BadWorld(f"`{name}` is `{share}`, not from 0 to 1", field=name)

    @property
    def faults(self) -> Faults:
        """Say how often the carrier does not take a call."""
        return Faults(not_sent=self.lose / 2, rejected=self.lose / 10, unknown=self.lose / 2)

    @property
    def misbehaviour(self) -> Misbehaviour:
        """Say how badly the network reports."""
        return Misbehaviour(
            lose=self.lose, repeat=self.repeat, delay_seconds_max=600 if self.late else 0
        )

    @property
    def command(self) -> str:
        """Give the command line that makes exactly this month again."""
        shares = " ".join(
            f"--{name} {getattr(self, name):g}"
            for name in ("lose", "repeat", "late", "crash", "lie")
        )
        return (
            f"takt simulate --seed {self.seed} --days {self.days} --people {self.people} {shares}"
        )
