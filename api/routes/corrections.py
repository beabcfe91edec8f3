"""Corrections: a contact ended otherwise than recorded. Stronger at once, weaker by an officer."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Agent, Officer, Reader
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id, Ref
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator import refusals
from orchestrator.dispositions import UnknownDisposition
from orchestrator.errors import NotFound
from orchestrator.refusals.correcting import AlreadySettled, EvidenceNeeded, NotYourOwn
from orchestrator.store import lists
from orchestrator.tables import Correction

router = APIRouter(prefix="/v1/corrections", tags=["corrections"], route_class=ActingRoute)
Why = Annotated[str, StringConstraints(min_length=3, max_length=1000)]


class CorrectionIn(BaseModel):
    """How a contact ended after all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "touch_id": 42,
                "disposition": "callback",
                "why": "the agent pressed the wrong button",
            }
        },
    )

    touch_id: Ref
    disposition: Annotated[str, StringConstraints(max_length=40)]
    why: Why


class CorrectionMade(BaseModel):
    """What came of it: a new entry that acts, or a correction that waits for an officer."""

    acts: bool
    touch_id: int | None = Field(description="The new entry of the ledger.")
    correction_id: int | None = Field(description="The correction that waits; the no stands.")


class CorrectionOut(BaseModel):
    """A correction that would weaken a no."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    touch_id: int
    refusal_id: int
    becomes: str
    why: str
    asked_by: str
    asked_at: datetime
    settled: Literal["accepted", "refused"] | None
    settled_by: str | None
    settled_at: datetime | None
    evidence: str | None


class Settlement(BaseModel):
    """An officer's word on a correction, and what it rests on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"accept": True, "evidence": "recording 118, 00:42"}},
    )

    accept: bool
    evidence: Why


@router.post("", status_code=201, responses=problems(NotFound, UnknownDisposition))
def correct(asked: CorrectionIn, session: Transaction, by: Agent, now: Now) -> CorrectionMade:
    """Correct how a contact ended. Weakening a no waits for an officer; until then it stands."""
    made = refusals.correct(
        session, asked.touch_id, asked.disposition, why=asked.why, by=by, now=now
    )
    if isinstance(made, Correction):
        return CorrectionMade(acts=False, touch_id=None, correction_id=made.id)
    return CorrectionMade(acts=True, touch_id=made.id, correction_id=None)


@router.get("")
def list_corrections(session: Transaction, _: Reader, page: ThePage) -> PageOut[CorrectionOut]:
    """List corrections that would weaken a no, newest first."""
    rows = lists.newest(session, Correction, after=page.after, limit=page.limit)
    return page.shape(rows, CorrectionOut.model_validate)


@router.post(
    "/{correction_id}/settle",
    responses=problems(NotFound, NotYourOwn, EvidenceNeeded, AlreadySettled),
)
def settle_correction(
    correction_id: Id, asked: Settlement, session: Transaction, by: Officer, now: Now
) -> CorrectionOut:
    """Accept or refuse a correction; never one's own."""
    settled = refusals.settle_correction(
        session, correction_id, accept=asked.accept, evidence=asked.evidence, by=by, now=now
    )
    return CorrectionOut.model_validate(settled)
