"""No call to a place whose rules nobody has looked at."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.verdict import Reason


class JurisdictionUncovered(Guardrail, code="jurisdiction.uncovered"):
    """Do not call where no law pack is enabled and no officer accepted the gap with a reason.

    Every place the person may be in must be covered, by number and by address. A person of
    unknown place is covered by nothing.
    """

    def check(self, case: Case) -> Reason | None:
        """Object while any place the person may be in is covered by nothing."""
        for place in case.jurisdictions:
            if not place.covered_by:
                kind = "unknown" if place.region == "ZZ" else "known"
                return Reason(self.code, values={"region": place.region, "kind": kind})
        return None if case.jurisdictions else Reason(self.code, values={"kind": "unknown"})
