"""A campaign dials only while people let it."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.verdict import Reason


class CampaignNotRunning(Guardrail, code="campaign.not_running"):
    """Call only for a campaign that is running.

    A campaign that was paused, stopped or not launched yet places no call, whatever was already
    queued for it. One whose start lies ahead waits until then.
    """

    def check(self, case: Case) -> Reason | None:
        """Object unless the campaign runs now."""
        campaign = case.campaign
        if campaign.state != "running":
            return Reason(self.code, values={"state": campaign.state})
        if campaign.starts_at is not None and case.now < campaign.starts_at:
            return Reason(self.code, campaign.starts_at, {"state": "waiting to start"})
        return None


class CampaignExpired(Guardrail, code="campaign.expired"):
    """Do not call after the campaign's end; this is the one objection that is final."""

    def check(self, case: Case) -> Reason | None:
        """Object from the campaign's end on."""
        ends_at = case.campaign.ends_at
        if ends_at is None or case.now < ends_at:
            return None
        return Reason(self.code, values={"ended_at": ends_at})
