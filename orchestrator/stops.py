"""The emergency stop: one person stops everything at once; an officer lets it go on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.errors import Conflict
from orchestrator.policies import require_reason
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import campaigns as campaign_store
from orchestrator.store import stops as store
from orchestrator.tables import EmergencyStop


class NothingStopped(Conflict):
    """No emergency stop stands, so there is none to lift."""

    code = "stop.none"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop did."""

    stop_id: int
    withdrawn: int


def standing(session: Session) -> EmergencyStop | None:
    """Give the stop that stands, if one does; admission and the last look ask this."""
    return store.standing(session)


def is_stopped(session: Session) -> bool:
    """Say whether everything stands still."""
    return store.standing(session) is not None


def stop_everything(session: Session, *, why: str, by: Actor, now: datetime) -> Stopped:
    """Stop every campaign and withdraw every reservation, in this transaction.

    Calls that already ring go on: whoever answers hears a person. A second stop changes nothing
    but withdraws again.
    """
    demand(by, "manager", "officer", "admin", to="stop everything")
    require_reason(why)
    stop_id = store.add(session, why=why, by=by.name, now=now)
    reserved = campaign_store.lock_reserved(session, campaign_id=None)
    withdrawn = campaign_store.withdraw_reserved(
        session, reserved, campaign_id=None, because="stopped", now=now
    )
    stop = store.standing(session)
    if stop is None:  # Lifted between two statements of ours, so it did stand.
        raise NothingStopped("an officer lifted the stop at this very moment; stop again")
    audit.note(
        session,
        "stop.everything",
        f"stop:{stop.id}",
        by=by,
        now=now,
        why=why,
        withdrawn=withdrawn,
        stood_already=stop_id is None,
    )
    return Stopped(stop.id, withdrawn)


def lift(session: Session, *, why: str, by: Actor, now: datetime) -> int:
    """Let calls begin again; gives the id of the stop that was lifted."""
    demand(by, "officer", to="lift an emergency stop")
    require_reason(why)
    stop_id = store.lift(session, why=why, by=by.name, now=now)
    if stop_id is None:
        raise NothingStopped("no emergency stop stands")
    campaign_store.make_waiting_due(session, campaign_id=None, now=now)
    audit.note(session, "stop.lift", f"stop:{stop_id}", by=by, now=now, why=why)
    return stop_id
