"""Days that an officer declares working or non-working, whatever the calendar says."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from orchestrator import audit
from orchestrator.jurisdictions import REGION, BadRegion
from orchestrator.policies import require_reason
from orchestrator.roles import demand
from orchestrator.services import Actor
from orchestrator.store import calendars as store
from orchestrator.store import campaigns as campaign_store
from orchestrator.tables import HolidayOverride


def declare(
    session: Session,
    region: str,
    day: date,
    *,
    is_holiday: bool,
    why: str,
    by: Actor,
    now: datetime,
) -> HolidayOverride:
    """Declare a day of a place; everything queued is judged by it at its last look."""
    demand(by, "officer", to="declare a day")
    require_reason(why)
    if not REGION.fullmatch(region):
        raise BadRegion(f"`{region}` is no region: write `RU` or `US-FL`", field="region")
    declared = store.declare(
        session, region, day, is_holiday=is_holiday, why=why, by=by.name, now=now
    )
    campaign_store.make_waiting_due(session, campaign_id=None, now=now)
    audit.note(
        session, "holiday.declared", f"day:{region}:{day.isoformat()}", by=by, now=now,
        is_holiday=is_holiday, why=why,
    )  # fmt: skip
    return declared
