"""What all cases of a campaign share, from its own tables, the policy in force and calendars."""

from datetime import datetime

from sqlalchemy.orm import Session

from guardrails import Policy
from guardrails.facts import Calendar
from orchestrator import policies
from orchestrator.calendars import Calendars
from orchestrator.config import Settings
from orchestrator.store import calendars as calendar_store
from orchestrator.store.ground import Ground, read_ground

_CALENDARS = Calendars()


def survey(
    session: Session,
    campaign_id: int,
    *,
    settings: Settings,
    now: datetime,
    as_if_running: bool = False,
    policy: Policy | None = None,
) -> Ground:
    """Read the shared facts of a campaign as of now, under the policy in force or the one given.

    `as_if_running` answers for a campaign as it will be once launched. Raises NotFound.
    """
    overrides = calendar_store.overrides(session)

    def calendar_of(region: str) -> Calendar:
        return _CALENDARS.for_region(region, overrides.get(region, {}), today=now.date())

    return read_ground(
        session,
        campaign_id,
        policy=policy or policies.in_force(session),
        calendar_of=calendar_of,
        company=settings.seller,
        as_if_running=as_if_running,
    )
