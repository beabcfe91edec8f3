"""A call is made to somebody: by name, for a reason of their own, with nothing left blank."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail, limit
from guardrails.names import fault_of_name
from guardrails.verdict import Reason


class PersonalName(Guardrail, code="personal.name"):
    """Do not call somebody whose name is not known.

    A name is two or more letters. A placeholder such as "client" or "test", the name of the
    calling company or of another one, and a number are no names.
    """

    def check(self, case: Case) -> Reason | None:
        """Object to a name nobody can be addressed by."""
        fault = fault_of_name(case.person.name, case.campaign.company)
        return None if fault is None else Reason(self.code, values={"kind": fault})


class PersonalReason(Guardrail, code="personal.reason"):
    """Do not call without a reason that is this person's own.

    The reason is rendered from dated facts or variables of this lead. One that reads the same for
    a large part of the campaign's leads is a reason for nobody.
    """

    facts_min: int = limit(
        1, unit="facts", between=(1, 10), stricter="higher",
        says="facts of this lead the reason rests on",
    )  # fmt: skip
    share_max: float = limit(
        0.2, unit="share", between=(0, 1), stricter="lower",
        says="the part of the campaign's leads that may have the same reason",
    )  # fmt: skip

    def check(self, case: Case) -> Reason | None:
        """Object to a reason that is missing, rests on nothing, or is everybody's."""
        lead = case.lead
        if not lead.reason or not lead.reason.strip():
            return Reason(self.code, values={"kind": "missing"})
        if lead.reason_facts < self.facts_min:
            return Reason(self.code, values={"kind": "baseless"})
        shared_by = lead.reason_shared_by
        if shared_by > 1 and shared_by > self.share_max * case.campaign.leads:
            return Reason(self.code, values={"kind": "shared", "shared_by": shared_by})
        return None


class PersonalVariables(Guardrail, code="personal.variables"):
    """Do not call when the script would have a blank where this person's facts belong."""

    def check(self, case: Case) -> Reason | None:
        """Object while a variable of the script has neither value nor fallback."""
        needed = case.campaign.script_variables
        if not needed:
            return None
        known = case.lead.variables
        missing = sum(name not in known for name in needed)
        return Reason(self.code, values={"missing": missing}) if missing else None
