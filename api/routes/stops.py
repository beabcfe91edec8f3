"""The emergency stop: one person stops everything, an officer lets it go on."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.auth import Anyone, Officer, Stopper
from api.deps import Now, Transaction
from api.errors import problems
from api.route import ActingRoute
from orchestrator import stops
from orchestrator.policies import ReasonMissing
from orchestrator.stops import NothingStopped

router = APIRouter(prefix="/v1/emergency-stop", tags=["emergency stop"], route_class=ActingRoute)


class Why(BaseModel):
    """Why it is done; kept on the record."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"why": "wrong list was imported"}}
    )

    why: Annotated[str, StringConstraints(max_length=1000)]


class StopOut(BaseModel):
    """Whether everything stands still, since when, and by whose word."""

    stopped: bool
    at: datetime | None = None
    by: str | None = None
    why: str | None = None


class StoppedOut(BaseModel):
    """What a stop did."""

    stop_id: int
    withdrawn: int


class LiftedOut(BaseModel):
    """Which stop was lifted."""

    stop_id: int


@router.get("")
def get_stop(session: Transaction, _: Anyone) -> StopOut:
    """Say whether everything stands still."""
    stop = stops.standing(session)
    if stop is None:
        return StopOut(stopped=False)
    return StopOut(stopped=True, at=stop.at, by=stop.by, why=stop.why)


@router.post("", status_code=201, responses=problems(ReasonMissing))
def stop_everything(asked: Why, session: Transaction, by: Stopper, now: Now) -> StoppedOut:
    """Stop every campaign at once. What is queued is withdrawn; calls that ring go on."""
    done = stops.stop_everything(session, why=asked.why, by=by, now=now)
    return StoppedOut(stop_id=done.stop_id, withdrawn=done.withdrawn)


@router.post("/lift", responses=problems(NothingStopped, ReasonMissing))
def lift_stop(asked: Why, session: Transaction, by: Officer, now: Now) -> LiftedOut:
    """Let calls begin again."""
    return LiftedOut(stop_id=stops.lift(session, why=asked.why, by=by, now=now))
