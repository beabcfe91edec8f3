"""Leads: people in a campaign, where each stands, and why."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api import masking
from api.auth import Caller, Reader, TheCaller
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import At, Id, OfId
from api.paging import PageOut, ThePage
from api.reasons import TheLanguage, VerdictOut, verdict_of
from api.route import ActingRoute
from orchestrator import people
from orchestrator.errors import NotFound
from orchestrator.store import people as store
from orchestrator.store.people import LeadRow
from orchestrator.tables import Campaign

router = APIRouter(prefix="/v1/leads", tags=["leads"], route_class=ActingRoute)


class LeadOut(BaseModel):
    """A person in a campaign and where they stand."""

    id: int
    campaign_id: int
    person_id: int
    name: str | None
    number: str | None = Field(description="The number tried first; masked for some roles.")
    state: Literal["waiting", "open", "agent", "closed"]
    closed_because: str | None
    due_at: datetime | None = Field(description="When it is looked at next; null: on new facts.")
    attempts: int
    callback_at: datetime | None
    decision_id: int | None
    score: float | None
    level: int | None
    source: str | None
    row_number: int | None


class LeadExplained(LeadOut):
    """A lead with everything the call would rest on, and the answer as things stand."""

    reason: str | None
    variables: dict[str, Any]
    signal: str | None
    signal_at: datetime | None
    asked_at: datetime
    verdict: VerdictOut


@router.get("")
def list_leads(
    session: Transaction,
    caller: TheCaller,
    _: Reader,
    page: ThePage,
    campaign_id: OfId = None,
    person_id: OfId = None,
    state: Literal["open", "agent", "closed"] | None = None,
) -> PageOut[LeadOut]:
    """List leads, oldest first, with where each stands."""
    rows = store.leads(
        session,
        after=page.after,
        limit=page.limit,
        campaign_id=campaign_id,
        person_id=person_id,
        state=state,
    )
    return page.shape(rows, lambda row: LeadOut(**lead_fields(row, caller)))


@router.get("/{lead_id}", responses=problems(NotFound))
def get_lead(
    lead_id: Id,
    session: Transaction,
    services: TheServices,
    caller: TheCaller,
    _: Reader,
    lang: TheLanguage,
    now: Now,
    at: At = None,
) -> LeadExplained:
    """Give one lead with every reason for and against calling it, now or at another instant."""
    row = store.lead(session, lead_id)
    campaign = None if row is None else session.get(Campaign, row.lead.campaign_id)
    if row is None or campaign is None:
        raise NotFound("lead", lead_id)
    asked_at = at or now
    standing = people.standing(session, campaign, lead_id, settings=services.settings, now=asked_at)
    return LeadExplained(
        **lead_fields(row, caller),
        reason=row.lead.reason,
        variables=row.lead.variables if caller.sees_people else {},
        signal=row.lead.signal,
        signal_at=row.lead.signal_at,
        asked_at=asked_at,
        verdict=verdict_of(standing.answer, lang),
    )


def lead_fields(row: LeadRow, caller: Caller) -> dict[str, Any]:
    """Give what every answer about a lead says; masked for roles that need no names."""
    progress = row.progress
    full = caller.sees_people
    return {
        "id": row.lead.id,
        "campaign_id": row.lead.campaign_id,
        "person_id": row.lead.person_id,
        "name": masking.name(row.person.name, full=full),
        "number": None if row.e164 is None else masking.number(row.e164, full=full),
        "state": "waiting" if progress is None else progress.state,
        "closed_because": None if progress is None else progress.closed_because,
        "due_at": None if progress is None else progress.due_at,
        "attempts": 0 if progress is None else progress.attempts,
        "callback_at": None if progress is None else progress.callback_at,
        "decision_id": None if progress is None else progress.decision_id,
        "score": row.lead.score,
        "level": row.lead.level,
        "source": row.lead.source,
        "row_number": row.lead.row_number,
    }
