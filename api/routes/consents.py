"""What people said about being called, recorded one person at a time."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Agent
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id, Instant
from api.route import ActingRoute
from guardrails.facts import Purpose
from orchestrator import consents
from orchestrator.consents import ConsentInTheFuture, ConsentWithoutEvidence, Statement
from orchestrator.errors import NotFound
from orchestrator.roles import RoleForbidden

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=ActingRoute)
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class ConsentIn(BaseModel):
    """A statement about being called."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "given": True,
                "given_at": "2026-03-01T12:00:00+03:00",
                "purpose": "marketing",
                "how": "signed form in the shop",
                "wording": "Я согласна получать звонки с предложениями «Телеком»",
                "evidence": "archive/2026/03/form-118.pdf",
            }
        },
    )

    given: bool = Field(description="False is a withdrawal.")
    given_at: Instant
    purpose: Purpose | None = Field(None, description="null covers every purpose.")
    how: Text | None = None
    wording: Text | None = Field(None, description="The exact text agreed to.")
    evidence: Text | None = Field(None, description="Where the document or recording is.")
    expires_at: Instant | None = None


class ConsentOut(BaseModel):
    """A statement about being called, as it is on record."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    person_id: int
    given: bool
    given_at: datetime | None
    purpose: str | None
    how: str | None
    wording: str | None
    evidence: str | None
    expires_at: datetime | None
    source: str
    recorded_by: str
    recorded_at: datetime


@router.post(
    "/{person_id}/consents",
    status_code=201,
    responses=problems(NotFound, RoleForbidden, ConsentWithoutEvidence, ConsentInTheFuture),
)
def record_consent(
    person_id: Id, asked: ConsentIn, session: Transaction, by: Agent, now: Now
) -> ConsentOut:
    """Record a consent (an officer, with evidence) or a withdrawal (acts at once)."""
    said = Statement(**asked.model_dump())
    kept = consents.record(session, person_id, said, by=by, now=now)
    return ConsentOut.model_validate(kept)
