"""The house policy: what is in force, and new versions of it; places and days officers declare."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Anyone, Officer
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from api.routes.stops import Why
from orchestrator import holidays, jurisdictions, policies
from orchestrator.errors import NotFound
from orchestrator.jurisdictions import BadRegion, NotAccepted
from orchestrator.policies import (
    PolicyLoosens,
    PolicyNeedsHistory,
    PolicyUnreadable,
    PolicyWithoutWindow,
    ReasonMissing,
)
from orchestrator.store import calendars as calendar_store
from orchestrator.tables import PolicyVersion

router = APIRouter(prefix="/v1", tags=["policies"], route_class=ActingRoute)
Text = Annotated[str, StringConstraints(max_length=1000)]
Region = Annotated[str, StringConstraints(max_length=6)]


class LimitOut(BaseModel):
    """One limit in force."""

    model_config = ConfigDict(from_attributes=True)

    pack: str
    binding: str
    code: str = Field(description="The guardrail it belongs to.")
    name: str
    value: Any
    unit: str | None
    between: tuple[float, float] | None
    stricter: str = Field(description="The direction in which a change tightens.")
    says: str


class PolicyOut(BaseModel):
    """The policy every call is judged by."""

    hash: str
    packs: list[str]
    ring_seconds_max: int
    limits: list[LimitOut]


class VersionOut(BaseModel):
    """One immutable version of the policy."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    hash: str
    state: Literal["draft", "in_force", "superseded"]
    why: str
    drafted_by: str
    drafted_at: datetime
    activated_by: str | None
    activated_at: datetime | None
    superseded_at: datetime | None


class VersionWhole(VersionOut):
    """A version with its document."""

    document: dict[str, Any]


class DraftIn(BaseModel):
    """A new version: the whole document, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "document": {
                    "name": "house.strict",
                    "guardrails": [{"code": "campaign.not_running"}],
                },
                "why": "fewer calls on Saturdays",
            }
        },
    )

    document: dict[str, Any]
    why: Text


class AcceptanceOut(BaseModel):
    """A place an officer answers for."""

    model_config = ConfigDict(from_attributes=True)

    region: str
    why: str
    accepted_by: str
    accepted_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class DayIn(BaseModel):
    """Whether a day is a holiday, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"is_holiday": True, "why": "decree 118 of 2026"}},
    )

    is_holiday: bool
    why: Text


class DayOut(BaseModel):
    """A day an officer declared."""

    model_config = ConfigDict(from_attributes=True)

    region: str
    day: date
    is_holiday: bool
    why: str
    set_by: str
    set_at: datetime


@router.get("/policy")
def get_policy(session: Transaction, _: Anyone) -> PolicyOut:
    """Give every limit in force with its value, unit, bounds and the pack that sets it."""
    policy = policies.in_force(session)
    return PolicyOut(
        hash=policy.hash,
        packs=[pack.name for pack in policy.packs],
        ring_seconds_max=policy.ring_seconds_max,
        limits=[LimitOut.model_validate(each) for each in policies.effective(session)],
    )


@router.get("/policy/versions")
def list_versions(session: Transaction, _: Anyone, page: ThePage) -> PageOut[VersionOut]:
    """List versions, newest first."""
    rows = policies.versions(session, before_id=page.after, limit=page.limit + 1)
    return page.shape(rows, VersionOut.model_validate)


@router.get("/policy/versions/{version_id}", responses=problems(NotFound))
def get_version(version_id: Id, session: Transaction, _: Anyone) -> VersionWhole:
    """Give one version with its document."""
    version = session.get(PolicyVersion, version_id)
    if version is None:
        raise NotFound("policy version", version_id)
    return VersionWhole.model_validate(version)


@router.post(
    "/policy/versions",
    status_code=201,
    responses=problems(PolicyUnreadable, PolicyWithoutWindow, ReasonMissing),
)
def draft_version(
    asked: Annotated[DraftIn, Body()], session: Transaction, by: Officer, now: Now
) -> VersionOut:
    """Keep a new version for later; it changes nothing until it is put in force."""
    version = policies.draft(session, asked.document, why=asked.why, by=by, now=now)
    return VersionOut.model_validate(version)


@router.post(
    "/policy/versions/{version_id}/activate",
    responses=problems(NotFound, PolicyLoosens, PolicyNeedsHistory),
)
def activate_version(version_id: Id, session: Transaction, by: Officer, now: Now) -> VersionOut:
    """Put a version in force that only tightens; it reaches what is queued at once."""
    return VersionOut.model_validate(policies.activate(session, version_id, by=by, now=now))


@router.get("/jurisdictions")
def list_jurisdictions(session: Transaction, _: Anyone) -> list[AcceptanceOut]:
    """List the places officers answered for, newest first, withdrawn ones too."""
    found = jurisdictions.acceptances(session)
    return [AcceptanceOut.model_validate(each) for each in found]


@router.post("/jurisdictions/{region}/accept", responses=problems(BadRegion, ReasonMissing))
def accept_jurisdiction(
    region: Region, asked: Why, session: Transaction, by: Officer, now: Now
) -> list[AcceptanceOut]:
    """Open a place no pack covers: an officer answers for dialling it."""
    jurisdictions.accept(session, region, why=asked.why, by=by, now=now)
    return list_jurisdictions(session, by)


@router.post(
    "/jurisdictions/{region}/withdraw", responses=problems(BadRegion, NotAccepted, ReasonMissing)
)
def withdraw_jurisdiction(
    region: Region, asked: Why, session: Transaction, by: Officer, now: Now
) -> list[AcceptanceOut]:
    """Close a place again; what is queued for it is turned away at its last look."""
    jurisdictions.withdraw(session, region, why=asked.why, by=by, now=now)
    return list_jurisdictions(session, by)


@router.get("/holidays")
def list_holidays(session: Transaction, _: Anyone) -> list[DayOut]:
    """List the days officers declared, by place and date."""
    return [DayOut.model_validate(day) for day in calendar_store.declared(session)]


@router.put("/holidays/{region}/{day}", responses=problems(BadRegion, ReasonMissing))
def declare_holiday(
    region: Region, day: date, asked: DayIn, session: Transaction, by: Officer, now: Now
) -> DayOut:
    """Declare a day working or non-working, whatever the calendar says."""
    declared = holidays.declare(
        session, region, day, is_holiday=asked.is_holiday, why=asked.why, by=by, now=now
    )
    return DayOut.model_validate(declared)
