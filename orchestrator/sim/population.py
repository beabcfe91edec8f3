"""Put a world into an empty database: people as mixed as real lists are, and their campaigns."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy.orm import Session

from orchestrator import campaigns, jurisdictions, offers, scripts
from orchestrator.campaign_fields import CampaignSpec
from orchestrator.services import Actor
from orchestrator.sim.world import World
from orchestrator.store import history
from orchestrator.tables import Consent, Lead, Number, Person, PersonNumber

MANAGER: Final = Actor("simulated manager", "manager")
OFFICER: Final = Actor("simulated officer", "officer")
REGIONS: Final = ("RU", "US")
# Somewhere between Kaliningrad and Kamchatka: what a mobile prefix alone says.
ANYWHERE: Final = ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Kamchatka"]
ZONES: Final = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Moscow", "Europe/Moscow", "Europe/Samara",
    "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Irkutsk", "Asia/Vladivostok",
)  # fmt: skip
NAMES: Final = ("Анна Петрова", "Егор Иванов", "Мария Белова", "Oleg Smirnov", "Ли Мин", "Жанна Ю")
NO_NAMES: Final = (None, "Клиент", "test")
EAGER: Final[dict[str, Any]] = {
    "attempts_max": 10,
    "pauses_hours": {"no_answer": [2, 4, 24, 24, 48], "busy": [0.25, 0.5, 2], "undecided": [48]},
}
SCRIPT: Final[dict[str, Any]] = {
    "id": "simulated",
    "lang": "ru",
    "domain": "telecom",
    "title": "Короткий сценарий",
    "campaign": {"variables": [{"name": "first_name", "fill_rate": 1.0, "fallback": None}]},
    "start": "hello",
    "nodes": [
        {
            "id": "hello",
            "type": "say",
            "purpose": "offer",
            "text": "{first_name}, добрый день! Для вашего роутера готова вторая сим-карта.",
            "next": "end",
        },
        {"id": "end", "type": "end", "purpose": "close", "text": "Всего доброго!"},
    ],
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What was put into the database, in the order in which it was."""

    person_ids: tuple[int, ...]
    campaign_ids: tuple[int, ...]


def populate(session: Session, world: World, *, now: datetime) -> Settled:
    """Fill an empty database with the people and campaigns of a world."""
    chance = Random(f"population {world.seed}")
    for region in REGIONS:
        jurisdictions.accept(session, region, why="a simulated place", by=OFFICER, now=now)
    people = _people(session, world, chance, now=now)
    running = _campaigns(session, world, now=now)
    for place, campaign_id in enumerate(running):
        share = (0.9, 0.7, 0.6, 0.4)[place]
        # A campaign without leads cannot be launched.
        chosen = [person for person in people if happens(chance, share)] or people[:1]
        session.add_all(_lead(campaign_id, person, chance, now=now) for person in chosen)
    session.flush()
    ids = [person.id for person in people]
    history.refresh(session, ids)
    for campaign_id in running:
        campaigns.launch(session, campaign_id, script_review="none", by=OFFICER, now=now)
    return Settled(tuple(ids), tuple(running))


def _people(session: Session, world: World, chance: Random, *, now: datetime) -> list[Person]:
    """Make people; some share a number, some have two, most agreed to be called."""
    people: list[Person] = []
    numbers: list[Number] = []
    links: list[PersonNumber] = []
    for ordinal in range(world.people):
        # Only a hundred American numbers are fictional, so only so many people have one.
        is_american = ordinal % 20 == 0 and ordinal < 20 * 99
        person = _person(chance, is_american=is_american, now=now)
        session.add(person)
        shares = bool(numbers) and not is_american and happens(chance, 0.12)
        if not shares:
            numbers.append(_number(ordinal, is_american=is_american, now=now))
            session.add(numbers[-1])
        session.flush()
        own = chance.choice(numbers) if shares else numbers[-1]
        links.append(_link(person, own, rank=0, now=now))
        if happens(chance, 0.15):
            second = chance.choice(numbers)
            if second is not own:
                links.append(_link(person, second, rank=1, now=now))
        people.append(person)
    session.add_all(links)
    session.add_all(consent for person in people for consent in _consents(person, chance, now=now))
    session.flush()
    history.refresh_numbers(session, [number.id for number in numbers])
    return people


def happens(chance: Random, share: float) -> bool:
    """Let chance say whether something happens that happens in this share of cases."""
    return chance.random() < share


