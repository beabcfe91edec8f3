"""Calls: every attempt, live or over, and the doubts a person resolves."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Agent, Desk
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import OfId
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator import outcomes
from orchestrator.dispositions import UnknownDisposition
from orchestrator.errors import NotFound
from orchestrator.outcomes.receiving import NothingToResolve
from orchestrator.store import calls as store
from orchestrator.tables import Attempt

router = APIRouter(prefix="/v1/calls", tags=["calls"], route_class=ActingRoute)


class CallOut(BaseModel):
    """One attempt: reserved, dialing, then ended, withdrawn or unknown."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="Also the carrier's call id.")
    campaign_id: int
    lead_id: int
    person_id: int
    number_id: int
    ordinal: int
    state: str
    carrier: str
    admission_id: int = Field(description="The decision taken when it was reserved …")
    last_look_id: int | None = Field(description="… and the one taken when it was claimed.")
    reserved_at: datetime
    claimed_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    is_requested: bool


class EventOut(BaseModel):
    """Something a carrier reported about a call."""

    model_config = ConfigDict(from_attributes=True)

    carrier: str
    event_id: str
    kind: str
    at: datetime
    received_at: datetime
    effect: str


class CallWhole(CallOut):
    """A call with everything that was reported about it."""

    events: list[EventOut]


class Resolution(BaseModel):
    """How a call in doubt went, on a person's word."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"disposition": "no_answer"}}
    )

    disposition: Annotated[str, StringConstraints(max_length=40)]


@router.get("")
def list_calls(
    session: Transaction,
    _: Desk,
    page: ThePage,
    campaign_id: OfId = None,
    person_id: OfId = None,
    state: Annotated[
        Literal["live", "ended", "withdrawn", "unknown", "unresolved"] | None,
        Query(description="`live` is every call not over, doubts included."),
    ] = None,
) -> PageOut[CallOut]:
    """List calls, the latest reserved first."""
    rows = store.listed(
        session,
        after=page.after,
        limit=page.limit,
        campaign_id=campaign_id,
        person_id=person_id,
        state=state,
    )
    return page.shape(rows, CallOut.model_validate, key="admission_id")


@router.get("/{attempt_id}", responses=problems(NotFound))
def get_call(attempt_id: UUID, session: Transaction, _: Desk) -> CallWhole:
    """Give one call with everything that was reported about it."""
    attempt = session.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFound("call", attempt_id)
    events = [EventOut.model_validate(event) for event in store.events(session, attempt_id)]
    return CallWhole(**CallOut.model_validate(attempt).model_dump(), events=events)


@router.post(
    "/{attempt_id}/resolve", responses=problems(NotFound, UnknownDisposition, NothingToResolve)
)
def resolve_call(
    attempt_id: UUID, asked: Resolution, session: Transaction, by: Agent, now: Now
) -> CallWhole:
    """Say how a call in doubt went. A no among it acts at once."""
    outcomes.resolve(session, attempt_id, asked.disposition, by=by, now=now)
    return get_call(attempt_id, session, by)
