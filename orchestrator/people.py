"""Answer for one person: what did we do to them, may we call, and when again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from guardrails.facts import FINAL_REFUSALS
from orchestrator import ground, numbering
from orchestrator.config import Settings
from orchestrator.decisions import Judged, judge
from orchestrator.errors import Invalid, NotFound
from orchestrator.store import facts
from orchestrator.store import people as store
from orchestrator.tables import (
    Campaign,
    Consent,
    Lead,
    Number,
    Person,
    PersonKey,
    Refusal,
    Suppression,
    Touch,
)


class NumberUnreadable(Invalid):
    """This is not one telephone number."""

    code = "number.unreadable"


class NoSubject(Invalid):
    """Name either a person or a number."""

    code = "person.no_subject"


class InTheFuture(Invalid):
    """What is told to have happened has not happened yet."""

    code = "instant.in_the_future"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Whom something that was said concerns."""

    people: list[int]
    number_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """May this person be called for one campaign: the answer at one instant."""

    campaign: Campaign
    lead_id: int | None  # None when the question was "and if they were a lead of it?".
    as_if_running: bool
    answer: Judged


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is on record about one person."""

    person: Person
    numbers: list[Number]
    keys: list[PersonKey]
    touches: list[Touch]
    refusals: list[tuple[Refusal, str | None]]
    consents: list[Consent]
    suppressions: list[Suppression]
    shares_with: list[int]

    @property
    def is_silenced(self) -> bool:
        """Say whether nobody may call this person at all, for good."""
        standing = any(
            each.person_id is not None and each.lifted_at is None for each in self.suppressions
        )
        return standing or any(
            refusal.kind in FINAL_REFUSALS and refusal.lifted_at is None
            for refusal, _ in self.refusals
        )


def read_number(text: str, *, region: str) -> numbering.Number:
    """Read one number as a person types it; raises NumberUnreadable."""
    answer = numbering.read_one(text, region=region)
    if isinstance(answer, numbering.Unread):
        message = f"`{text[:40]}` is not a telephone number"
        raise NumberUnreadable(message, why=str(answer.problem))
    return answer


def by_number(session: Session, text: str, *, region: str) -> Number:
    """Find a number we know; raises NumberUnreadable or NotFound."""
    e164 = read_number(text, region=region).e164
    number = store.number(session, e164)
    if number is None:
        raise NotFound("number", e164)
    return number


def subjects(
    session: Session, *, person_id: int | None, number: str | None, region: str, now: datetime
) -> Subjects:
    """Say whom a no from this person, or from this number, concerns.

    A number alone cannot tell who spoke, so everybody who holds it is meant. A number nobody
    holds gets a person, so that the no is kept for whoever is linked to it later.
    """
    if (person_id is None) == (number is None):
        raise NoSubject("name either `person_id` or `number`")
    if person_id is not None:
        return Subjects([get(session, person_id).id], None)
    read = read_number(number or "", region=region)
    known = store.known_number(
        session, read.e164, kind=str(read.kind), region=read.region, zones=read.zones, now=now
    )
    holders = [person.id for person in store.holders(session, known.id)]
    return Subjects(holders or [store.stranger(session, known.id, now=now)], known.id)


def past(at: datetime | None, *, now: datetime) -> datetime:
    """Give when something happened; now if nobody says, never later. Raises InTheFuture."""
    if at is not None and at > now:
        raise InTheFuture("`at` lies in the future", field="at")
    return at or now


def get(session: Session, person_id: int) -> Person:
    """Find a person; raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person", person_id)
    return person


def about(session: Session, person_id: int) -> Dossier:
    """Gather all that is on record about one person; raises NotFound."""
    person = get(session, person_id)
    numbers = store.numbers(session, person_id)
    number_ids = [number.id for number in numbers]
    sharers = {other.id for number in numbers for other in store.holders(session, number.id)}
    return Dossier(
        person,
        numbers,
        store.keys(session, person_id),
        store.touches(session, person_id),
        store.refusals(session, [person_id]),
        store.consents(session, person_id),
        store.suppressions(session, person_id=person_id, number_ids=number_ids),
        sorted(sharers - {person_id}),
    )


def standings(
    session: Session, person_id: int, *, settings: Settings, now: datetime
) -> list[Standing]:
    """Answer for every campaign the person is a lead of, as things stand."""
    return [
        standing(session, campaign, lead_id, settings=settings, now=now)
        for campaign, lead_id in store.campaigns_of(session, person_id)
    ]


def standing(
    session: Session,
    campaign: Campaign,
    lead_id: int,
    *,
    settings: Settings,
    now: datetime,
    as_if_running: bool = False,
) -> Standing:
    """Answer for one lead at one instant; writes nothing down."""
    shared = ground.survey(
        session, campaign.id, settings=settings, now=now, as_if_running=as_if_running
    )
    candidates = facts.gather(session, shared, [lead_id], now=now)[0]
    if not candidates:
        raise NotFound("lead", lead_id)
    return Standing(campaign, lead_id, as_if_running, judge(candidates, shared.policy))


def if_they_were_a_lead(
    session: Session, person_id: int, campaign_id: int, *, settings: Settings, now: datetime
) -> Standing:
    """Answer whether a person could be called for a running campaign they may be no lead of.

    A person who is no lead of it is asked about as one without a reason, a score or a source,
    and the guardrails will say so. Nothing stays written.
    """
    get(session, person_id)
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    known = [
        lead for each, lead in store.campaigns_of(session, person_id) if each.id == campaign_id
    ]
    if known:
        return standing(session, campaign, known[0], settings=settings, now=now, as_if_running=True)
    trial = session.begin_nested()
    lead = Lead(campaign_id=campaign_id, person_id=person_id, variables={}, created_at=now)
    session.add(lead)
    session.flush()
    found = standing(session, campaign, lead.id, settings=settings, now=now, as_if_running=True)
    trial.rollback()
    return Standing(campaign, None, True, found.answer)  # noqa: FBT003 - a fact of the record
