"""Suppressions: people and numbers nobody may call."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.auth import Manager, Officer, Reader
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import Id, OfId, Ref
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from api.routes.refusals import Lift
from orchestrator import people, refusals
from orchestrator.errors import NotFound
from orchestrator.outcomes.receiving import cancel
from orchestrator.people import NoSubject, NumberUnreadable
from orchestrator.refusals.lifting import (
    AlreadyLifted,
    ConsentNotEnough,
    OfficerNeeded,
    SharedNumber,
)
from orchestrator.store import lists
from orchestrator.tables import Suppression

router = APIRouter(prefix="/v1/suppressions", tags=["suppressions"], route_class=ActingRoute)
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class SuppressionIn(BaseModel):
    """Whom nobody may call any more: a person on all their numbers, or one number."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"number": "+7 912 000 12 34", "cause": "letter of 3 March"}},
    )

    person_id: Ref | None = None
    number: Annotated[str, StringConstraints(max_length=40)] | None = None
    cause: Short
    source: Short = "api"


class SuppressionOut(BaseModel):
    """A suppression on record."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    person_id: int | None
    number_id: int | None
    cause: str
    refusal_id: int | None
    source: str
    recorded_at: datetime
    recorded_by: str
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_consent_id: int | None


@router.post("", status_code=201, responses=problems(NumberUnreadable, NoSubject, NotFound))
def suppress(
    asked: SuppressionIn,
    session: Transaction,
    services: TheServices,
    by: Manager,
    now: Now,
    after: BackgroundTasks,
) -> SuppressionOut:
    """Forbid calls at once. What is queued is withdrawn, what rings is stopped."""
    e164 = None
    if asked.number is not None:
        e164 = people.read_number(asked.number, region=services.settings.default_region).e164
    if asked.person_id is not None:
        people.get(session, asked.person_id)
    kept = refusals.suppress(
        session,
        person_id=asked.person_id,
        e164=e164,
        cause=asked.cause,
        source=asked.source,
        by=by,
        now=now,
    )
    ringing = refusals.still_ringing(
        session,
        person_ids=[kept.person_id] if kept.person_id else [],
        number_ids=[kept.number_id] if kept.number_id else [],
    )
    after.add_task(cancel, services, ringing)
    return SuppressionOut.model_validate(kept)


@router.get("")
def list_suppressions(
    session: Transaction,
    _: Reader,
    page: ThePage,
    person_id: OfId = None,
    number_id: OfId = None,
) -> PageOut[SuppressionOut]:
    """List suppressions, newest first, lifted ones too."""
    rows = lists.newest(
        session,
        Suppression,
        after=page.after,
        limit=page.limit,
        person_id=person_id,
        number_id=number_id,
    )
    return page.shape(rows, SuppressionOut.model_validate)


@router.post(
    "/{suppression_id}/lift",
    responses=problems(NotFound, OfficerNeeded, AlreadyLifted, ConsentNotEnough, SharedNumber),
)
def lift_suppression(
    suppression_id: Id, asked: Lift, session: Transaction, by: Officer, now: Now
) -> SuppressionOut:
    """Lift a suppression that came from a list, because of a consent given after it."""
    lifted = refusals.lift_suppression(
        session, suppression_id, consent_id=asked.consent_id, why=asked.why, by=by, now=now
    )
    return SuppressionOut.model_validate(lifted)
