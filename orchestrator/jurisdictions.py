"""Places an officer answers for although no pack covers their law."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.errors import Conflict, Invalid
from orchestrator.policies import require_reason
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import campaigns as campaign_store
from orchestrator.store import policies as store
from orchestrator.tables import JurisdictionAcceptance

REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
UNKNOWN = "ZZ"


class BadRegion(Invalid):
    """A place is an ISO 3166 code such as `RU` or `US-FL`."""

    code = "jurisdiction.invalid"


class NotAccepted(Conflict):
    """No officer answers for this place, so there is nothing to withdraw."""

    code = "jurisdiction.not_accepted"


def accept(session: Session, region: str, *, why: str, by: Actor, now: datetime) -> str:
    """Open a place that no pack covers: an officer answers for it, with a reason.

    Accepting again what is accepted changes nothing. A country covers its states.
    """
    demand(by, "officer", to="accept a jurisdiction")
    require_reason(why)
    _check(region)
    accepted = store.accept_region(session, region, why=why, by=by.name, now=now)
    if accepted is not None:
        campaign_store.make_waiting_due(session, campaign_id=None, now=now)
        audit.note(session, "jurisdiction.accept", f"region:{region}", by=by, now=now, why=why)
    return region


def withdraw(session: Session, region: str, *, why: str, by: Actor, now: datetime) -> str:
    """Close a place again; what is queued for it is turned away at its last look."""
    demand(by, "officer", to="withdraw a jurisdiction")
    require_reason(why)
    _check(region)
    if store.withdraw_region(session, region, by=by.name, now=now) is None:
        raise NotAccepted(f"nobody answers for `{region}`", region=region)
    audit.note(session, "jurisdiction.withdraw", f"region:{region}", by=by, now=now, why=why)
    return region


def accepted(session: Session) -> frozenset[str]:
    """Give the places that are open because an officer answers for them."""
    return store.accepted_regions(session)


def acceptances(session: Session) -> Sequence[JurisdictionAcceptance]:
    """Give every acceptance there ever was, newest first."""
    return store.acceptances(session)


def _check(region: str) -> None:
    if not REGION.fullmatch(region):
        raise BadRegion(f"`{region}` is no region: write `RU` or `US-FL`", field="region")
    if region == UNKNOWN:
        raise BadRegion("nobody can answer for an unknown place", field="region")
