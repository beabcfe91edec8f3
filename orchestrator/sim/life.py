"""What happens besides calling: noes by letter, other systems, officers, people changing plans."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from guardrails.facts import RefusalKind
from orchestrator import campaigns, consents, ledger, outcomes, policies, refusals, stops
from orchestrator.dispositions import MEANINGS
from orchestrator.errors import Conflict
from orchestrator.services import SYSTEM, Services
from orchestrator.sim.population import MANAGER, OFFICER, Settled
from orchestrator.sim.world import World
from orchestrator.store import simulation as store
from orchestrator.telephony.base import CarrierReport, Disposition

NOES: Final[tuple[RefusalKind, ...]] = (
    "do_not_call", "list_removal", "complaint", "explicit", "soft",
)  # fmt: skip
ENDS: Final[tuple[Disposition, ...]] = tuple(MEANINGS)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody does at an instant."""

    at: datetime
    kind: str
    seed: str


Doer: TypeAlias = Callable[[Session, Settled, Random, datetime], None]


def plan(world: World, *, now: datetime) -> list[Deed]:
    """Say what is going to happen and when, by the world's seed."""
    chance = Random(f"life {world.seed}")
    seconds = world.days * 86_400
    a_day = {"refuse": 0.006, "contact": 0.02, "correct": 0.004, "consent": 0.004, "list": 0.001}
    counts = {kind: max(1, round(share * world.people * world.days / 3))
              for kind, share in a_day.items()}  # fmt: skip
    counts |= {"pause": max(1, world.days // 5), "stop": max(1, world.days // 15), "tighten": 1}
    deeds = [
        Deed(now + timedelta(seconds=chance.randrange(seconds)), kind, f"{world.seed} {kind} {n}")
        for kind, count in counts.items()
        for n in range(count)
    ]
    # Whatever is stopped goes on after an hour or so.
    deeds += [
        Deed(deed.at + timedelta(minutes=chance.randint(20, 180)), AFTERWARDS[deed.kind], deed.seed)
        for deed in deeds
        if deed.kind in AFTERWARDS
    ]
    return sorted(deeds, key=lambda deed: (deed.at, deed.seed, deed.kind))


AFTERWARDS: Final = {"pause": "resume", "stop": "go_on"}


def do(services: Services, settled: Settled, deed: Deed) -> bool:
    """Do it, in a transaction of its own; False when it makes no sense any more."""
    now = services.clock.now()
    try:
        with services.transaction() as session:
            DOERS[deed.kind](session, settled, Random(deed.seed), now)
    except Conflict:
        return False  # Paused already, lifted already: as it happens to people.
    return True


def _refuse(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    refusals.record(
        session, person_id=chance.choice(settled.person_ids), kind=chance.choice(NOES), at=now,
        channel="email", taken_by=OFFICER.name, words="Больше не звоните мне",
        source="letters", external_id=str(chance.random()), by=OFFICER, now=now,
    )  # fmt: skip


def _contact(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    """Learn, up to three days late, of a contact another system had."""
    channel: Any = chance.choice(("sms", "call", "email", "visit"))
    reach: Any = "message" if channel in ("sms", "email") else "conversation"
    touch = ledger.NewTouch(
        person_id=chance.choice(settled.person_ids), number_id=None,
        at=now - timedelta(minutes=chance.randint(0, 3 * 24 * 60)),
        source="other system", external_id=str(chance.random()), disposition="contact",
        reach=reach, channel=channel, talk_seconds=30,
    )  # fmt: skip
    ledger.append(session, [touch], by=SYSTEM, now=now)


def _correct(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    """Try to have been told something else: a no that becomes a callback must stay a no."""
    touch_id = store.latest_touch(session, chance.choice(settled.person_ids))
    if touch_id is not None:
        becomes = chance.choice(("callback", "no_answer", "refused", "do_not_call"))
        refusals.correct(session, touch_id, becomes, why="a typing error", by=MANAGER, now=now)


def _consent(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    said = consents.Statement(
        given=chance.choice((True, True, False)), given_at=now, how="form",
        wording="Согласен получать предложения по телефону", evidence="document",
    )  # fmt: skip
    consents.record(session, chance.choice(settled.person_ids), said, by=OFFICER, now=now)


def _list(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    e164 = store.number_of(session, chance.choice(settled.person_ids))
    refusals.suppress(session, e164=e164, cause="list", source="simulation", by=OFFICER, now=now)


def _pause(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    campaign_id = chance.choice(settled.campaign_ids)
    campaigns.pause(session, campaign_id, why="a look at the figures", by=MANAGER, now=now)


def _resume(session: Session, settled: Settled, chance: Random, now: datetime) -> None:
    campaign_id = chance.choice(settled.campaign_ids)  # The same as was paused, by its seed.
    campaigns.resume(session, campaign_id, why="the figures are good", by=MANAGER, now=now)


def _stop(session: Session, _settled: Settled, _chance: Random, now: datetime) -> None:
    stops.stop_everything(session, why="a drill", by=MANAGER, now=now)


def _go_on(session: Session, _settled: Settled, _chance: Random, now: datetime) -> None:
    stops.lift(session, why="the drill is over", by=OFFICER, now=now)


def _tighten(session: Session, _settled: Settled, _chance: Random, now: datetime) -> None:
    """Put a policy in force that asks for better leads; it reaches what is queued."""
    document = policies.in_force(session).document
    packs = [
        {**pack, "guardrails": [_tighter(entry) for entry in pack["guardrails"]]}
        for pack in document["packs"]
    ]
    version = policies.draft(
        session, {"packs": packs}, why="only better leads", by=OFFICER, now=now
    )
    policies.activate(session, version.id, by=OFFICER, now=now)


def _tighter(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "floor": 0.07} if entry["code"] == "quality.score" else entry


DOERS: Final[dict[str, Doer]] = {
    "refuse": _refuse, "contact": _contact, "correct": _correct, "consent": _consent,
    "list": _list, "pause": _pause, "resume": _resume, "stop": _stop, "go_on": _go_on,
    "tighten": _tighten,
}  # fmt: skip


def lies(
    world: World, attempt_ids: Iterator[UUID], chance: Random, *, now: datetime
) -> Iterator[CarrierReport]:
    """Make reports that are not so: about calls long over, never dialled, or not ours at all."""
    for attempt_id in attempt_ids:
        if chance.random() >= world.lie:
            continue
        about = attempt_id if chance.random() < 0.9 else UUID(int=chance.getrandbits(128))  # noqa: PLR2004
        kind: Any = chance.choice(("ringing", "answered", "ended", "ended"))
        yield CarrierReport(
            "simulated", f"{about.hex}:lie:{chance.random()}", about, kind, now,
            chance.choice(ENDS) if kind == "ended" else None,
        )  # fmt: skip


def hear(services: Services, report: CarrierReport) -> None:
    """Let a report in by the same door as every other."""
    outcomes.receive(services, report)
