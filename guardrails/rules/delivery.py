"""How the call reaches the person: by whose voice, and by what kind of dialling."""

from typing import Final

from guardrails.facts import MODES, Case
from guardrails.guardrail import Guardrail, choice
from guardrails.verdict import Reason

RANK_OF_MODE: Final[dict[str, int]] = {mode: rank for rank, mode in enumerate(MODES)}


class DeliveryRobot(Guardrail, code="delivery.robot"):
    """Do not let a machine speak to people, or only one that says so at once.

    A campaign without agents is spoken by a machine, whatever it calls it.
    """

    allowed: str = choice(
        "disclosed", of=("never", "disclosed", "always"), stricter="lower",
        says="when a machine may speak",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object to a machine's voice that is not allowed."""
        campaign = case.campaign
        if not campaign.robot and campaign.mode != "agentless":
            return None
        if self.allowed == "always" or (self.allowed == "disclosed" and campaign.robot_disclosed):
            return None
        return Reason(self.code, values={"kind": self.allowed})


class DeliveryMode(Guardrail, code="delivery.mode"):
    """Do not dial less carefully than this.

    In order: preview (a person presses the key), progressive (one free agent, one call),
    predictive (more calls than agents), agentless.
    """

    most: str = choice(
        "progressive", of=MODES, stricter="lower", says="the least careful mode allowed"
    )

    def check(self, case: Case) -> Reason | None:
        """Object to a campaign that dials less carefully."""
        mode = case.campaign.mode
        if RANK_OF_MODE[mode] <= RANK_OF_MODE[self.most]:
            return None
        return Reason(self.code, values={"kind": self.most})
