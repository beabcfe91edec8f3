"""Whom a command means: `+7 912 000 12 34`, `person:17` or `lead:42`."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator import people
from orchestrator.config import Settings
from orchestrator.errors import NotFound
from orchestrator.people import Subjects
from orchestrator.store import people as store

NAMED = re.compile(r"(person|lead):(\d{1,18})")


def person_or_number(
    session: Session, who: str, *, settings: Settings
) -> tuple[int | None, str | None]:
    """Read a person that must exist, or a number that may be new; one of the two."""
    named = NAMED.fullmatch(who)
    if named is not None and named[1] == "person":
        return people.get(session, int(named[2])).id, None
    return None, people.read_number(who, region=settings.default_region).e164


def subjects(session: Session, who: str, *, settings: Settings, now: datetime) -> Subjects:
    """Say whom a no from this person or number concerns."""
    person_id, e164 = person_or_number(session, who, settings=settings)
    return people.subjects(
        session, person_id=person_id, number=e164, region=settings.default_region, now=now
    )


def meant(session: Session, who: str, *, settings: Settings) -> tuple[list[int], int | None]:
    """Give the people a question is about, and the lead if it names one; raises NotFound."""
    named = NAMED.fullmatch(who)
    if named is not None and named[1] == "lead":
        row = store.lead(session, int(named[2]))
        if row is None:
            raise NotFound("lead", named[2])
        return [row.person.id], row.lead.id
    person_id, e164 = person_or_number(session, who, settings=settings)
    if person_id is not None:
        return [person_id], None
    number = people.by_number(session, e164 or who, region=settings.default_region)
    return [person.id for person in store.holders(session, number.id)], None
