"""The life of a campaign: draft, ready, running and paused, stopping, done; with who and why.

Nothing here reserves or dials. A campaign that leaves `running` takes its reservations back in
the same transaction, so that nothing queued is dialled for it afterwards.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from orchestrator import audit, readiness
from orchestrator.campaign_fields import EDITABLE, CampaignSpec, CampaignTaken, check
from orchestrator.errors import Conflict, Invalid, NotFound
from orchestrator.policies import require_reason
from orchestrator.roles import demand
from orchestrator.services import SYSTEM, Actor, Services
from orchestrator.store import campaigns as store
from orchestrator.tables import Campaign, CampaignEvent

MOVERS: Final = ("manager", "officer", "admin")
UNREVIEWED: Final = "none"
# What somebody should do instead, by the state the campaign is in.
INSTEAD: Final = {
    "draft": "launch it",
    "ready": "launch it",
    "running": "pause or stop it",
    "paused": "resume or stop it",
    "stopping": "wait until its last call has ended",
    "done": "make a new campaign",
}


class CampaignWrongState(Conflict):
    """A campaign cannot do that in the state it is in."""

    code = "campaign.wrong_state"


class CampaignChanged(Conflict):
    """Somebody changed the campaign since you read it."""

    code = "campaign.changed"


class BadReview(Invalid):
    """Scripts are not reviewed yet; only `none` can be accepted, by an officer."""

    code = "campaign.script_review"


def create(session: Session, spec: CampaignSpec, *, by: Actor, now: datetime) -> Campaign:
    """Make a campaign, as a draft."""
    demand(by, *MOVERS, to="make a campaign")
    campaign = Campaign(**spec.columns, state="draft", created_by=by.name, created_at=now)
    check(campaign)
    if not store.lock_offer(session, spec.offer_id):
        raise NotFound("offer", spec.offer_id)
    if not store.has_script_version(session, spec.script_version_id):
        raise NotFound("script version", spec.script_version_id)
    if store.name_is_taken(session, spec.name):
        raise CampaignTaken(f"another campaign is named `{spec.name}`", field="name")
    campaign = store.add(session, campaign)
    audit.note(
        session,
        "campaign.create",
        f"campaign:{campaign.id}",
        by=by,
        now=now,
        name=campaign.name,
        offer_id=campaign.offer_id,
        script=campaign.script_version_id,
    )
    return campaign


def get(session: Session, campaign_id: int) -> Campaign:
    """Give one campaign as it is now."""
    campaign = store.campaign(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    return campaign


def campaigns(
    session: Session, *, state: str | None = None, before_id: int | None = None, limit: int = 100
) -> Sequence[Campaign]:
    """Give campaigns, newest first, a page at a time."""
    return store.campaigns(session, state=state, before_id=before_id, limit=limit)


def events(session: Session, campaign_id: int) -> Sequence[CampaignEvent]:
    """Give every move of a campaign, oldest first."""
    return store.events(session, get(session, campaign_id).id)


def edit(
    session: Session,
    campaign_id: int,
    changes: Mapping[str, Any],
    *,
    version: int,
    by: Actor,
    now: datetime,
) -> Campaign:
    """Change a campaign that is still the version you read.

    Before its launch everything can be changed; afterwards only its end and its pace. Another
    script has to be accepted again.
    """
    demand(by, *MOVERS, to="change a campaign")
    campaign = _locked(session, campaign_id)
    if campaign.version != version:
        message = f"campaign `{campaign.name}` is version {campaign.version}: read it again"
        raise CampaignChanged(message, version=campaign.version)
    editable = EDITABLE[campaign.state]
    for name in sorted(set(changes) - editable):
        message = f"`{name}` of a campaign that is {campaign.state} cannot be changed"
        raise CampaignWrongState(message, field=name, state=campaign.state)
    written = dict(changes)
    if changes.get("script_version_id", campaign.script_version_id) != campaign.script_version_id:
        written |= {"script_review": None, "script_accepted_by": None}
        if not store.has_script_version(session, changes["script_version_id"]):
            raise NotFound("script version", changes["script_version_id"])
    if "offer_id" in changes and not store.lock_offer(session, changes["offer_id"]):
        raise NotFound("offer", changes["offer_id"])
    if "name" in changes and store.name_is_taken(session, changes["name"], but_by=campaign_id):
        raise CampaignTaken(f"another campaign is named `{changes['name']}`", field="name")
    with session.no_autoflush:
        for name, value in written.items():
            setattr(campaign, name, value)
        check(campaign)
    store.write(session, campaign, {})
    audit.note(
        session, "campaign.edit", f"campaign:{campaign_id}", by=by, now=now, changes=dict(changes)
    )
    return campaign


def accept_script(
    session: Session, campaign_id: int, *, review: str = UNREVIEWED, by: Actor, now: datetime
) -> Campaign:
    """Let an officer answer for a script that nobody has reviewed; the name is kept."""
    campaign = _locked(session, campaign_id, in_states=("draft", "ready"), to="accept its script")
    _accept(session, campaign, review=review, by=by, now=now)
    return campaign


def launch(
    session: Session,
    campaign_id: int,
    *,
    script_review: str | None = None,
    accepted_by: Actor | None = None,
    by: Actor,
    now: datetime,
) -> Campaign:
    """Start calling. Every lead still passes every guardrail before it is queued.

    `script_review="none"` is accepted by the officer in `accepted_by`, or by whoever launches
    when that is an officer. Raises CampaignNotReady with everything that is missing.
    """
    demand(by, *MOVERS, to="launch a campaign")
    campaign = _locked(session, campaign_id, in_states=("draft", "ready"), to="launch")
    if script_review is not None:
        _accept(session, campaign, review=script_review, by=accepted_by or by, now=now)
    _require_readiness(session, campaign, now=now)
    if campaign.state == "draft":
        _move(session, campaign, "ready", why="nothing is missing", by=by, now=now)
    _move(session, campaign, "running", why="launched", by=by, now=now)
    store.make_waiting_due(session, campaign_id=campaign_id, now=now)
    return campaign


def pause(session: Session, campaign_id: int, *, why: str, by: Actor, now: datetime) -> Campaign:
    """Stop calling until somebody resumes; what is queued is taken back at once."""
    demand(by, *MOVERS, to="pause a campaign")
    require_reason(why)
    reserved = store.lock_reserved(session, campaign_id=campaign_id)
    campaign = _locked(session, campaign_id, in_states=("running",), to="pause")
    _move(session, campaign, "paused", why=why, by=by, now=now)
    store.withdraw_reserved(session, reserved, campaign_id=campaign_id, because="paused", now=now)
    return campaign


def resume(session: Session, campaign_id: int, *, why: str, by: Actor, now: datetime) -> Campaign:
    """Go on calling; the same things must be there as for a launch."""
    demand(by, *MOVERS, to="resume a campaign")
    require_reason(why)
    campaign = _locked(session, campaign_id, in_states=("paused",), to="resume")
    _require_readiness(session, campaign, now=now)
    _move(session, campaign, "running", why=why, by=by, now=now)
    store.make_waiting_due(session, campaign_id=campaign_id, now=now)
    return campaign


def stop(session: Session, campaign_id: int, *, why: str, by: Actor, now: datetime) -> Campaign:
    """End a campaign for good: what is queued is taken back, calls in progress run out."""
    demand(by, *MOVERS, to="stop a campaign")
    require_reason(why)
    reserved = store.lock_reserved(session, campaign_id=campaign_id)
    campaign = _locked(session, campaign_id, in_states=("running", "paused"), to="stop")
    _move(session, campaign, "stopping", why=why, by=by, now=now)
    store.withdraw_reserved(session, reserved, campaign_id=campaign_id, because="stopped", now=now)
    return campaign


def finish_due(services: Services) -> list[int]:
    """Close campaigns that have nothing left to do; a scheduled task. Gives their ids."""
    now = services.clock.now()
    with services.transaction() as session:
        waiting = store.ending(session, now=now)
    done = []
    for campaign_id in waiting:
        with services.transaction() as session:
            campaign = _locked(session, campaign_id)
            # Somebody may have moved its end or imported leads since.
            if campaign_id in store.ending(session, now=now):
                _move(session, campaign, "done", why=_why_done(campaign, now), by=SYSTEM, now=now)
                done.append(campaign_id)
    return done


def _why_done(campaign: Campaign, now: datetime) -> str:
    """Say why a campaign is over."""
    if campaign.state == "stopping":
        return "stopped, and its last call has ended"
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return "its end has passed"
    return "every lead is closed"


def _locked(
    session: Session, campaign_id: int, *, in_states: tuple[str, ...] = (), to: str = ""
) -> Campaign:
    """Lock a campaign that must be in one of these states."""
    campaign = store.locked(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    if in_states and campaign.state not in in_states:
        message = (
            f"campaign `{campaign.name}` is {campaign.state}, so you cannot {to}:"
            f" {INSTEAD[campaign.state]}"
        )
        raise CampaignWrongState(message, state=campaign.state, allowed=list(in_states))
    return campaign


def _move(
    session: Session, campaign: Campaign, state: str, *, why: str, by: Actor, now: datetime
) -> None:
    """Move a campaign to its next state, and say who did it and why."""
    was = campaign.state
    store.write(session, campaign, {"state": state})
    event = CampaignEvent(
        campaign_id=campaign.id, at=now, by=by.name, was=was, became=state, why=why
    )
    store.add_event(session, event)
    audit.note(
        session,
        "campaign.move",
        f"campaign:{campaign.id}",
        by=by,
        now=now,
        was=was,
        became=state,
        why=why,
    )


def _accept(session: Session, campaign: Campaign, *, review: str, by: Actor, now: datetime) -> None:
    """Record the officer who answers for the words."""
    if review != UNREVIEWED:
        raise BadReview(f"`{review}` is no review: only `none` can be accepted", field="review")
    demand(by, "officer", to="accept a script nobody has reviewed")
    store.write(session, campaign, {"script_review": review, "script_accepted_by": by.name})
    audit.note(
        session,
        "campaign.accept_script",
        f"campaign:{campaign.id}",
        by=by,
        now=now,
        review=review,
        script=campaign.script_version_id,
    )


def _require_readiness(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Refuse to go on while anything is missing."""
    lacks = readiness.missing(session, campaign, now=now)
    if lacks:
        raise readiness.CampaignNotReady(campaign, lacks)
