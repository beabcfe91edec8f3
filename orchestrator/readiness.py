"""What a campaign still lacks before it may dial; everything at once, not one thing at a time."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from orchestrator import policies
from orchestrator.errors import Conflict
from orchestrator.store import campaigns as store
from orchestrator.store import offers as offer_store
from orchestrator.store import policies as policy_store
from orchestrator.tables import Campaign

START_AHEAD_MAX = timedelta(days=400)
REGIONS_NAMED_MAX = 5
# What level every lead must have for an offer to be declared of a category.
LEVEL_OF_CATEGORY = {1: 5, 2: 3}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a campaign lacks, and what to do about it."""

    code: str
    detail: str


class CampaignNotReady(Conflict):
    """A campaign starts only when nothing is missing."""

    code = "campaign.not_ready"

    def __init__(self, campaign: Campaign, missing: list[Missing]) -> None:
        details = "; ".join(lack.detail for lack in missing)
        super().__init__(
            f"campaign `{campaign.name}` cannot start: {details}",
            campaign_id=campaign.id,
            missing=[asdict(lack) for lack in missing],
        )
        self.missing = missing


def missing(session: Session, campaign: Campaign, *, now: datetime) -> list[Missing]:
    """List what is missing before this campaign may dial; empty when nothing is."""
    lacks = [*_dates(campaign, now), *_script(campaign)]
    if campaign.leads == 0:
        lacks.append(Missing("leads", "it has no leads: import a list first"))
    else:
        lacks += _category(session, campaign)
        lacks += _jurisdictions(session, campaign)
    if not policies.in_force(session).has_calling_window:
        lacks.append(
            Missing("policy", "the policy in force has no calling hours: activate one that has")
        )
    return lacks


def _dates(campaign: Campaign, now: datetime) -> list[Missing]:
    """Check that the campaign's dates leave time to call."""
    lacks = []
    if campaign.ends_at is not None and campaign.ends_at <= now:
        ended = campaign.ends_at.isoformat(timespec="minutes")
        lacks.append(Missing("dates", f"it ended at {ended}: move `ends_at`"))
    if campaign.starts_at is not None and campaign.starts_at - now > START_AHEAD_MAX:
        days = START_AHEAD_MAX.days
        lacks.append(Missing("dates", f"it starts more than {days} days ahead: move `starts_at`"))
    return lacks


def _script(campaign: Campaign) -> list[Missing]:
    """Check that somebody answers for the words."""
    if campaign.script_review is not None and campaign.script_accepted_by is not None:
        return []
    detail = (
        "no officer answers for its unreviewed script: an officer accepts `script_review: none`"
    )
    return [Missing("script_review", detail)]


def _category(session: Session, campaign: Campaign) -> list[Missing]:
    """Check that every lead carries the evidence its offer's declared category needs."""
    offer = offer_store.offer(session, campaign.offer_id)
    if offer is None or offer.category is None:
        return []
    level = LEVEL_OF_CATEGORY[offer.category]
    below = store.leads_below(session, campaign.id, level)
    if not below:
        return []
    detail = (
        f"category {offer.category} needs level {level} for every lead,"
        f" {below} of {campaign.leads} have less: remove them or undeclare the category"
    )
    return [Missing("category", detail)]


def _jurisdictions(session: Session, campaign: Campaign) -> list[Missing]:
    """Check that at least one place the leads are in may be dialled at all."""
    accepted = policy_store.accepted_regions(session)
    found = store.regions(session, campaign.id)
    if any(region in accepted or region.partition("-")[0] in accepted for region in found):
        return []
    named = ", ".join(found[:REGIONS_NAMED_MAX])
    detail = f"no pack and no officer covers any place of its leads ({named}): accept one"
    return [Missing("jurisdictions", detail)]
