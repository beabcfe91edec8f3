"""A number or person on a list of those who may not be called is not called."""

from datetime import timedelta

from guardrails.consents import standing
from guardrails.facts import Case
from guardrails.guardrail import Guardrail, choice, limit
from guardrails.verdict import Reason


class SuppressionListed(Guardrail, code="suppression.listed"):
    """Do not call a person or number that is suppressed, or listed in a do-not-call register.

    A suppressed person covers all their numbers; somebody else who holds the same number loses
    that number. A register's listing is a dated fact about a number, not a refusal: where the law
    lets a consent override it, this limit may say so. Nothing overrides a suppression here.
    """

    consent_lifts_listing: bool = choice(
        False,  # noqa: FBT003 - a default, not an argument
        stricter="false",
        says="a recorded consent with evidence overrides a register's listing",
    )

    def check(self, case: Case) -> Reason | None:
        """Object while the person or the number is on any list."""
        number, person = case.number, case.person
        if person.suppressed is not None:
            return Reason(self.code, values={"kind": "person"})
        if number.suppressed is not None:
            return Reason(self.code, values={"kind": "number"})
        if number.sharer_suppressed is not None:
            return Reason(self.code, values={"kind": "sharer"})
        if not number.listed_in:
            return None
        if not self.consent_lifts_listing:
            return Reason(self.code, values={"kind": "register"})
        word = standing(person.consents, case.campaign.purpose, now=case.now, evidence=True)
        if word.is_given:
            return None
        return Reason(self.code, word.begins_at, {"kind": "register"})


class RegistryStale(Guardrail, code="suppression.registry_stale"):
    """Do not call before the do-not-call register was looked at lately.

    The newest extract must be younger than the limit. An old or missing one cannot get better by
    waiting: it ends when a newer extract is imported.
    """

    registry: str = choice(says="the register that must be fresh")
    age_max_days: int = limit(
        31, unit="days", between=(1, 366), stricter="lower", says="how old its extract may be"
    )

    def check(self, case: Case) -> Reason | None:
        """Object unless an extract of the register is younger than the limit."""
        fresh_since = case.now - timedelta(days=self.age_max_days)
        for registry in case.campaign.registries:
            if registry.name == self.registry and registry.extracted_at > fresh_since:
                return None
        return Reason(self.code, values={"age_max_days": self.age_max_days})
