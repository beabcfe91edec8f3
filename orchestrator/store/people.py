"""What is on record about one person or one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.store import history
from orchestrator.tables import (
    Campaign,
    Consent,
    Lead,
    LeadProgress,
    Number,
    Person,
    PersonKey,
    PersonNumber,
    Quote,
    Refusal,
    Suppression,
    Touch,
)

TOUCHES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead with the person it is about, and where it stands."""

    lead: Lead
    person: Person
    progress: LeadProgress | None
    e164: str | None  # The number tried first.

    @property
    def id(self) -> int:
        """Give the lead's id, by which lists go on."""
        return self.lead.id


def number(session: Session, e164: str) -> Number | None:
    """Give the number as we know it."""
    return session.scalar(select(Number).where(Number.e164 == e164))


def known_number(
    session: Session,
    e164: str,
    *,
    kind: str,
    region: str | None,
    zones: Sequence[str],
    now: datetime,
) -> Number:
    """Give a number, making its row if nobody has named it before."""
    session.execute(
        insert(Number)
        .values(e164=e164, kind=kind, region=region, prefix_zones=list(zones), created_at=now)
        .on_conflict_do_nothing()
    )
    return session.scalars(select(Number).where(Number.e164 == e164)).one()


def stranger(session: Session, number_id: int, *, now: datetime) -> int:
    """Make a person of whom only the number is known; gives their id.

    Locks the number, so that two at once make one person.
    """
    session.execute(select(Number.id).where(Number.id == number_id).with_for_update())
    known = holders(session, number_id)
    if known:
        return known[0].id
    person = Person(created_at=now, owned=[])
    session.add(person)
    session.flush()
    session.add(PersonNumber(person_id=person.id, number_id=number_id, rank=0, linked_at=now))
    history.refresh_numbers(session, [number_id])
    return person.id


def holders(session: Session, number_id: int) -> list[Person]:
    """Give everybody who can be reached on a number, first linked first."""
    return list(
        session.scalars(
            select(Person)
            .join(PersonNumber, PersonNumber.person_id == Person.id)
            .where(PersonNumber.number_id == number_id)
            .order_by(PersonNumber.linked_at, Person.id)
        )
    )


def numbers(session: Session, person_id: int) -> list[Number]:
    """Give a person's numbers, the one tried first at the beginning."""
    return list(
        session.scalars(
            select(Number)
            .join(PersonNumber, PersonNumber.number_id == Number.id)
            .where(PersonNumber.person_id == person_id)
            .order_by(PersonNumber.rank, Number.id)
        )
    )


def keys(session: Session, person_id: int) -> list[PersonKey]:
    """Give the ids other systems know a person by."""
    return list(
        session.scalars(
            select(PersonKey).where(PersonKey.person_id == person_id).order_by(PersonKey.source)
        )
    )


def touches(session: Session, person_id: int) -> list[Touch]:
    """Give the latest contacts with a person, newest first."""
    return list(
        session.scalars(
            select(Touch)
            .where(Touch.person_id == person_id)
            .order_by(Touch.at.desc(), Touch.id.desc())
            .limit(TOUCHES_SHOWN)
        )
    )


def refusals(session: Session, person_ids: Sequence[int]) -> list[tuple[Refusal, str | None]]:
    """Give every no of these people with its words, newest first."""
    found = session.execute(
        select(Refusal, Quote.words)
        .outerjoin(Quote, Quote.refusal_id == Refusal.id)
        .where(Refusal.person_id.in_(person_ids))
        .order_by(Refusal.at.desc(), Refusal.id.desc())
    )
    return [(refusal, words) for refusal, words in found]


def words(session: Session, refusal_ids: Sequence[int]) -> dict[int, str]:
    """Give the words of these refusals, where they are kept."""
    found = session.execute(
        select(Quote.refusal_id, Quote.words).where(Quote.refusal_id.in_(refusal_ids))
    )
    return {row.refusal_id: row.words for row in found}


def consents(session: Session, person_id: int) -> list[Consent]:
    """Give everything a person said about being called, newest first."""
    return list(
        session.scalars(
            select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
        )
    )


def suppressions(
    session: Session, *, person_id: int | None = None, number_ids: Sequence[int] = ()
) -> list[Suppression]:
    """Give suppressions of a person or of any of these numbers, lifted ones too, newest first."""
    return list(
        session.scalars(
            select(Suppression)
            .where(or_(Suppression.person_id == person_id, Suppression.number_id.in_(number_ids)))
            .order_by(Suppression.id.desc())
        )
    )


def _leads() -> Select[Lead, Person, LeadProgress | None, str | None]:
    first_number = (
        select(Number.e164)
        .join(PersonNumber, PersonNumber.number_id == Number.id)
        .where(PersonNumber.person_id == Lead.person_id)
        .order_by(PersonNumber.rank, Number.id)
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    return (
        select(Lead, Person, LeadProgress, first_number)
        .join(Person, Person.id == Lead.person_id)
        .outerjoin(LeadProgress, LeadProgress.lead_id == Lead.id)
    )


def leads(
    session: Session,
    *,
    after: int | None,
    limit: int,
    campaign_id: int | None = None,
    person_id: int | None = None,
    state: str | None = None,
) -> list[LeadRow]:
    """Give leads, oldest first, with where they stand; one more than the limit if there is."""
    statement = _leads().order_by(Lead.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(Lead.id > after)
    if campaign_id is not None:
        statement = statement.where(Lead.campaign_id == campaign_id)
    if person_id is not None:
        statement = statement.where(Lead.person_id == person_id)
    if state is not None:
        statement = statement.where(LeadProgress.state == state)
    return [LeadRow(*row) for row in session.execute(statement)]


def lead(session: Session, lead_id: int) -> LeadRow | None:
    """Give one lead."""
    row = session.execute(_leads().where(Lead.id == lead_id)).one_or_none()
    return None if row is None else LeadRow(*row)


def campaigns_of(session: Session, person_id: int) -> list[tuple[Campaign, int]]:
    """Give the campaigns a person is a lead of, with the lead's id, newest campaign first."""
    found = session.execute(
        select(Campaign, Lead.id)
        .join(Lead, Lead.campaign_id == Campaign.id)
        .where(Lead.person_id == person_id)
        .order_by(Campaign.id.desc())
    )
    return [(campaign, lead_id) for campaign, lead_id in found]
