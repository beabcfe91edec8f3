"""Looking at a campaign: what a launch would find, how far it got, who moved it."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Anyone
from api.deps import Now, TheServices, Transaction
from api.errors import problems
from api.fields import At, Id
from api.reasons import Language, TheLanguage
from api.route import ActingRoute
from api.routes.campaigns import State
from orchestrator import campaigns, preview
from orchestrator.errors import NotFound
from orchestrator.preview import ReasonCount
from orchestrator.progress import progress

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ActingRoute)


class EventOut(BaseModel):
    """Who moved a campaign from which state to which, when, and why."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    by: str
    was: str
    became: str
    why: str


class ProgressOut(BaseModel):
    """How far a campaign got."""

    model_config = ConfigDict(from_attributes=True)

    campaign_id: int
    state: State
    at: datetime
    leads: int
    unscreened: int = Field(description="Not looked at yet.")
    due: int = Field(description="Open, and it is known when they are looked at next.")
    waiting: int = Field(description="Open, waiting for a fact to change.")
    agent: int = Field(description="A person must decide.")
    closed: dict[str, int] = Field(description="By why.")
    live: dict[str, int] = Field(description="Calls in progress, by state.")
    placed: int
    placed_last_day: int = Field(description="In the last 24 hours.")
    outcomes: dict[str, int]
    outcomes_last_day: dict[str, int]


class ReasonCountOut(BaseModel):
    """How many leads one reason keeps from being called."""

    code: str
    text: str = Field(description="As it stands for the first of them.")
    leads: int
    sample: list[int] = Field(description="A few of these leads, to look at.")


class PreviewOut(BaseModel):
    """What a launch would find at one instant; every lead is counted once among the four."""

    campaign_id: int
    at: datetime
    policy: str
    text: str
    leads: int
    clear_now: int
    clear_later: int = Field(description="Within the campaign's dates, if no fact changes.")
    first_later_at: datetime | None
    not_callable: int
    settled: int = Field(description="Closed, or waiting for a person's decision.")
    first_of_later: list[ReasonCountOut] = Field(description="Why later, by first binding reason.")
    first_of_not: list[ReasonCountOut] = Field(description="Why not, by first binding reason.")
    every: list[ReasonCountOut] = Field(description="By every reason; a lead may have several.")
    caveat: str


@router.get("/{campaign_id}/preview", responses=problems(NotFound))
def preview_campaign(
    campaign_id: Id,
    services: TheServices,
    _: Anyone,
    lang: TheLanguage,
    now: Now,
    at: At = None,
) -> PreviewOut:
    """Count how many leads may be called, and why not the rest, as if the campaign ran."""
    seen = preview.preview(services, campaign_id, at=at or now)
    return PreviewOut(
        campaign_id=seen.campaign_id,
        at=seen.at,
        policy=seen.policy_hash,
        text=seen.says(lang),
        leads=seen.leads,
        clear_now=seen.clear_now,
        clear_later=seen.clear_later,
        first_later_at=seen.first_later_at,
        not_callable=seen.not_callable,
        settled=seen.settled,
        first_of_later=[counted(each, lang) for each in seen.first_of_later],
        first_of_not=[counted(each, lang) for each in seen.first_of_not],
        every=[counted(each, lang) for each in seen.every],
        caveat=preview.CAVEAT[lang],
    )


@router.get("/{campaign_id}/progress", responses=problems(NotFound))
def get_progress(campaign_id: Id, session: Transaction, _: Anyone, now: Now) -> ProgressOut:
    """Count how far a campaign got."""
    return ProgressOut.model_validate(progress(session, campaign_id, now=now))


@router.get("/{campaign_id}/events", responses=problems(NotFound))
def list_events(campaign_id: Id, session: Transaction, _: Anyone) -> list[EventOut]:
    """List every move of a campaign, oldest first, with who and why."""
    return [EventOut.model_validate(event) for event in campaigns.events(session, campaign_id)]


def counted(count: ReasonCount, lang: Language) -> ReasonCountOut:
    """Shape how many leads one reason keeps from being called."""
    return ReasonCountOut(
        code=count.code, text=count.says(lang), leads=count.leads, sample=count.sample
    )
