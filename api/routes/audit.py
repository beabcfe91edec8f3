"""The record: is the chain whole, do the promises hold, who did what."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Reader
from api.deps import Now, Transaction
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from orchestrator import invariants, sealing
from orchestrator.store import lists
from orchestrator.tables import AuditEvent

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=ActingRoute)


class ChainOut(BaseModel):
    """What was found along the chain over decisions and deeds."""

    model_config = ConfigDict(from_attributes=True)

    is_whole: bool
    sealed: int
    unsealed: int = Field(description="Committed lately, sealed within seconds.")
    head: str = Field(description="Note it elsewhere, and the past cannot be rewritten.")
    altered: list[str]
    removed: list[str]
    inserted: list[str]


class FindingOut(BaseModel):
    """One promise, and whether it holds."""

    model_config = ConfigDict(from_attributes=True)

    promise: str
    says: str
    result: Literal["ok", "broken", "not applicable"]
    count: int
    offenders: list[str]
    note: str


class DeedOut(BaseModel):
    """Who did what, when, to which thing."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    by: str
    role: str
    action: str
    subject: str
    details: dict[str, Any]


@router.get("/verify")
def verify_chain(session: Transaction, _: Reader) -> ChainOut:
    """Walk the whole chain and name whatever is not as it was sealed."""
    return ChainOut.model_validate(sealing.verify(session))


@router.get("/invariants")
def check_invariants(
    session: Transaction,
    _: Reader,
    now: Now,
    lately: Annotated[bool, Query(description="Only what the last 24 hours brought.")] = False,  # noqa: FBT002 - a query
) -> list[FindingOut]:
    """Check every promise over everything that was ever done, or over the last day."""
    check = invariants.check_lately if lately else invariants.check_all
    return [FindingOut.model_validate(each) for each in check(session, now)]


@router.get("/events")
def list_deeds(
    session: Transaction,
    _: Reader,
    page: ThePage,
    subject: Annotated[str | None, Query(max_length=100, examples=["campaign:1"])] = None,
    action: Annotated[str | None, Query(max_length=100, examples=["campaign.move"])] = None,
) -> PageOut[DeedOut]:
    """List deeds, newest first; append-only and chained like decisions."""
    rows = lists.newest(
        session, AuditEvent, after=page.after, limit=page.limit, subject=subject, action=action
    )
    return page.shape(rows, DeedOut.model_validate)
