"""Some people are not to be called by anybody for anything."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail
from guardrails.verdict import Reason


class PersonProtected(Guardrail, code="person.protected"):
    """Do not call minors, people in hospital, in bankruptcy, or otherwise protected."""

    def check(self, case: Case) -> Reason | None:
        """Object while the person is marked as protected, whatever the cause."""
        return None if case.person.protected is None else Reason(self.code)
