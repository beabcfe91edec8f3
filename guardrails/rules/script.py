"""What is said on the phone was read by somebody first."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.verdict import Reason


class ScriptNotApproved(Guardrail, code="script.not_approved"):
    """Do not call with a script nobody has accepted."""

    def check(self, case: Case) -> Reason | None:
        """Object until this version of the script was accepted."""
        return None if case.campaign.script_accepted is True else Reason(self.code)
