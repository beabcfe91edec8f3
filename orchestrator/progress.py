"""How far a campaign got: leads by state, calls by outcome, what is going on now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from orchestrator import campaigns
from orchestrator.store import campaigns as store

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Progress:
    """Figures of one campaign at one instant."""

    campaign_id: int
    state: str
    at: datetime
    leads: int
    unscreened: int  # Not looked at yet.
    due: int  # Open, and Takt knows when to look again.
    waiting: int  # Open, waiting for a fact to change.
    agent: int  # A person must decide.
    closed: dict[str, int]  # By why.
    live: dict[str, int]  # Calls in progress by state.
    placed: int
    placed_last_day: int  # In the last 24 hours.
    outcomes: dict[str, int]
    outcomes_last_day: dict[str, int]


def progress(session: Session, campaign_id: int, *, now: datetime) -> Progress:
    """Count how far a campaign got."""
    campaign = campaigns.get(session, campaign_id)
    due = waiting = agent = 0
    closed: dict[str, int] = {}
    for state, because, has_due, count in store.lead_states(session, campaign_id):
        if state == "closed":
            key = because or "unknown"
            closed[key] = closed.get(key, 0) + count
        elif state == "agent":
            agent += count
        elif has_due:
            due += count
        else:
            waiting += count
    known = due + waiting + agent + sum(closed.values())
    return Progress(
        campaign_id=campaign_id,
        state=campaign.state,
        at=now,
        leads=campaign.leads,
        unscreened=max(campaign.leads - known, 0),
        due=due,
        waiting=waiting,
        agent=agent,
        closed=closed,
        live=store.live(session, campaign_id),
        placed=store.placed(session, campaign_id, since=None),
        placed_last_day=store.placed(session, campaign_id, since=now - DAY),
        outcomes=store.outcomes(session, campaign_id, since=None),
        outcomes_last_day=store.outcomes(session, campaign_id, since=now - DAY),
    )
