"""Proposals that two records are one person."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.auth import Manager, Reader
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator import merges
from orchestrator.errors import NotFound
from orchestrator.merges import AlreadySettled
from orchestrator.store import lists
from orchestrator.tables import MergeProposal

router = APIRouter(prefix="/v1/merge-proposals", tags=["people"], route_class=ActingRoute)
State = Literal["open", "merged", "refused"]


class MergeOut(BaseModel):
    """Two records with the same number and name under two ids."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    person_id: int
    other_id: int
    number_id: int
    state: State
    created_at: datetime
    settled_by: str | None
    settled_at: datetime | None


class MergeAnswer(BaseModel):
    """Whether they are one person, and how that is known."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"same_person": True, "why": "same contract number"}},
    )

    same_person: bool
    why: Annotated[str, StringConstraints(min_length=3, max_length=1000)]


@router.get("")
def list_merges(
    session: Transaction, _: Reader, page: ThePage, state: State | None = None
) -> PageOut[MergeOut]:
    """List proposals, newest first."""
    rows = lists.newest(session, MergeProposal, after=page.after, limit=page.limit, state=state)
    return page.shape(rows, MergeOut.model_validate)


@router.post("/{proposal_id}/settle", responses=problems(NotFound, AlreadySettled))
def settle_merge(
    proposal_id: Id, asked: MergeAnswer, session: Transaction, by: Manager, now: Now
) -> MergeOut:
    """Say whether two records are one person; if so, each is bound by the other's history."""
    settled = merges.settle(
        session, proposal_id, same_person=asked.same_person, why=asked.why, by=by, now=now
    )
    return MergeOut.model_validate(settled)
