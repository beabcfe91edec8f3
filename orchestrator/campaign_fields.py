"""What a campaign is made of: its fields, their bounds, and when each may be changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from guardrails.script.graph import VARIABLE
from orchestrator import retries
from orchestrator.errors import Conflict, Invalid
from orchestrator.tables import Campaign

MODES: Final = ("preview", "progressive", "predictive", "agentless")
NAME_LENGTH_MAX: Final = 200
TEMPLATE_LENGTH_MAX: Final = 500
PRIORITY_MAX: Final = 100
SHARE_MAX: Final = 1_000
LINES_MAX: Final = 10_000
CALLS_PER_SECOND_MAX: Final = 1_000.0

_PACE = frozenset(("priority", "share", "lines_max", "calls_per_second_max", "ends_at"))
_ALL = _PACE | {
    "name",
    "offer_id",
    "script_version_id",
    "mode",
    "robot",
    "robot_disclosed",
    "starts_at",
    "reason_template",
    "retry_plan",
    "caller_id",
}
# What may be changed in each state.
EDITABLE: Final[Mapping[str, frozenset[str]]] = {
    "draft": frozenset(_ALL),
    "ready": frozenset(_ALL),
    "running": _PACE,
    "paused": _PACE,
    "stopping": frozenset(),
    "done": frozenset(),
}


class BadCampaign(Invalid):
    """A campaign cannot be read; the field says what is wrong."""

    code = "campaign.invalid"


class CampaignTaken(Conflict):
    """Another campaign has this name."""

    code = "campaign.name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSpec:
    """What somebody says when making a campaign."""

    name: str
    offer_id: int
    script_version_id: int
    mode: str = "progressive"
    robot: bool = False
    robot_disclosed: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    share: int = 1
    lines_max: int = 10
    calls_per_second_max: float = 5.0
    reason_template: str | None = None
    retry_plan: Mapping[str, Any] = field(default_factory=dict)
    caller_id: str | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """Give the values of the row."""
        return asdict(self)


def check(campaign: Campaign) -> None:
    """Refuse values out of bounds; raises BadCampaign or BadRetryPlan."""
    _check_length(campaign.name, "name", length_max=NAME_LENGTH_MAX)
    if campaign.mode not in MODES:
        raise BadCampaign(f"`{campaign.mode}` is none of {', '.join(MODES)}", field="mode")
    _check_bounds(campaign.priority, "priority", (0, PRIORITY_MAX))
    _check_bounds(campaign.share, "share", (1, SHARE_MAX))
    _check_bounds(campaign.lines_max, "lines_max", (1, LINES_MAX))
    pace = campaign.calls_per_second_max
    _check_bounds(pace, "calls_per_second_max", (0.01, CALLS_PER_SECOND_MAX))
    for name in ("starts_at", "ends_at"):
        instant = getattr(campaign, name)
        if instant is not None and instant.tzinfo is None:
            raise BadCampaign(f"`{name}` needs a time zone", field=name)
    if campaign.starts_at and campaign.ends_at and campaign.ends_at <= campaign.starts_at:
        raise BadCampaign("`ends_at` is not after `starts_at`", field="ends_at")
    if campaign.reason_template is not None:
        _check_template(campaign.reason_template)
    if campaign.caller_id is not None:
        _check_length(campaign.caller_id, "caller_id", length_max=NAME_LENGTH_MAX)
    retries.read_plan(campaign.retry_plan)


def _check_template(template: str) -> None:
    """Check that a reason is made of words and of variables like `{signal}`."""
    _check_length(template, "reason_template", length_max=TEMPLATE_LENGTH_MAX)
    rest = VARIABLE.sub("", template)
    if "{" in rest or "}" in rest:
        message = "a brace belongs to no variable like `{signal}`"
        raise BadCampaign(message, field="reason_template")


def _check_length(value: str, name: str, *, length_max: int) -> None:
    if not value.strip() or len(value) > length_max:
        raise BadCampaign(f"`{name}` has 1 to {length_max} characters", field=name)


def _check_bounds(value: float, name: str, between: tuple[float, float]) -> None:
    if not between[0] <= value <= between[1]:
        message = f"`{value}` is not between {between[0]} and {between[1]}"
        raise BadCampaign(message, field=name)
