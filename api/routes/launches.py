"""Moving a campaign: launched, paused, resumed, stopped, each with who and why."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth import Manager, Officer, Stopper
from api.deps import Now, Transaction
from api.errors import problems
from api.fields import Id
from api.idempotency import KeyRequired, Required
from api.route import ActingRoute
from api.routes.campaigns import CampaignOut, shaped
from api.routes.stops import Why
from orchestrator import campaigns
from orchestrator.campaigns import BadReview, CampaignWrongState
from orchestrator.errors import NotFound
from orchestrator.policies import ReasonMissing
from orchestrator.readiness import CampaignNotReady

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ActingRoute)


class LaunchIn(BaseModel):
    """Scripts are not reviewed yet: an officer answers for `none`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"script_review": "none"}}
    )

    script_review: Literal["none"] | None = Field(
        None, description="Given by an officer; a manager launches what an officer accepted."
    )


class AcceptIn(BaseModel):
    """An officer answers for a script nobody has reviewed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"review": "none"}})

    review: Literal["none"]


@router.post(
    "/{campaign_id}/accept-script", responses=problems(NotFound, BadReview, CampaignWrongState)
)
def accept_script(
    campaign_id: Id,
    asked: AcceptIn,
    session: Transaction,
    response: Response,
    by: Officer,
    now: Now,
) -> CampaignOut:
    """Answer for a script that nobody has reviewed; the officer's name is kept."""
    campaign = campaigns.accept_script(session, campaign_id, review=asked.review, by=by, now=now)
    return shaped(campaign, response)


@router.post(
    "/{campaign_id}/launch",
    status_code=202,
    dependencies=[Required],
    responses=problems(NotFound, CampaignNotReady, CampaignWrongState, BadReview, KeyRequired),
)
def launch_campaign(
    campaign_id: Id,
    asked: LaunchIn,
    session: Transaction,
    response: Response,
    by: Manager,
    now: Now,
) -> CampaignOut:
    """Start calling. Every lead still passes every guardrail before it is queued."""
    campaign = campaigns.launch(
        session, campaign_id, script_review=asked.script_review, by=by, now=now
    )
    return shaped(campaign, response)


@router.post(
    "/{campaign_id}/pause", responses=problems(NotFound, CampaignWrongState, ReasonMissing)
)
def pause_campaign(
    campaign_id: Id, asked: Why, session: Transaction, response: Response, by: Stopper, now: Now
) -> CampaignOut:
    """Stop calling until somebody resumes. What is queued is taken back at once."""
    return shaped(campaigns.pause(session, campaign_id, why=asked.why, by=by, now=now), response)


@router.post(
    "/{campaign_id}/resume",
    responses=problems(NotFound, CampaignNotReady, CampaignWrongState, ReasonMissing),
)
def resume_campaign(
    campaign_id: Id, asked: Why, session: Transaction, response: Response, by: Manager, now: Now
) -> CampaignOut:
    """Go on calling."""
    return shaped(campaigns.resume(session, campaign_id, why=asked.why, by=by, now=now), response)


@router.post("/{campaign_id}/stop", responses=problems(NotFound, CampaignWrongState, ReasonMissing))
def stop_campaign(
    campaign_id: Id, asked: Why, session: Transaction, response: Response, by: Stopper, now: Now
) -> CampaignOut:
    """End a campaign for good. Calls in progress run out, nothing new begins."""
    return shaped(campaigns.stop(session, campaign_id, why=asked.why, by=by, now=now), response)
