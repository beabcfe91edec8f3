"""Noes, however they reached us: spoken, mailed, or from another system."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Agent, Caller, Officer, Reader, TheCaller
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import Id, Instant, OfId, Ref
from api.idempotency import KeyRequired, Required
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from guardrails.facts import Channel, RefusalKind
from orchestrator import people, refusals
from orchestrator.errors import NotFound
from orchestrator.outcomes.receiving import cancel
from orchestrator.people import NoSubject, NumberUnreadable
from orchestrator.refusals.lifting import AlreadyLifted, ConsentNotEnough, OfficerNeeded
from orchestrator.store import lists
from orchestrator.store import people as store
from orchestrator.tables import Refusal

router = APIRouter(prefix="/v1/refusals", tags=["refusals"], route_class=ActingRoute)
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class RefusalIn(BaseModel):
    """A no as it was heard. Name the person, or the number it came from."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "number": "+7 912 000 12 34",
                "kind": "do_not_call",
                "words": "Больше мне не звоните",
                "channel": "call",
                "taken_by": "Agata, support line",
            }
        },
    )

    person_id: Ref | None = None
    number: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="Everybody who holds it is meant; a number we do not know becomes known."
    )
    kind: RefusalKind = Field(description="`soft` is a no to an offer; see docs/refusals.md.")
    words: Annotated[str, StringConstraints(min_length=1, max_length=4000)] | None = Field(
        None, description="What was said, as it was said: it is the evidence."
    )
    channel: Channel = "call"
    taken_by: Short = Field(description="Who heard it.")
    at: Instant | None = Field(None, description="When it was said; now if left out.")
    offer_id: Ref | None = None
    topic_id: Ref | None = None
    campaign_id: Ref | None = None
    source: Short = Field("api", description="The system it comes from …")
    external_id: Short | None = Field(None, description="… and its id there, kept once.")


class RefusalOut(BaseModel):
    """A no on record."""

    id: int
    person_id: int
    number_id: int | None
    at: datetime
    kind: RefusalKind
    words: str | None = Field(description="Only for roles that need them.")
    offer_id: int | None
    topic_id: int | None
    campaign_id: int | None
    channel: str
    taken_by: str
    attempt_id: UUID | None
    source: str
    external_id: str
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None


class Lift(BaseModel):
    """The later consent that lifts a no or a suppression, and why it is believed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"consent_id": 17, "why": "signed form of 12 March"}},
    )

    consent_id: Ref
    why: Annotated[str, StringConstraints(min_length=3, max_length=1000)]


@router.post(
    "",
    status_code=201,
    dependencies=[Required],
    responses=problems(NumberUnreadable, NoSubject, NotFound, KeyRequired),
)
def record_refusal(
    asked: RefusalIn,
    session: Transaction,
    services: TheServices,
    caller: TheCaller,
    by: Agent,
    now: Now,
    after: BackgroundTasks,
) -> list[RefusalOut]:
    """Record a no. It acts at once: nothing queued is dialled, and what rings is stopped."""
    subjects = people.subjects(
        session,
        person_id=asked.person_id,
        number=asked.number,
        region=services.settings.default_region,
        now=now,
    )
    told = asked.model_dump(exclude={"person_id", "number", "at", "external_id"})
    told["at"] = people.past(asked.at, now=now)
    external_id = asked.external_id or uuid4().hex
    kept = [
        refusals.record(
            session,
            person_id=person_id,
            number_id=subjects.number_id,
            external_id=external_id if len(subjects.people) == 1 else f"{external_id}:{person_id}",
            by=by,
            now=now,
            **told,
        )
        for person_id in subjects.people
    ]
    ringing = refusals.still_ringing(session, person_ids=subjects.people)
    after.add_task(cancel, services, ringing)
    words = store.words(session, [refusal.id for refusal in kept])
    return [refusal_out(refusal, words.get(refusal.id), caller) for refusal in kept]


@router.get("")
def list_refusals(
    session: Transaction,
    caller: TheCaller,
    _: Reader,
    page: ThePage,
    person_id: OfId = None,
    kind: RefusalKind | None = None,
) -> PageOut[RefusalOut]:
    """List noes, newest first."""
    rows = lists.newest(
        session, Refusal, after=page.after, limit=page.limit, person_id=person_id, kind=kind
    )
    words = store.words(session, [row.id for row in rows])
    return page.shape(rows, lambda row: refusal_out(row, words.get(row.id), caller))


@router.post(
    "/{refusal_id}/lift",
    responses=problems(NotFound, OfficerNeeded, AlreadyLifted, ConsentNotEnough),
)
def lift_refusal(
    refusal_id: Id, asked: Lift, session: Transaction, caller: TheCaller, by: Officer, now: Now
) -> RefusalOut:
    """Lift one no of one person, because of a consent given after it. Others go on standing."""
    refusal = refusals.lift(
        session, refusal_id, consent_id=asked.consent_id, why=asked.why, by=by, now=now
    )
    return refusal_out(refusal, store.words(session, [refusal.id]).get(refusal.id), caller)


def refusal_out(refusal: Refusal, words: str | None, caller: Caller) -> RefusalOut:
    """Shape a no, with its words for roles that may read them."""
    return RefusalOut.model_validate(
        {
            **{name: getattr(refusal, name) for name in RefusalOut.model_fields if name != "words"},
            "words": words if caller.reads_words else None,
        }
    )
