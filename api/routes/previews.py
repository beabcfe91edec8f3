"""Preview calls: an agent asks for the next person, reads, and presses dial or skips."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Agent
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import Id
from api.route import ActingRoute, PlainRoute
from orchestrator import agents
from orchestrator.agents import NothingToDial, NotPreview, NotYours
from orchestrator.errors import NotFound

# Asking and pressing are repeated without harm: the same person, and one ring.
router = APIRouter(prefix="/v1", tags=["calls"], route_class=PlainRoute)
skipping = APIRouter(prefix="/v1", tags=["calls"], route_class=ActingRoute)


class PreviewOut(BaseModel):
    """Whom you may call next, and why."""

    model_config = ConfigDict(from_attributes=True)

    attempt_id: UUID
    campaign_id: int
    lead_id: int
    person_id: int
    name: str | None
    e164: str
    reason: str | None
    variables: dict[str, object]
    expires_at: datetime = Field(description="Press dial before then, or the person is let go.")


class PressedOut(BaseModel):
    """What became of the press."""

    model_config = ConfigDict(from_attributes=True)

    is_dialled: bool
    outcome: str | None = Field(description="The code of the objection where it was not dialled.")


class SkipIn(BaseModel):
    """Why this person is not called."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"why": "the note says she moved abroad"}}
    )

    why: Annotated[str, StringConstraints(min_length=3, max_length=1000)]


@router.post(
    "/campaigns/{campaign_id}/next-call", responses=problems(NotFound, NotPreview, NothingToDial)
)
def ask_for_next_call(campaign_id: Id, services: TheServices, by: Agent) -> PreviewOut:
    """Reserve the next person of a preview campaign for you; nobody is rung yet."""
    return PreviewOut.model_validate(agents.next_call(services, campaign_id, by=by))


@router.post("/calls/{attempt_id}/dial", responses=problems(NotYours))
def dial_call(attempt_id: UUID, services: TheServices, by: Agent) -> PressedOut:
    """Ring the person reserved for you, once, if every guardrail is still clear."""
    return PressedOut.model_validate(agents.dial(services, attempt_id, by=by))


@skipping.post("/calls/{attempt_id}/skip", status_code=204, responses=problems(NotYours))
def skip_call(attempt_id: UUID, asked: SkipIn, session: Transaction, by: Agent, now: Now) -> None:
    """Do not ring the person reserved for you; the lead goes to a colleague."""
    agents.skip(session, attempt_id, why=asked.why, by=by, now=now)
