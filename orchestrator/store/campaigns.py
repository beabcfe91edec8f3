"""Campaigns: their rows, what is missing before a launch, and how far they got."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from orchestrator.store import history
from orchestrator.tables import (
    LIVE,
    Attempt,
    Campaign,
    CampaignEvent,
    Lead,
    LeadProgress,
    Offer,
    ScriptVersion,
)


def campaign(session: Session, campaign_id: int) -> Campaign | None:
    """Give one campaign as it is now."""
    return session.get(Campaign, campaign_id, populate_existing=True)


def locked(session: Session, campaign_id: int) -> Campaign | None:
    """Give one campaign, locked, so that its state moves one step at a time.

    The lock lets attempts and leads that name the campaign be added meanwhile.
    """
    return session.get(
        Campaign, campaign_id, with_for_update={"key_share": True}, populate_existing=True
    )


def name_is_taken(session: Session, name: str, *, but_by: int | None = None) -> bool:
    """Say whether another campaign has this name."""
    statement = select(Campaign.id).where(Campaign.name == name)
    if but_by is not None:
        statement = statement.where(Campaign.id != but_by)
    return session.scalar(statement) is not None


def add(session: Session, campaign: Campaign) -> Campaign:
    """Keep a new campaign."""
    session.add(campaign)
    session.flush()
    session.refresh(campaign)
    return campaign


def lock_offer(session: Session, offer_id: int) -> bool:
    """Hold an offer as it is while a campaign begins to use it; False when there is none."""
    statement = select(Offer.id).where(Offer.id == offer_id).with_for_update(read=True)
    return session.scalar(statement) is not None


def has_script_version(session: Session, script_version_id: int) -> bool:
    """Say whether there is such a version of a script."""
    return session.get(ScriptVersion, script_version_id) is not None


def campaigns(
    session: Session, *, state: str | None, before_id: int | None, limit: int
) -> Sequence[Campaign]:
    """Give campaigns, newest first, a page at a time."""
    statement = select(Campaign).order_by(Campaign.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(Campaign.state == state)
    if before_id is not None:
        statement = statement.where(Campaign.id < before_id)
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def add_event(session: Session, event: CampaignEvent) -> None:
    """Append who moved a campaign where, and why."""
    session.add(event)
    session.flush()


def events(session: Session, campaign_id: int) -> Sequence[CampaignEvent]:
    """Give everything that happened to a campaign, oldest first."""
    statement = (
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign_id)
        .order_by(CampaignEvent.id)
    )
    return session.scalars(statement).all()


def leads_below(session: Session, campaign_id: int, level: int) -> int:
    """Count leads whose level is unknown or under the one given."""
    statement = select(func.count()).where(
        Lead.campaign_id == campaign_id, or_(Lead.level.is_(None), Lead.level < level)
    )
    return session.scalar(statement) or 0


def regions(session: Session, campaign_id: int) -> list[str]:
    """Give every place whose law may apply to a lead of this campaign, most common first."""
    rows = session.scalars(
        text(
            "SELECT region FROM (SELECT coalesce(n.region, p.region, 'ZZ') AS region FROM lead l"
            " JOIN person p ON p.id = l.person_id"
            " LEFT JOIN person_number pn ON pn.person_id = l.person_id"
            " LEFT JOIN number n ON n.id = pn.number_id WHERE l.campaign_id = :campaign_id) found"
            " GROUP BY region ORDER BY count(*) DESC, region"
        ),
        {"campaign_id": campaign_id},
    )
    return [str(region) for region in rows]


def lock_reserved(session: Session, *, campaign_id: int | None) -> list[int]:
    """Lock the people with a reservation, of one campaign or of all, and give them.

    People are locked before campaigns, here as everywhere. A last look that is under way ends
    before this; one that begins after sees what we commit.
    """
    statement = select(Attempt.person_id).where(Attempt.state == "reserved")
    if campaign_id is not None:
        statement = statement.where(Attempt.campaign_id == campaign_id)
    people = list(session.scalars(statement))
    if people:
        history.lock(session, people)
    return people


def withdraw_reserved(
    session: Session,
    people: Sequence[int],
    *,
    campaign_id: int | None,
    because: str,
    now: datetime,
) -> int:
    """Withdraw what is reserved for these locked people, of one campaign or of all; says how many.

    A reservation made in between is withdrawn by its last look.
    """
    change = update(Attempt).where(Attempt.state == "reserved", Attempt.person_id.in_(people))
    if campaign_id is not None:
        change = change.where(Attempt.campaign_id == campaign_id)
    ended = change.values(state="withdrawn", outcome=because, ended_at=now)
    return len(session.scalars(ended.returning(Attempt.id)).all())


_FIRST_DUE = text(
    "INSERT INTO lead_progress (lead_id, campaign_id, person_id, due_at)"
    " SELECT id, campaign_id, person_id, :now FROM lead l WHERE campaign_id = :campaign_id"
    " AND NOT EXISTS (SELECT FROM lead_progress g WHERE g.lead_id = l.id)"
    " ORDER BY id ON CONFLICT DO NOTHING"
)


def make_waiting_due(session: Session, *, campaign_id: int | None, now: datetime) -> None:
    """Have leads that wait for a fact looked at again: the campaign's state was one.

    Those of the campaign named that nobody has looked at yet are due as well.
    """
    change = (
        update(LeadProgress)
        .where(LeadProgress.state == "open", LeadProgress.due_at.is_(None))
        .values(due_at=func.greatest(now, LeadProgress.not_before))
    )
    if campaign_id is not None:
        change = change.where(LeadProgress.campaign_id == campaign_id)
        session.execute(_FIRST_DUE, {"campaign_id": campaign_id, "now": now})
    else:
        running = select(Campaign.id).where(Campaign.state == "running")
        change = change.where(LeadProgress.campaign_id.in_(running))
    session.execute(change)


def settled_leads(session: Session, campaign_id: int) -> frozenset[int]:
    """Give the leads Takt does not work on any more: closed, or waiting for a person."""
    statement = select(LeadProgress.lead_id).where(
        LeadProgress.campaign_id == campaign_id, LeadProgress.state != "open"
    )
    return frozenset(session.scalars(statement))


def ending(session: Session, *, now: datetime) -> list[int]:
    """Give campaigns that have nothing left to do: stopping, past their end, or all closed."""
    # Counting every lead is dear, so it is done only once none is open.
    rows = session.scalars(
        text(
            "SELECT c.id FROM campaign c WHERE NOT EXISTS (SELECT FROM attempt a"  # noqa: S608
            f" WHERE a.campaign_id = c.id AND a.state IN {LIVE})"
            " AND (c.state = 'stopping' OR (c.state IN ('running', 'paused') AND c.ends_at <= :now)"
            " OR CASE WHEN c.state = 'running' AND c.leads > 0 AND NOT EXISTS (SELECT"
            " FROM lead_progress g WHERE g.campaign_id = c.id AND g.state <> 'closed')"
            " THEN c.leads = (SELECT count(*) FROM lead_progress g WHERE g.campaign_id = c.id)"
            " ELSE false END) ORDER BY c.id"
        ),
        {"now": now},
    )
    return [int(campaign_id) for campaign_id in rows]


def live(session: Session, campaign_id: int) -> dict[str, int]:
    """Count calls in progress by state."""
    statement = (
        select(Attempt.state, func.count())
        .where(Attempt.campaign_id == campaign_id, Attempt.state.in_(LIVE))
        .group_by(Attempt.state)
    )
    return dict(iter(session.execute(statement)))


def lead_states(session: Session, campaign_id: int) -> Sequence[tuple[str, str | None, bool, int]]:
    """Count leads by state, by why they were closed, and by whether they are due at a time."""
    has_due = LeadProgress.due_at.is_not(None)
    statement = (
        select(LeadProgress.state, LeadProgress.closed_because, has_due, func.count())
        .where(LeadProgress.campaign_id == campaign_id)
        .group_by(LeadProgress.state, LeadProgress.closed_because, has_due)
    )
    return session.execute(statement).all()


def outcomes(session: Session, campaign_id: int, *, since: datetime | None) -> dict[str, int]:
    """Count placed calls by what they ended with, of all time or since an instant."""
    statement = (
        select(Attempt.outcome, func.count())
        .where(
            Attempt.campaign_id == campaign_id,
            Attempt.claimed_at.is_not(None),
            Attempt.state.in_(("ended", "unknown")),
        )
        .group_by(Attempt.outcome)
    )
    if since is not None:
        statement = statement.where(Attempt.claimed_at >= since)
    return {outcome or "unknown": count for outcome, count in session.execute(statement)}


def placed(session: Session, campaign_id: int, *, since: datetime | None) -> int:
    """Count calls that were placed, those in progress included."""
    statement = select(func.count()).where(
        Attempt.campaign_id == campaign_id, Attempt.claimed_at.is_not(None)
    )
    if since is not None:
        statement = statement.where(Attempt.claimed_at >= since)
    return session.scalar(statement) or 0


def write(session: Session, campaign: Campaign, changes: dict[str, Any]) -> None:
    """Change a locked campaign's row and count its version up."""
    for name, value in changes.items():
        setattr(campaign, name, value)
    campaign.version += 1
    session.flush()