def _person(chance: Random, *, is_american: bool, now: datetime) -> Person:
    zone = "America/New_York" if is_american else chance.choice(ZONES)
    return Person(
        name=chance.choice(NAMES) if happens(chance, 0.95) else chance.choice(NO_NAMES),
        language="en" if is_american else "ru",
        region="US-NY" if is_american else "RU",
        declared_zone=zone if happens(chance, 0.6) else None,
        address_zone=zone if happens(chance, 0.6) else None,
        protected="minor" if happens(chance, 0.01) else None,
        owned=["second sim"] if happens(chance, 0.05) else [],
        open_case="claim" if happens(chance, 0.03) else None,
        created_at=now,
    )


def _number(ordinal: int, *, is_american: bool, now: datetime) -> Number:
    """Make a fictional number; +1 212 555 01xx and Russian ones with a 000xxxx tail."""
    russian = f"+79{12 + ordinal // 10_000 % 80:02d}000{ordinal % 10_000:04d}"
    return Number(
        e164=f"+12125550{100 + ordinal // 20}" if is_american else russian,
        kind="mobile",
        region="US" if is_american else "RU",
        prefix_zones=["America/New_York"] if is_american else ANYWHERE,
        created_at=now,
    )


def _link(person: Person, number: Number, *, rank: int, now: datetime) -> PersonNumber:
    return PersonNumber(person_id=person.id, number_id=number.id, rank=rank, linked_at=now)


def _consents(person: Person, chance: Random, *, now: datetime) -> list[Consent]:
    """Make what a person said: mostly a yes that can be shown, now and then taken back later."""
    said = [True] if happens(chance, 0.94) else []
    if happens(chance, 0.03):
        said.append(False)
    return [
        Consent(
            person_id=person.id,
            given=given,
            given_at=now - timedelta(days=chance.randint(2, 400) if given else 1),
            how="form on the web site",
            wording="Согласен получать предложения по телефону",
            evidence="document" if happens(chance, 0.97) else None,
            expires_at=now + timedelta(days=14) if happens(chance, 0.05) else None,
            source="simulation",
            fingerprint=f"{place}",
            recorded_by="simulation",
            recorded_at=now,
        )
        for place, given in enumerate(said)
    ]


def _campaigns(session: Session, world: World, *, now: datetime) -> list[int]:
    """Make four campaigns over three topics, with different paces, plans and dates."""
    script = scripts.add(session, SCRIPT, by=MANAGER, now=now)
    topics = [
        offers.add_topic(session, f"topic-{place}", f"Topic {place}", by=OFFICER, now=now).id
        for place in range(3)
    ]
    end = now + timedelta(days=world.days)
    plans: tuple[dict[str, Any], ...] = (
        {"retry_plan": EAGER, "lines_max": 20},
        {"lines_max": 5, "calls_per_second_max": 0.5, "priority": 5},
        {
            "retry_plan": EAGER,
            "share": 3,
            "starts_at": now + timedelta(days=min(3.0, world.days / 4)),
        },
        {"ends_at": now + timedelta(days=max(1, world.days * 2 // 3)), "robot": False},
    )
    made = []
    for place, plan in enumerate(plans):
        offer = offers.add(
            session,
            f"offer-{place}",
            title=f"Offer {place}",
            topic_id=topics[place % len(topics)],
            purpose="marketing",
            product="second sim" if place == 0 else None,
            by=OFFICER,
            now=now,
        )
        spec = CampaignSpec(
            name=f"campaign {place}",
            offer_id=offer.id,
            script_version_id=script.id,
            **{"ends_at": end, **plan},
        )
        made.append(campaigns.create(session, spec, by=MANAGER, now=now).id)
    return made


def _lead(campaign_id: int, person: Person, chance: Random, *, now: datetime) -> Lead:
    """Make a person a lead, most for a reason of their own."""
    day = (now - timedelta(days=chance.randint(1, 700))).date()
    reason = f"Ваш домашний интернет подключён {day.isoformat()}"
    if happens(chance, 0.02):
        reason = "Уникальное предложение"
    level = chance.choice((2, 3, 3, 3, 4, 5))
    return Lead(
        campaign_id=campaign_id,
        person_id=person.id,
        reason=reason,
        reason_hash=hashlib.md5(reason.encode(), usedforsecurity=False).digest(),
        reason_facts=1,
        variables={},
        score=round(chance.betavariate(4, 30), 3),
        level=level,
        signal_at=now - timedelta(days=chance.randint(1, 170)),
        source=chance.choice(("crm", "web", "partner")),
        created_at=now,
    )
