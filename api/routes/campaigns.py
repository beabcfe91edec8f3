"""Campaigns: made, read, listed, changed."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Anyone, Manager
from api.deps import Now, Transaction
from api.errors import PreconditionRequired, problems
from api.fields import Id, Instant, Ref
from api.paging import PageOut, ThePage
from api.route import ActingRoute
from guardrails.facts import Mode
from orchestrator import campaigns
from orchestrator.campaign_fields import BadCampaign, CampaignSpec, CampaignTaken
from orchestrator.campaigns import CampaignChanged, CampaignWrongState
from orchestrator.errors import Invalid, NotFound
from orchestrator.tables import Campaign

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ActingRoute)
State = Literal["draft", "ready", "running", "paused", "stopping", "done"]
Text = Annotated[str, StringConstraints(max_length=1000)]
IfMatch = Annotated[str | None, Header(description="The `ETag` of the campaign as you read it.")]


class BadETag(Invalid):
    """This is not an ETag that a campaign was given out with."""

    code = "precondition.unreadable"


class CampaignFields(BaseModel):
    """What a campaign is made of; all but the first three have a harmless default."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode = "progressive"
    robot: bool = False
    robot_disclosed: bool = False
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    priority: int = Field(0, description="Larger goes first.")
    share: int = Field(1, description="Of the lines, among campaigns of equal priority.")
    lines_max: int = 10
    calls_per_second_max: float = 5.0
    reason_template: Text | None = Field(None, description="Why this person, for example.")
    retry_plan: dict[str, Any] = Field(default_factory=dict, description="See docs/dispositions.md")
    caller_id: Text | None = None


class CampaignIn(CampaignFields):
    """A campaign to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Сим-карта для дома, март",
                "offer_id": 1,
                "script_version_id": 1,
                "lines_max": 20,
            }
        },
    )

    name: Text
    offer_id: Ref
    script_version_id: Ref


class CampaignChange(BaseModel):
    """What is to be changed; what is left out stays. After the launch only end and pace."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"lines_max": 5}})

    name: Text | None = None
    offer_id: Ref | None = None
    script_version_id: Ref | None = None
    mode: Mode | None = None
    robot: bool | None = None
    robot_disclosed: bool | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    priority: int | None = None
    share: int | None = None
    lines_max: int | None = None
    calls_per_second_max: float | None = None
    reason_template: Text | None = None
    retry_plan: dict[str, Any] | None = None
    caller_id: Text | None = None


# What may be unset by saying null.
CLEARABLE = frozenset(("starts_at", "ends_at", "reason_template", "caller_id"))


class CampaignOut(BaseModel):
    """A campaign as it is now."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    state: State
    offer_id: int
    script_version_id: int
    mode: Mode
    robot: bool
    robot_disclosed: bool
    starts_at: datetime | None
    ends_at: datetime | None
    priority: int
    share: int
    lines_max: int
    calls_per_second_max: float
    reason_template: str | None
    retry_plan: dict[str, Any]
    caller_id: str | None
    leads: int
    script_review: str | None
    script_accepted_by: str | None
    created_by: str
    created_at: datetime
    version: int = Field(description="Also its ETag.")


@router.get("")
def list_campaigns(
    session: Transaction, _: Anyone, page: ThePage, state: State | None = None
) -> PageOut[CampaignOut]:
    """List campaigns, newest first."""
    rows = campaigns.campaigns(session, state=state, before_id=page.after, limit=page.limit + 1)
    return page.shape(rows, CampaignOut.model_validate)


@router.post("", status_code=201, responses=problems(BadCampaign, CampaignTaken, NotFound))
def create_campaign(
    asked: CampaignIn, session: Transaction, response: Response, by: Manager, now: Now
) -> CampaignOut:
    """Make a campaign, as a draft. It calls nobody until it is launched."""
    spec = CampaignSpec(**asked.model_dump())
    return shaped(campaigns.create(session, spec, by=by, now=now), response)


@router.get("/{campaign_id}", responses=problems(NotFound))
def get_campaign(
    campaign_id: Id, session: Transaction, response: Response, _: Anyone
) -> CampaignOut:
    """Give one campaign; its `ETag` is what an edit must match."""
    return shaped(campaigns.get(session, campaign_id), response)


@router.patch(
    "/{campaign_id}",
    responses=problems(
        NotFound, BadCampaign, CampaignTaken, CampaignWrongState, CampaignChanged,
        PreconditionRequired,
    ),
)  # fmt: skip
def edit_campaign(
    campaign_id: Id,
    asked: CampaignChange,
    session: Transaction,
    response: Response,
    by: Manager,
    now: Now,
    if_match: IfMatch = None,
) -> CampaignOut:
    """Change a campaign that nobody has changed since you read it."""
    changes = {
        name: value
        for name, value in asked.model_dump(exclude_unset=True).items()
        if value is not None or name in CLEARABLE
    }
    campaign = campaigns.edit(
        session, campaign_id, changes, version=read_etag(if_match), by=by, now=now
    )
    return shaped(campaign, response)


def shaped(campaign: Campaign, response: Response) -> CampaignOut:
    """Shape a campaign and give its version as the answer's ETag."""
    response.headers["ETag"] = f'"{campaign.version}"'
    return CampaignOut.model_validate(campaign)


def read_etag(if_match: str | None) -> int:
    """Read which version an edit is about; raises PreconditionRequired, BadETag."""
    if if_match is None:
        raise PreconditionRequired("send `If-Match` with the campaign's `ETag`")
    bare = if_match.removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > len(str(2**63)):
        raise BadETag(f"`{if_match[:40]}` is no ETag of a campaign")
    return int(bare)
